// Whether nothing was lost, doubled or computed differently: what was sent against what is stored, and memberships on
// the topic against ClickHouse against SQL as of one time.
import { productOf, type PersonalizationProfiles, type SegmentsMemberships, type SegmentsState } from '@tideway/contracts';
import { Decoder, readTopics } from '@tideway/kafka';
import type { Clients } from './clients.js';
import { endsOf, isQuiet, lagByGroup, type Ends } from './lag.js';
import { MembershipLog, differences, sizeOf, type Sets } from './memberships.js';
import type { SentTotals } from './totals.js';

export interface Finding {
  name: string;
  ok: boolean;
  detail: string;
}

const SETTLED_MS = 1_500;
const POLL_MS = 300;
/** In each, what there was at its begin has been processed, and nothing new has come of it. */
const QUIET_ROUNDS = 2;

/** Waits until every group has processed everything, and then for what time alone still causes. Rejects after `timeoutMs`. */
export async function waitForLagZero(clients: Clients, timeoutMs: number, onWait: (lag: Record<string, number>) => void): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  let zeros = 0;
  while (zeros < 3) {
    const lag = await lagByGroup(clients).catch(() => ({ unknown: 1 }));
    zeros = Object.values(lag).every((n) => n === 0) ? zeros + 1 : 0;
    if (Date.now() > deadline) throw new Error(`the mesh did not finish within ${timeoutMs / 1000} s: lag ${JSON.stringify(lag)}`);
    if (zeros < 3) {
      onWait(lag);
      await new Promise((resolve) => setTimeout(resolve, 400));
    }
  }
}

/**
 * Waits until every group has processed what there is, and what follows from it, though time alone goes on changing
 * memberships. Rejects after `timeoutMs`.
 */
export async function waitUntilProcessed(clients: Clients, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  let lag: Record<string, number> = { unknown: 1 };
  let before: Ends = new Map();
  let ends: Ends | undefined;
  for (let quiet = 0; quiet < QUIET_ROUNDS; await new Promise((resolve) => setTimeout(resolve, POLL_MS))) {
    if (Date.now() > deadline) throw new Error(`the mesh did not finish within ${timeoutMs / 1000} s: lag ${JSON.stringify(lag)}`);
    ends ??= await endsOf(clients).catch(() => undefined);
    if (!ends) continue;
    lag = await lagByGroup(clients, ends).catch(() => ({ unknown: 1 }));
    if (Object.values(lag).some((n) => n > 0)) continue;
    quiet = isQuiet(before, ends) ? quiet + 1 : 0;
    before = ends;
    ends = undefined;
  }
}

/** Freezes T and compares everything; `before` is what was stored when the sending began. Each finding says what was compared and how it came out. */
export async function checkMesh(clients: Clients, before: Stored, totals: SentTotals): Promise<Finding[]> {
  const frozen = Date.now();
  // Timers due by T have fired by then, and what they changed is in ClickHouse.
  await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
  return [
    ...(await checkTotals(clients, before, totals)),
    ...(await checkOnce(clients)),
    ...(await checkMemberships(clients, frozen)),
    await checkProfiles(clients),
  ];
}

/** Native events that are stored, and those in quarantine. */
export interface Stored {
  events: number;
  quarantined: number;
}

/**
 * Counts native events, not records: a web event is one record, or none, besides the consents that it carries (their
 * evidence names it), a HubSpot event is one, a line of an import is all records of its object and time, an event of a mail is
 * one besides the consent that it withdraws, a row of an ad report is one with those that restate it.
 */
