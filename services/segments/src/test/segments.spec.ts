// The segments service on the real platform: entries and exits by activity, time, consent, merge and definition, and
// the same members whatever is cold, killed or redone.
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createClickHouse, createTable, createView, historyTable, tableName, type ClickHouseClient } from '@tideway/clickhouse';
import { avroType, loadProducts, productOf, type CustomerActivities, type OperationsQuarantine, type SegmentsMemberships, type SegmentsState } from '@tideway/contracts';
import { Publisher, SchemaRegistry, TransactionalProducer, createKafka, encodeWire, partitionOf, type Kafka } from '@tideway/kafka';
import { clickhouseShape, createLogger, kafkaShape, loadConfig, registryShape, startService, type RunningService } from '@tideway/service';
import { startTestPlatform, waitFor, type TestPlatform } from '@tideway/testing';
import { segments } from '../app.module.js';
import { History } from '../history.js';
import type { WrittenDefinition } from '../live-definitions.js';
import { DEFINITIONS_TOPIC } from '../topics.js';
import { activity, decided, erasedPerson, merged, newProfile, ordered, split, viewed } from './activities.js';
import { DefinitionsFolder, type SegmentText } from './definitions-folder.js';
import { Topics, told } from './topics.js';

const MINUTE = 60_000;
const DEFINITIONS: Record<string, SegmentText> = {
  browsing: { purpose: 'personalization', when: '{ trait: views_5m, gte: 2 }' },
  buyers: { purpose: 'marketing', when: '{ trait: orders, gte: 1 }' },
  'repeat-buyers': { purpose: 'marketing', when: '{ trait: orders, gte: 2 }' },
};

const silent = createLogger('test', 'silent');
const folder = new DefinitionsFolder();
const products = loadProducts();
let platform: TestPlatform;
let service: RunningService;
let kafka: Kafka;
let registry: SchemaRegistry;
let clickhouse: ClickHouseClient;
let publisher: Publisher;
let topics: Topics;
/** Leaves a segment by time alone while the other tests run. */
const idler = newProfile();
let leavesAt = 0;
let erasedBefore = '';

const start = () => startService(segments, { ...platform.env, LOG_LEVEL: 'error', SEGMENTS_CACHE_MB: '0.1' });
const publish = (...activities: CustomerActivities[]) => publisher.publish('customer.activities', activities);
const patient = (message: string) => ({ timeoutMs: 60_000, intervalMs: 100, message });

async function rows<T>(query: string, query_params: Record<string, unknown> = {}): Promise<T[]> {
  return (await clickhouse.query({ query, query_params, format: 'JSONEachRow' })).json<T>();
}

/** What the warehouse would have of customer.identities. */
async function identities(owners: Record<string, string>, cause = 'test'): Promise<void> {
  const values = Object.entries(owners).map(([profileId, owner], i) => ({ _partition: 0, _offset: Date.now() + i, identifier: `user_id:${profileId}`, profile_id: owner, since: '2026-01-01 00:00:00.000', cause }));
  await clickhouse.insert({ table: 'customer.identities_v1', values, format: 'JSONEachRow' });
}

/** Tables as others and an older version of this service made them: the history lacks a column. */
async function createTables(): Promise<void> {
  const identitiesProduct = productOf(products, 'customer.identities');
  const history = historyTable(topics.activities);
  for (const query of [
    'CREATE DATABASE customer', createTable(identitiesProduct)[0]!, createView(identitiesProduct),
    'CREATE DATABASE segments', createTable(history)[0]!, `ALTER TABLE ${tableName(history)} DROP COLUMN message_id`,
  ]) await clickhouse.command({ query });
}

beforeAll(async () => {
  process.env['TIDEWAY_SCHEMAS'] = folder.dir;
  folder.write(DEFINITIONS);
  // Windows end at full minutes: the process's clock is ahead by so much that one comes half a minute from now.
  const now = Date.now;
  const ahead = 30_000 + MINUTE - (now() % MINUTE);
  jest.spyOn(Date, 'now').mockImplementation(() => now() + ahead);
  platform = await startTestPlatform();
  const config = loadConfig({ ...kafkaShape, ...registryShape, ...clickhouseShape }, platform.env);
  kafka = createKafka(config, 'test', silent);
  registry = new SchemaRegistry(config);
  topics = new Topics(kafka, registry);
  clickhouse = createClickHouse(config, 'test');
  publisher = new Publisher({ kafka, registry, products, service: 'test', logger: silent });
  await createTables();
  service = await start();
  await publisher.connect();
});

