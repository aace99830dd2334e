// One new person who does what moves them into a segment: when their row, their membership and their profile are there,
// the whole mesh works.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clients } from '@tideway/mesh';
import { Connections, allAccepted, send, type NativeRequest } from '@tideway/simulator';
import type { Arena } from './arena.js';
import { webEventId } from './domains/index.js';
import type { Ledger } from './load/ledger.js';

export interface CanaryResult {
  /** From the call until all of it was seen; undefined where something was missing when the time was over. */
  ms: number | undefined;
  /** What was missing, for people; '' where nothing was. */
  missing: string;
  /** Native events that were sent, and answered with a 2xx. */
  events: number;
  /** What was seen, for people, in order, and when (ms after the call). */
  seen: { what: string; ms: number }[];
}

export interface CanaryParts {
  arena: Arena;
  clients: Clients;
  ledger: Ledger;
}

/** Its own limit for each question: a part that does not answer is asked again. */
const ASK_TIMEOUT_MS = 3_000;
const ASK_EVERY_MS = 50;
/** A service that is away is asked again this often at least: how long it was away is what is measured. */
const LONGEST_PAUSE_MS = 200;
/** The segment of who looks at three products within five minutes and consents to personalization. */
const SEGMENT = 'high-intent';

/** Sends the canary, and waits until it has arrived everywhere, `timeoutMs` at most. Does not reject for anything that is away. */
export async function sendCanary(parts: CanaryParts, timeoutMs: number, signal?: AbortSignal): Promise<CanaryResult> {
  const begin = performance.now();
  const person = `canary-${randomUUID()}`;
  const request = canaryRequest(person);
  const connections = new Connections();
  const limit = AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])]);
  const left = () => timeoutMs - (performance.now() - begin);
  const seen: CanaryResult['seen'] = [];
  const see = (what: string) => seen.push({ what, ms: performance.now() - begin });
  parts.ledger.taken(request);
  try {
    // Longer than the canary may take: an event that was sent must be answered, or nobody knows whether it was taken.
    const answer = await send(request, parts.arena.load, { connections, signal, longestPauseMs: LONGEST_PAUSE_MS });
    parts.ledger.answered(request, answer);
    if (answer.accepted !== request.events) return { ms: undefined, missing: `an answer as expected: ${answer.text}`, events: 0, seen };
    see('its answer');
    const missing = await waitForArrival(parts, person, request, { limit, left, see });
    return { ms: missing === '' ? performance.now() - begin : undefined, missing, events: request.events, seen };
  } finally {
    connections.close();
  }
}

/** The batch as Segment's libraries send it: four products looked at, with consent. */
export function canaryRequest(person: string, now = Date.now()): NativeRequest {
  const consent = { categoryPreferences: { Analytics: true, Personalization: true, Advertising: true, Marketing: true } };
  const batch = Array.from({ length: 4 }, (_, i) => ({
    type: 'track', event: 'Product Viewed', messageId: `${person}-${i}`, anonymousId: person, timestamp: new Date(now - 4 + i).toISOString(),
    properties: { product_id: `SKU-${i}`, name: `Canary ${i}`, category: 'birds', price: 10, quantity: 1, currency: 'EUR' }, context: { consent },
  }));
  return {
    domain: 'web', method: 'POST', path: '/v1/batch', contentType: 'application/json', events: batch.length, expected: allAccepted(batch.length), lane: 0,
    body: Buffer.from(JSON.stringify({ batch, sentAt: new Date(now).toISOString() })),
  };
}

interface Watch {
  limit: AbortSignal;
  /** ms */
  left(): number;
  see(what: string): void;
}

async function waitForArrival(parts: CanaryParts, person: string, request: NativeRequest, { limit, left, see }: Watch): Promise<string> {
  let profile: Profile | undefined;
  const ask = async () => (profile = await askProfile(parts.arena, person));
  const eventIds = Array.from({ length: request.events }, (_, i) => webEventId(`${person}-${i}`));
  const steps: [string, () => Promise<boolean>][] = [
    ['its profile', async () => (await ask()) !== undefined],
    ['its segment', async () => (await ask())?.segments.some(({ segment }) => segment === SEGMENT) ?? false],
    ['its rows', async () => (await count(parts.clients, 'SELECT count() AS n FROM web.ecommerce_events_v1 WHERE event_id IN {ids:Array(UUID)}', { ids: eventIds })) >= request.events],
    ['the row of its membership', async () => (await count(parts.clients, 'SELECT count() AS n FROM segments.memberships_v1 WHERE profile_id = {id:UUID} AND segment = {segment:String}', { id: profile?.profile_id, segment: SEGMENT })) > 0],
  ];
  for (const [what, arrived] of steps) {
    while (!(await arrived().catch(() => false))) {
      if (limit.aborted || left() <= 0) return what;
      await sleep(ASK_EVERY_MS);
    }
    see(what);
  }
  return '';
}

interface Profile {
  profile_id: string;
  segments: { segment: string }[];
}

/** Undefined until it is there. */
async function askProfile(arena: Arena, person: string): Promise<Profile | undefined> {
  const response = await fetch(`${arena.url('personalization')}/v1/profiles/anonymous_id:${person}`, {
    headers: { authorization: `Bearer ${arena.secrets.apiKey}` }, signal: AbortSignal.timeout(ASK_TIMEOUT_MS),
  });
  return response.ok ? ((await response.json()) as Profile) : undefined;
}

async function count(clients: Clients, query: string, params: Record<string, unknown>): Promise<number> {
  const answer = clients.rows<{ n: number }>(query, params);
  answer.catch(() => undefined);
  const [row] = await Promise.race([answer, sleep(ASK_TIMEOUT_MS).then(() => [])]);
  return Number(row?.n ?? 0);
}