export async function countStored({ rows }: Clients): Promise<Stored> {
  const [stored] = await rows<{ web: number; crm: number; email: number; ads: number; quarantined: number }>(`
    SELECT
      (SELECT uniqExact(event_id) FROM (
        SELECT event_id FROM web.page_views UNION ALL SELECT event_id FROM web.ecommerce_events UNION ALL SELECT event_id FROM web.orders
        UNION ALL SELECT event_id FROM web.identifications UNION ALL SELECT event_id FROM web.custom_events
        UNION ALL SELECT toUUIDOrZero(extract(assumeNotNull(evidence), '^event ([0-9a-f-]{36})')) FROM web.consents WHERE startsWith(evidence, 'event '))) AS web,
      (SELECT uniqExact(source, if(startsWith(source, 'hubspot'), toString(event_id), concat(object_id, toString(occurred_at)))) FROM (
        SELECT source, event_id, object_id, occurred_at FROM crm.contact_changes UNION ALL SELECT source, event_id, object_id, occurred_at FROM crm.deal_changes))
        + (SELECT uniqExact(event_id) FROM crm.consents WHERE NOT startsWith(source, 'hubspot')) AS crm,
      (SELECT uniqExact(event_id) FROM email.engagements) AS email,
      (SELECT count() FROM paid_media.campaign_performance) + (SELECT count() FROM paid_media.ad_clicks) AS ads,
      (SELECT count() FROM operations.quarantine_v1 WHERE service IN ('web', 'crm', 'email', 'paid-media')) AS quarantined`);
  const { web, crm, email, ads } = stored!;
  return { events: [web, crm, email, ads].reduce((sum, n) => sum + Number(n), 0), quarantined: Number(stored!.quarantined) };
}

/** Whether everything that was sent is stored, in quarantine, rejected, a resend or restated; `before` as in checkMesh(). */
export async function checkTotals(clients: Clients, before: Stored, totals: Omit<SentTotals, 'restated'> & Partial<SentTotals>): Promise<Finding[]> {
  const after = await countStored(clients);
  const { sent, accepted, quarantined, rejected, resends, restated = 0 } = totals;
  const stored = after.events - before.events;
  const kept = after.quarantined - before.quarantined;
  return [
    { name: 'answers', ok: totals.differences.length === 0, detail: totals.differences[0] ?? `every answer as expected: ${accepted} accepted, ${quarantined} to quarantine, ${rejected} rejected` },
    { name: 'totals', ok: sent === stored + kept + rejected + resends + restated, detail: `sent ${sent} = stored ${stored} + quarantined ${kept} + rejected ${rejected} + resends ${resends}${restated > 0 ? ` + restated ${restated}` : ''}` },
  ];
}

/** Each primary key once in the analysts' view of every event product. */
export async function checkOnce({ rows, products }: Clients): Promise<Finding[]> {
  const events = products.filter((product) => product.kind === 'event');
  const counts: { product: string; n: number; keys: number }[] = [];
  // One after another: after a long run, each takes its share of ClickHouse's memory.
  for (const p of events) counts.push(...(await rows<{ product: string; n: number; keys: number }>(`SELECT '${p.id}' AS product, count() AS n, uniqExact(${p.primaryKey.join(', ')}) AS keys FROM ${p.database}.${p.view}`)));
  const doubled = counts.filter(({ n, keys }) => Number(n) !== Number(keys));
  return [{ name: 'once in views', ok: doubled.length === 0, detail: doubled.map(({ product, n, keys }) => `${product}: ${n} rows, ${keys} keys`).join('; ') || `${counts.reduce((sum, { n }) => sum + Number(n), 0)} rows of ${counts.length} products, each key once` }];
}

/** What the topic of memberships has now, seen from `frozen` (ms). */
export async function readMemberships(clients: Clients, frozen: number, also?: (change: SegmentsMemberships) => void): Promise<MembershipLog> {
  const product = productOf(clients.products, 'segments.memberships');
  const decoder = new Decoder<SegmentsMemberships>(clients.registry, product);
  const log = new MembershipLog(frozen);
  await readTopics(clients.kafka, new Map([[product.topic, []]]), async ({ message }) => {
    const change = await decoder.decode(message.value);
    log.add(change);
    also?.(change);
  });
  return log;
}