afterAll(async () => {
  await publisher?.disconnect();
  await service?.close();
  await clickhouse?.close();
  await platform?.stop();
  folder.remove();
  jest.restoreAllMocks();
});

describe('the segments service', () => {
  it('lets a profile enter by the activity that makes it a member', async () => {
    leavesAt = Math.ceil((Date.now() + 5_000) / MINUTE) * MINUTE;
    const early = { occurred_at: leavesAt - 5 * MINUTE + 100 };
    await publish(decided(idler, 'granted', 'personalization'), viewed(idler, early));
    await waitFor(async () => (await topics.stateOf(idler))?.traits['views_5m'] === '1', patient('the first view'));
    await publish(viewed(idler));
    const profiles = Array.from({ length: 5 }, () => newProfile());
    for (const profileId of profiles) {
      await publish(decided(profileId, 'granted', 'personalization'), viewed(profileId), viewed(profileId));
    }
    const entries = async () => (await topics.read<SegmentsMemberships>('segments.memberships')).filter(({ key, value }) => value!.segment === 'browsing' && profiles.includes(key));
    await waitFor(async () => (await entries()).length === 5, patient('five members'));
    expect((await entries()).map(({ value }) => value)).toEqual(profiles.map(() => expect.objectContaining({ change: 'entered', segments: ['browsing'] })));
    expect(await topics.changesOf(idler)).toEqual([expect.objectContaining({ sequence: 1, change: 'entered', segment: 'browsing', reason: 'activity', segments: ['browsing'] })]);
  });

  it('times the change from the receipt of the event that waited longest', async () => {
    const histogram = async (suffix: string) => Number(new RegExp(`^tideway_event_to_membership_seconds_${suffix}\\{[^}]*\\} (.*)$`, 'm').exec(await (await fetch(`${service.url}/metrics`)).text())?.[1]);
    const [count, sum] = [await histogram('count'), await histogram('sum')];
    const profileId = newProfile();
    await publish({ ...decided(profileId, 'granted', 'marketing'), received_at: Date.now() - 4_000 }, ordered(profileId));
    await waitFor(async () => (await histogram('count')) > count, patient('the change is timed'));
    expect(await histogram('count')).toBe(count + 1);
    expect((await histogram('sum')) - sum).toBeGreaterThanOrEqual(4);
  });

  it('lets a profile leave every segment of a purpose when consent for it is withdrawn', async () => {
    const profileId = newProfile();
    await publish(decided(profileId, 'granted', 'marketing'), decided(profileId, 'granted', 'personalization'), ordered(profileId), ordered(profileId), viewed(profileId), viewed(profileId));
    await waitFor(async () => (await topics.stateOf(profileId))?.segments.length === 3, patient('member of all'));
    const withdrawn = decided(profileId, 'withdrawn', 'marketing');
    await publish(withdrawn);
    await waitFor(async () => (await topics.stateOf(profileId))?.segments.length === 1, patient('member of one'));
    const changes = (await topics.changesOf(profileId)).slice(-2);
    expect(told(changes)).toEqual(['exited buyers (consent)', 'exited repeat-buyers (consent)']);
    expect(changes.map(({ segments: left, caused_at, effective_at, origin }) => ({ left, caused_at, effective_at, origin }))).toEqual([
      { left: ['browsing', 'repeat-buyers'], caused_at: withdrawn.occurred_at, effective_at: withdrawn.occurred_at, origin: withdrawn.origin },
      { left: ['browsing'], caused_at: withdrawn.occurred_at, effective_at: withdrawn.occurred_at, origin: withdrawn.origin },
    ]);
  });

  it.each([['in one partition', 2, 2], ['across partitions', 3, 4]])('merges %s: the loser leaves everything, the winner is evaluated with its activities', async (_, from, to) => {
    const [loser, winner] = [newProfile(from), newProfile(to)];
    await publish(decided(winner, 'granted', 'marketing'), ordered(winner), decided(loser, 'granted', 'marketing'), ordered(loser));
    await waitFor(async () => (await topics.stateOf(loser))?.segments.length === 1 && (await topics.stateOf(winner))?.segments.length === 1, patient('two buyers'));
    const merge = merged(loser, winner);
    await publish(merge);
    await waitFor(async () => (await topics.stateOf(winner))?.aliases.length === 1, patient('handed over'));
    expect(told((await topics.changesOf(loser)).slice(1))).toEqual(['exited buyers (merge)']);
    expect(told((await topics.changesOf(winner)).slice(1))).toEqual(['entered repeat-buyers (merge)']);
    expect((await topics.changesOf(winner)).at(-1)).toMatchObject({ caused_at: merge.occurred_at, origin: merge.origin, segments: ['buyers', 'repeat-buyers'] });
    expect(await topics.stateOf(winner)).toMatchObject({ aliases: [loser], traits: { orders: '2' } });
    const last = (await topics.read<SegmentsState>('segments.state')).filter(({ key }) => key === loser).at(-1)!;
    expect([last.value, String(last.message.headers!['merged-into'])]).toEqual([null, winner]);
    // What the winner does afterwards is counted with the loser's past.
    await publish(ordered(winner));
    await waitFor(async () => (await topics.stateOf(winner))?.traits['orders'] === '3', patient('the third order'));
    await identities({ [loser]: winner, [winner]: winner });
  });

  it('splits a profile: what identifiers did that leave it counts for the new one, also where they came by a merge, and for good', async () => {
    const [profileId, loser, made, device] = [newProfile(2), newProfile(3), newProfile(4), newProfile()] as [string, string, string, string];
    const byDevice = { identifier: `user_id:${device}` };
    await publish(decided(profileId, 'granted', 'marketing'), ordered(profileId), { ...decided(profileId, 'granted', 'marketing'), ...byDevice }, { ...ordered(profileId), ...byDevice }, ordered(loser));
    await waitFor(async () => (await topics.stateOf(profileId))?.segments.length === 2 && (await topics.stateOf(loser)) !== undefined, patient('a repeat buyer'));
    await publish(merged(loser, profileId));
    await waitFor(async () => (await topics.stateOf(profileId))?.traits['orders'] === '3', patient('three orders'));
    const splitting = split(profileId, made, device, loser);
    await publish(splitting);
    await waitFor(async () => (await topics.stateOf(made))?.segments.length === 2, patient('the new profile'));
    expect(told((await topics.changesOf(profileId)).slice(2))).toEqual(['exited repeat-buyers (split)']);
    const entries = await topics.changesOf(made);
    expect(told(entries)).toEqual(['entered buyers (split)', 'entered repeat-buyers (split)']);
    expect(entries[0]).toMatchObject({ sequence: 1, caused_at: splitting.occurred_at, origin: splitting.origin });
    expect([(await topics.stateOf(profileId))?.traits['orders'], (await topics.stateOf(made))?.traits['orders']]).toEqual(['1', '2']);
    // Nothing of it is in memory any more, and what is handed over late belongs to whose identifier did it.
    await service.close();
    service = await start();
    const late = newProfile(1);
    await publish(ordered(profileId), { ...ordered(made), ...byDevice }, { ...ordered(late), ...byDevice }, ordered(late), merged(late, profileId));
    await waitFor(async () => (await topics.stateOf(profileId))?.traits['orders'] === '3' && (await topics.stateOf(made))?.traits['orders'] === '4', patient('what came after'));
    expect([await topics.stateOf(loser), await topics.stateOf(late)]).toEqual([undefined, undefined]);
    await identities({ [profileId]: profileId, [late]: profileId, [device]: made, [loser]: made });
  });

  it('lets an erased profile leave everything, for good', async () => {
    const [profileId, other] = [newProfile(1), newProfile(1)];
    await publish(decided(profileId, 'granted', 'marketing'), ordered(profileId), decided(other, 'granted', 'marketing'), ordered(other));
    await waitFor(async () => (await topics.stateOf(profileId))?.segments.length === 1 && (await topics.stateOf(other))?.segments.length === 1, patient('two buyers'));
    const erasure = erasedPerson(profileId);
    // What is handed over to it late goes with it; the order would come from a source that is replayed.
    await publish(erasure, ordered(profileId), merged(other, profileId));
    await waitFor(async () => (await topics.stateOf(profileId)) === undefined && (await topics.stateOf(other)) === undefined, patient('both are gone'));
    const [, exit, ...more] = await topics.changesOf(profileId);
    expect(exit).toMatchObject({ change: 'exited', segment: 'buyers', reason: 'erasure', caused_at: erasure.occurred_at, origin: erasure.origin, segments: [] });
    expect(more).toEqual([]);
    const last = (await topics.read<SegmentsState>('segments.state')).filter(({ key }) => key === profileId).at(-1)!;
    expect([last.value, String(last.message.headers!['erased'])]).toEqual([null, 'yes']);
    await identities({ [profileId]: profileId, [other]: profileId }, 'erasure');
    erasedBefore = profileId;
  });

  it('takes everything to the end of a chain of merges, also what is handed over late', async () => {
    const [a, b, c] = [newProfile(0), newProfile(1), newProfile(5)] as [string, string, string];
    await publish(...[a, b, c].flatMap((profileId) => [decided(profileId, 'granted', 'marketing'), ordered(profileId)]));
    await waitFor(async () => {
      const known = await topics.states();
      return [a, b, c].every((profileId) => known.get(profileId)?.segments.length === 1);
    }, patient('three buyers'));
    await publish(merged(b, c));
    await waitFor(async () => (await topics.stateOf(c))?.aliases.includes(b), patient('B is merged into C'));
    // A's hand-over comes to B when B is gone, and only the changelog knows where.
    await service.close();
    service = await start();
    await publish(ordered(erasedBefore), merged(a, b));
    await waitFor(async () => (await topics.stateOf(c))?.aliases.includes(a), patient('A is handed on to C'));
    expect(await topics.stateOf(c)).toMatchObject({ aliases: [b, a], traits: { orders: '3' }, segments: [{ segment: 'buyers' }, { segment: 'repeat-buyers' }] });
    expect([await topics.stateOf(a), await topics.stateOf(b)]).toEqual([undefined, undefined]);
    expect(told((await topics.changesOf(b)).slice(1))).toEqual(['exited buyers (merge)']);
    await identities({ [a]: c, [b]: c, [c]: c });
    expect(await topics.changesOf(erasedBefore)).toHaveLength(2);
  });

  it('stores a field that the table of an older version does not have', async () => {
    const profileId = newProfile();
    await publish(activity(profileId, 'email_clicked', { message_id: 'm-1', product: 'email.engagements' }));
    await waitFor(async () => (await rows<{ message_id: string }>('SELECT message_id FROM segments.activities WHERE profile_id = {profileId:UUID}', { profileId }))[0]?.message_id === 'm-1', patient('the field'));
  });

  it('puts what is no activity into quarantine and goes on with the partition', async () => {
    const profileId = newProfile(1);
    const producer = kafka.producer();
    await producer.connect();
    const id = await registry.register(topics.activities);
    const type = avroType(topics.activities.schema);
    const forged = Buffer.concat([encodeWire(id, type, ordered(profileId)), Buffer.from([1, 2, 3])]);
    const wrong = encodeWire(id, type, { ...ordered(profileId), activity_id: 'not a uuid' });
    await producer.send({ topic: topics.activities.topic, messages: [Buffer.from('plain text'), forged, wrong].map((value) => ({ key: profileId, value, partition: 1 })) });
    await producer.disconnect();
    await publish(decided(profileId, 'granted', 'marketing'), ordered(profileId));
    await waitFor(async () => (await topics.stateOf(profileId))?.traits['orders'] === '1', patient('the activity after them'));
    const offset = ({ origin }: OperationsQuarantine) => Number(origin!.split(':').at(-1));
    const quarantined = (await topics.read<OperationsQuarantine>('operations.quarantine')).map(({ value }) => value!).sort((a, b) => offset(a) - offset(b));
    expect(quarantined.map(({ stage, code }) => `${stage} ${code}`)).toEqual(['decode not_decodable', 'decode not_decodable', 'contract type']);
    expect(quarantined[0]!.original.toString()).toBe('plain text');
    expect(quarantined.every(({ origin }) => /^customer\.activities\.v1:1:\d+$/.test(origin!))).toBe(true);
    await identities({ [profileId]: profileId });
  });

  it('waits for ClickHouse when it is killed, and neither loses nor doubles anything', async () => {
    const profiles = Array.from({ length: 12 }, () => newProfile());
    await publish(...profiles.flatMap((profileId) => [decided(profileId, 'granted', 'marketing'), ordered(profileId)]));
    await waitFor(async () => (await topics.states()).size > 0 && (await topics.changesOf(profiles.at(-1)!)).length === 1, patient('buyers'));
    platform.kill('clickhouse');
    for (const profileId of profiles) await publish(ordered(profileId));
    await platform.ready('clickhouse');
    await waitFor(async () => {
      const known = await topics.states();
      return profiles.every((profileId) => known.get(profileId)?.segments.length === 2);
    }, patient('repeat buyers'));
    const known = await topics.states();
    expect(profiles.map((profileId) => known.get(profileId)!.traits['orders'])).toEqual(profiles.map(() => '2'));
    const stored = async () => Number((await rows<{ n: number }>('SELECT count() AS n FROM segments.activities WHERE has({profiles:Array(UUID)}, profile_id)', { profiles }))[0]!.n);
    await waitFor(async () => (await stored()) >= 36, patient('the rows'));
    expect(await stored()).toBe(36);
    await identities(Object.fromEntries(profiles.map((profileId) => [profileId, profileId])));
  });

  it('goes on with those who are in memory when a transaction fails, but for whom it was about', async () => {
    const [turned, other] = [newProfile(0), newProfile(0)];
    const ordersOf = async (profileId: string) => (await topics.stateOf(profileId))?.traits['orders'];
    const reads = async () => Number(/^tideway_history_duration_seconds_count\{[^}]*operation="read"[^}]*\} (.*)$/m.exec(await (await fetch(`${service.url}/metrics`)).text())?.[1] ?? 0);
    await publish(...[turned, other].flatMap((profileId) => [decided(profileId, 'granted', 'marketing'), ordered(profileId)]));
    await waitFor(async () => (await ordersOf(turned)) === '1' && (await ordersOf(other)) === '1', patient('an order each'));
    const before = await reads();
    const usurper = await TransactionalProducer.open(kafka, 'segments-0', 'segments');
    await usurper.close();
    await publish(ordered(turned));
    await waitFor(async () => (await ordersOf(turned)) === '2', patient('the order of the transaction that failed'));
    const then = await reads();
    expect(then).toBeGreaterThan(before);
    await publish(ordered(other));
    await waitFor(async () => (await ordersOf(other)) === '2', patient('the other order'));
    expect(await reads()).toBe(then);
    await identities({ [turned]: turned, [other]: other });
  });

  it('gives profiles that are not in memory the members that they have to have', async () => {
    // Over a hundred in a partition: most are forgotten before they order again. As many as this, ClickHouse refuses to be asked for at once.
    const profiles = Array.from({ length: 4_000 }, () => newProfile(0));
    await publish(...profiles.flatMap((profileId) => [decided(profileId, 'granted', 'marketing'), ordered(profileId)]));
    await waitFor(async () => (await topics.states()).get(profiles.at(-1)!)?.traits['orders'] === '1', patient('the first order'));
    await publish(...profiles.map(ordered));
    await waitFor(async () => (await topics.states()).get(profiles.at(-1)!)?.traits['orders'] === '2', patient('the second order'));
    await service.close();
    await publish(...profiles.map(ordered));
    service = await start();
    await waitFor(async () => (await topics.states()).get(profiles.at(-1)!)?.traits['orders'] === '3', patient('the third order'));
    const known = await topics.states();
    expect(profiles.filter((profileId) => known.get(profileId)!.traits['orders'] !== '3')).toEqual([]);
    expect(profiles.filter((profileId) => known.get(profileId)!.sequence !== 2)).toEqual([]);
    await identities(Object.fromEntries(profiles.map((profileId) => [profileId, profileId])));
  });

  it('lets a profile leave by time alone, at the minute that its window ends', async () => {
    await waitFor(async () => (await topics.changesOf(idler)).length === 2, { ...patient('the exit'), timeoutMs: 90_000 });
    const [, exit] = await topics.changesOf(idler);
    expect(exit).toMatchObject({ change: 'exited', segment: 'browsing', reason: 'time', caused_at: leavesAt, origin: null, segments: [] });
    expect(exit!.evaluated_at - leavesAt).toBeGreaterThanOrEqual(0);
  });

  it('brings those whom changed definitions concern to them at the next start, and counts the range once that a crash left behind', async () => {
    const profileId = newProfile();
    await publish(decided(profileId, 'granted', 'marketing'), ordered(profileId), ordered(profileId));
    await waitFor(async () => (await topics.stateOf(profileId))?.segments.length === 2, patient('a repeat buyer'));
    const before = await topics.states();
    const partition = partitionOf(profileId, topics.activities.partitions);
    await waitFor(async () => topics.committed(partition).then(({ offset, store }) => store!.next >= offset), patient('everything is stored'));
    await service.close();
    await publish(ordered(profileId));
    await leaveUnfinished(partition);
    folder.write({ ...DEFINITIONS, buyers: { ...DEFINITIONS['buyers']!, version: 2, when: '{ trait: orders, gte: 100 }' }, once: { purpose: 'marketing', when: '{ trait: orders, eq: 1 }' } });
    service = await start();
    await waitFor(async () => {
      const after = await topics.states();
      return [...before].filter(([, state]) => state.segments.some(({ segment }) => segment === 'buyers')).every(([id, state]) => after.get(id)!.definitions !== state.definitions);
    }, patient('all buyers evaluated'));
    await waitFor(async () => (await topics.committed(partition)).store!.to === undefined, patient('the range is finished'));
    await publish(ordered(profileId));
    await waitFor(async () => (await topics.stateOf(profileId))!.sequence >= 3 && (await topics.stateOf(profileId))!.traits['orders'] !== '3', patient('the order after it'));
    expect(await topics.stateOf(profileId)).toMatchObject({ traits: { orders: '4' }, segments: [{ segment: 'repeat-buyers', version: 1 }] });
    const changes = (await topics.changesOf(profileId)).slice(2);
    // The order that came while nobody ran may be evaluated before, or with, what has changed.
    expect(told(changes)).toEqual([expect.stringMatching(/^exited buyers \((definition|activity)\)$/)]);
    expect(changes[0]).toMatchObject({ segment_version: 1 });
    await identities({ [profileId]: profileId });
  });

  it('follows a segment that is written and removed while it runs: who is concerned enters, and leaves, without a restart', async () => {
    const entered = async () => [...(await topics.states()).values()].filter((state) => state.segments.some(({ segment }) => segment === 'loyal')).length;
    const expected = [...(await topics.states()).values()].filter(({ traits }) => Number(traits['orders']) >= 3).length;
    const text = 'name: loyal\nversion: 1\ndescription: Three orders\nowner: test\npurpose: marketing\nwhen: { trait: orders, gte: 3 }\n';
    await write('segments/loyal', { text, by: 'test', at: Date.now() });
    await waitFor(async () => (await entered()) === expected, patient(`${expected} loyal ones`));
    expect(expected).toBeGreaterThan(4_000);
    const changes = (await topics.read<SegmentsMemberships>('segments.memberships')).map(({ value }) => value!).filter(({ segment }) => segment === 'loyal');
    expect(new Set(told(changes))).toEqual(new Set(['entered loyal (definition)']));
    // One who comes to it by an activity, and one that is written wrong: it is left out, and the others go on.
    const profileId = newProfile(0);
    await write('segments/wrong', { text: text.replace('loyal', 'wrong').replace('trait: orders', 'trait: order'), by: 'test', at: Date.now() });
    await publish(decided(profileId, 'granted', 'marketing'), ordered(profileId), ordered(profileId), ordered(profileId));
    await waitFor(async () => (await entered()) === expected + 1, patient('one more'));
    expect(await (await fetch(`${service.url}/metrics`)).text()).toMatch(/^tideway_definitions_disabled\{.*\} 1$/m);
    await identities({ [profileId]: profileId });
    await write('segments/loyal', null);
    await waitFor(async () => (await entered()) === 0, patient('nobody'));
    expect(told((await topics.changesOf(profileId)).slice(-1))).toEqual(['exited loyal (definition)']);
  });

  it('works out where a value stands among everybody\'s, and lets those in who come to be among the highest', async () => {
    const profileId = newProfile();
    await publish(decided(profileId, 'granted', 'marketing'), ...Array.from({ length: 6 }, () => ordered(profileId)));
    await waitFor(async () => (await topics.stateOf(profileId))?.traits['orders'] === '6', patient('six orders'));
    await identities({ [profileId]: profileId });
    await write('traits/orders_decile', { text: 'name: orders_decile\ndescription: Decile\nowner: test\noperator: score\nof: orders\ninto: 10\nevery: 1h\n', by: 'test', at: Date.now() });
    await write('segments/top-buyers', { text: 'name: top-buyers\nversion: 1\ndescription: Top\nowner: test\npurpose: marketing\nwhen: { trait: orders_decile, gte: 10 }\n', by: 'test', at: Date.now() });
    await waitFor(async () => (await topics.stateOf(profileId))!.segments.some(({ segment }) => segment === 'top-buyers'), patient('the top buyer'));
    expect(told((await topics.changesOf(profileId)).slice(-1))).toEqual(['entered top-buyers (time)']);
    expect(await rows('SELECT boundaries, people > 4000 AS many FROM segments.ranks')).toEqual([{ boundaries: Array.from({ length: 9 }, () => 3), many: 1 }]);
    // They enter by SQL's answer; the value comes with the evaluation after it.
    expect(await waitFor(async () => (await topics.stateOf(profileId))?.traits['orders_decile'], patient('the value'))).toBe('10');
  });

  it('has on the topic the members that SQL computes as of one time', async () => {
    await identities({ [idler]: idler });
    const known = new Set((await rows<{ profile_id: string }>('SELECT DISTINCT profile_id FROM customer.identities')).map((row) => row.profile_id));
    const at = Date.now();
    const now = await topics.states();
    const onTopic = [...now.values()].flatMap(({ profile_id, segments: held }) => held.map(({ segment }) => `${profile_id} ${segment}`)).filter((pair) => known.has(pair.slice(0, 36)));
    const bySql = await rows<{ profile_id: string; segment: string }>('SELECT profile_id, segment FROM segments.members_at(now = {at:Int64})', { at });
    expect(bySql.map(({ profile_id, segment }) => `${profile_id} ${segment}`).sort()).toEqual(onTopic.sort());
    expect(onTopic.length).toBeGreaterThan(300);
    const followed = new Map<string, string[]>();
    for (const { key, value } of await topics.read<SegmentsMemberships>('segments.memberships')) followed.set(key, value!.segments);
    for (const [profileId, state] of now) expect([profileId, followed.get(profileId) ?? []]).toEqual([profileId, state.segments.map(({ segment }) => segment)]);
  });
});

/** Writes a definition, or removes it, as the service's API does. */
async function write(key: string, definition: WrittenDefinition | null): Promise<void> {
  const producer = kafka.producer();
  await producer.connect();
  await producer.send({ topic: DEFINITIONS_TOPIC, messages: [{ key, value: definition && JSON.stringify(definition) }] });
  await producer.disconnect();
}

/** What a crash leaves between an insert into ClickHouse and the next commit: a range that was announced and whose rows are there. */
async function leaveUnfinished(partition: number): Promise<void> {
  const history = new History(clickhouse, registry, topics.activities);
  await history.prepare(kafka);
  const { range, message, activity: last } = await topics.announceLast(partition);
  await history.insert(range, [history.row(partition, message, last)]);
}