/** Memberships on the topic, in ClickHouse and by SQL as of `frozen` (ms): the same ones. */
export async function checkMemberships(clients: Clients, frozen: number, log?: MembershipLog): Promise<Finding[]> {
  const { changes, broken, then, underWay } = log ?? (await readMemberships(clients, frozen));
  const inClickHouse = await rowsOf(clients, frozen, `SELECT profile_id, segment FROM segments.memberships
    WHERE toUnixTimestamp64Milli(if(reason = 'time', caused_at, evaluated_at)) <= {now:Int64} GROUP BY profile_id, segment HAVING argMax(change, sequence) = 'entered'`);
  const bySql = await rowsOf(clients, frozen, 'SELECT profile_id, segment FROM segments.members_at(now = {now:Int64})');
  return [
    { name: 'alternation', ok: broken === 0, detail: `${changes} changes of memberships, ${broken} out of order` },
    compare('topic = ClickHouse', then, inClickHouse),
    compare('topic = SQL as of T', then, bySql, underWay),
  ];
}

/** Segments by profile, of a query for both; a row per profile, or a long run's would not fit into memory. */
async function rowsOf(clients: Clients, now: number, query: string): Promise<Map<string, string[]>> {
  const rows = await clients.rows<{ profile_id: string; segments: string[] }>(`SELECT profile_id, groupArray(segment) AS segments FROM (${query}) GROUP BY profile_id`, { now });
  return new Map(rows.map(({ profile_id, segments }) => [profile_id, segments]));
}

function compare(name: string, left: Sets, right: ReadonlyMap<string, readonly string[]>, underWay?: ReadonlySet<string>): Finding {
  const { missing, extra } = differences(left, right, underWay);
  const ok = missing.length + extra.length === 0;
  const examples = [...missing.slice(0, 2).map((entry) => `only left: ${entry}`), ...extra.slice(0, 2).map((entry) => `only right: ${entry}`)];
  const but = underWay?.size ? `; ${underWay.size} profiles left out, which were changing at T` : '';
  return { name, ok, detail: ok ? `${sizeOf(left)} memberships, the same${but}` : `${missing.length} missing, ${extra.length} extra (${examples.join('; ')})` };
}

/** Comparisons of profiles that go on changing: so often at most, until none differs each time. */
const COMPARISONS = 5;

/** Whether personalization knows each profile with the segments of its state; time may go on changing both. */
export async function checkProfiles(clients: Clients): Promise<Finding> {
  let { different, unknown, profiles } = await compareProfiles(clients);
  for (let again = 1; again < COMPARISONS && different.length + unknown.length > 0; again += 1) {
    await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
    const next = await compareProfiles(clients);
    different = different.filter((id) => next.different.includes(id));
    unknown = unknown.filter((id) => next.unknown.includes(id));
    profiles = next.profiles;
  }
  const ok = different.length === 0 && unknown.length === 0;
  return { name: "profiles = segments' state", ok, detail: ok ? `${profiles} profiles, the same segments` : `${different.length} differ (${different[0] ?? ''}), ${unknown.length} unknown to segments (${unknown[0] ?? ''})` };
}

async function compareProfiles(clients: Clients): Promise<{ different: string[]; unknown: string[]; profiles: number }> {
  const latest = async (id: 'segments.state' | 'personalization.profiles') => {
    const product = productOf(clients.products, id);
    const decoder = new Decoder<SegmentsState | PersonalizationProfiles>(clients.registry, product);
    const found = new Map<string, string>();
    await readTopics(clients.kafka, new Map([[product.topic, []]]), async ({ message }) => {
      if (message.value) found.set(String(message.key), (await decoder.decode(message.value)).segments.map(({ segment }) => segment).sort().join(','));
      else found.delete(String(message.key));
    });
    return found;
  };
  const states = await latest('segments.state');
  const profiles = await latest('personalization.profiles');
  return {
    different: [...states].filter(([id, names]) => names !== (profiles.get(id) ?? '')).map(([id]) => id),
    unknown: [...profiles.keys()].filter((id) => !states.has(id)),
    profiles: profiles.size,
  };
}
