// The customer service on the real platform: profiles, merges, resends, consents, a restart and a rebuild.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadProducts, productOf, readSplit, type CustomerActivities, type CustomerConsents, type CustomerIdentities, type ProductId, type WebConsents, type WebOrders, type WebPageViews } from '@tideway/contracts';
import { Decoder, Publisher, SchemaRegistry, createKafka, ensureTopics, readTopics, type Kafka } from '@tideway/kafka';
import { loadIdentifierRules } from '@tideway/identifiers';
import { createLogger, kafkaShape, loadConfig, registryShape, startService, type RunningService } from '@tideway/service';
import { startTestPlatform, waitFor, type TestPlatform } from '@tideway/testing';
import { v4 as uuid } from 'uuid';
import { customer } from '../app.module.js';
import { Restore } from '../restore.js';
import { EVENT_IDS } from '../topics.js';

let platform: TestPlatform;
let service: RunningService;
let kafka: Kafka;
let registry: SchemaRegistry;
let publisher: Publisher;
const products = loadProducts();
const silent = createLogger('test', 'silent');

const start = (group = 'customer') => startService(customer, { ...platform.env, LOG_LEVEL: 'warn', CUSTOMER_GROUP: group });

/** A record that somebody else wrote to a topic of this service. */
const FOREIGN = Buffer.from('plain text');

async function sendForeign(topic: string): Promise<void> {
  const producer = kafka.producer();
  await producer.connect();
  await producer.send({ topic, messages: [{ key: 'foreign', value: FOREIGN }] });
  await producer.disconnect();
}

/** The last value of each key, or all values in order where `key` is not wanted. */
async function read<T>(id: ProductId): Promise<{ key: string; value: T | null; partition: number }[]> {
  const product = productOf(products, id);
  const decoder = new Decoder<T>(registry, product);
  const rows: { key: string; value: T | null; partition: number }[] = [];
  await readTopics(kafka, new Map([[product.topic, []]]), async ({ message, partition }) => {
    if (message.value?.equals(FOREIGN)) return;
    rows.push({ key: String(message.key), value: message.value ? await decoder.decode(message.value) : null, partition });
  }, { isSettled: true });
  return rows;
}

async function profiles(): Promise<Map<string, string>> {
  return new Map((await read<CustomerIdentities>('customer.identities')).map(({ key, value }) => [key, value!.profile_id]));
}

const activitiesOf = async (identifier: string) =>
  (await read<CustomerActivities>('customer.activities')).map(({ value }) => value!).filter((activity) => activity.identifier === identifier);

let clock = 1_795_000_000_000;
function envelope(identifiers: Record<string, string>) {
  clock += 1_000;
  return { event_id: uuid(), occurred_at: clock, received_at: clock, source: 'segment:shop', identifiers };
}
const page = (identifiers: Record<string, string>, change: Partial<WebPageViews> = {}): WebPageViews => ({
  ...envelope(identifiers), session_id: null, url: 'https://shop.example/', path: '/', title: null, referrer: null, utm_source: null, utm_medium: null,
  utm_campaign: null, utm_content: null, utm_term: null, utm_id: null, click_id_type: null, click_id: null, channel: 'direct', device: 'desktop', country: null, platform: 'web', is_bot: false, ...change,
});
const order = (identifiers: Record<string, string>): WebOrders => ({
  ...envelope(identifiers), order_id: uuid(), status: 'completed', total_micros: 5_000_000, tax_micros: null, shipping_micros: null, discount_micros: null, net_change_micros: 5_000_000, coupon: null, currency: 'EUR', items: [],
});
const consent = (identifiers: Record<string, string>, decision: WebConsents['decision']): WebConsents => ({
  ...envelope(identifiers), purpose: 'advertising', channel: 'any', decision, legal_basis: 'consent', evidence: null,
});

beforeAll(async () => {
  platform = await startTestPlatform({ clickhouse: false });
  service = await start();
  const config = loadConfig({ ...kafkaShape, ...registryShape }, platform.env);
  kafka = createKafka(config, 'test', silent);
  registry = new SchemaRegistry(config);
  publisher = new Publisher({ kafka, registry, products, service: 'test', logger: silent });
});

afterAll(async () => {
  await publisher?.disconnect();
  await service?.close();
  await platform?.stop();
});

describe('the customer service', () => {
  it('makes an activity of each event, with a touch where it is a landing', async () => {
    const landing = page({ anonymous_id: 'a1' }, { channel: 'paid_search', utm_source: 'google', click_id_type: 'gclid', click_id: 'G1' });
    await publisher.publish('web.page-views', [landing, page({ anonymous_id: 'a1' })]);
    await waitFor(async () => (await activitiesOf('anonymous_id:a1')).length === 3, { timeoutMs: 60_000, message: 'three activities' });
    const [linked, landed, viewed] = await activitiesOf('anonymous_id:a1');
    expect(linked).toMatchObject({ type: 'identifier_linked', product: 'customer.identities' });
    expect(landed).toMatchObject({ type: 'page_viewed', activity_id: landing.event_id, touch: { channel: 'paid_search', source: 'google', click_id: 'G1' } });
    expect(viewed).toMatchObject({ type: 'page_viewed', touch: null, profile_id: landed!.profile_id });
  });

  it('drops a resent event, also after a restart, whatever else somebody wrote among its ids', async () => {
    const event = order({ user_id: 'u2' });
    await publisher.publish('web.orders', [event]);
    await publisher.publish('web.orders', [event]);
    await waitFor(async () => (await activitiesOf('user_id:u2')).length === 2, { timeoutMs: 60_000, message: 'the order' });
    await sendForeign(EVENT_IDS.topic);
    await service.close();
    service = await start();
    await publisher.publish('web.orders', [event, order({ user_id: 'u2' })]);
    await waitFor(async () => (await activitiesOf('user_id:u2')).length >= 3, { timeoutMs: 60_000, message: 'the second order' });
    expect((await activitiesOf('user_id:u2')).map((activity) => activity.type)).toEqual(['identifier_linked', 'order_completed', 'order_completed']);
  });

  it('merges two devices into the older profile and tells the loser first', async () => {
    await publisher.publish('web.page-views', [page({ anonymous_id: 'phone' })]);
    await publisher.publish('web.page-views', [page({ anonymous_id: 'laptop' })]);
    await publisher.publish('web.page-views', [page({ anonymous_id: 'phone', user_id: 'u3' })]);
    await publisher.publish('web.page-views', [page({ anonymous_id: 'laptop', user_id: 'u3' })]);
    await waitFor(async () => {
      const known = await profiles();
      return known.has('user_id:u3') && known.get('anonymous_id:phone') === known.get('anonymous_id:laptop');
    }, { timeoutMs: 60_000, message: 'one profile' });
    const known = await profiles();
    expect(known.get('user_id:u3')).toBe(known.get('anonymous_id:phone'));
    const merged = (await read<CustomerActivities>('customer.activities')).map(({ value }) => value!).filter((activity) => activity.type === 'profile_merged');
    expect(merged.at(-1)!.properties).toEqual({ into: known.get('anonymous_id:phone') });
    expect(merged.at(-1)!.profile_id).not.toBe(known.get('anonymous_id:phone'));
  });

  it('keeps the latest consent decision, in the partition of the profile', async () => {
    await publisher.publish('web.consents', [consent({ user_id: 'u4' }, 'granted')]);
    await publisher.publish('web.consents', [consent({ user_id: 'u4' }, 'withdrawn')]);
    const latest = async () => (await read<CustomerConsents>('customer.consents')).filter(({ value }) => value?.origin.startsWith('web.consents.v1'));
    await waitFor(async () => (await latest()).at(-1)?.value?.decision === 'withdrawn', { timeoutMs: 60_000, message: 'withdrawn' });
    const { key, value, partition } = (await latest()).at(-1)!;
    expect(key).toBe(`${value!.profile_id}|advertising|any`);
    const activity = (await read<CustomerActivities>('customer.activities')).find((row) => row.key === value!.profile_id)!;
    expect(partition).toBe(activity.partition);
  });

  it('goes on without loss when the broker is killed', async () => {
    platform.kill('kafka-1');
    await platform.ready('kafka-1');
    const events = Array.from({ length: 50 }, () => order({ user_id: 'u5' }));
    await waitFor(async () => publisher.publish('web.orders', events).then(() => true, () => false), { timeoutMs: 60_000, message: 'published' });
    await waitFor(async () => (await activitiesOf('user_id:u5')).length >= 51, { timeoutMs: 60_000, message: 'all activities' });
    expect((await activitiesOf('user_id:u5')).length).toBe(51);
  });

  it('gives the same profiles when it is rebuilt from the topics', async () => {
    const before = await profiles();
    await service.close();
    const admin = kafka.admin();
    await admin.connect();
    const withoutTopics = async (topics: string[]) => {
      await admin.deleteTopics({ topics });
      await waitFor(async () => !(await admin.listTopics()).some((topic) => topics.includes(topic)), { timeoutMs: 60_000, message: 'topics deleted' });
    };
    await withoutTopics(['customer.activities.v1', 'customer.identities.v1', 'customer.consents.v1']);
    await ensureTopics(kafka, products);
    // Whoever forgets one would have everything dropped as sent again.
    await expect(new Restore(kafka, registry, products, loadIdentifierRules(), silent).state()).rejects.toThrow(/customer\.event-ids\.v1 has the ids of \d+ events, and customer\.identities\.v1 nobody/);
    await withoutTopics([EVENT_IDS.topic]);
    await admin.disconnect();
    service = await start('customer-rebuild');
    await waitFor(async () => (await profiles()).size >= before.size, { timeoutMs: 60_000, message: 'profiles rebuilt' });
    await waitFor(async () => JSON.stringify([...(await profiles())].sort()) === JSON.stringify([...before].sort()), { timeoutMs: 60_000, message: 'the same profiles' });
    expect([...(await profiles())].sort()).toEqual([...before].sort());
  });

  it('takes an identifier out of a profile, and what had joined them does not join them again after a takeover', async () => {
    const joined = page({ anonymous_id: 'shared', user_id: 'u6' });
    await publisher.publish('web.page-views', [joined]);
    await waitFor(async () => (await profiles()).has('user_id:u6'), { timeoutMs: 60_000, message: 'one profile' });
    const former = (await profiles()).get('user_id:u6')!;
    const request = { ...envelope({ anonymous_id: 'shared' }), leaving: ['anonymous_id:shared'] };
    await publisher.publish('customer.splits', [request]);
    await waitFor(async () => (await profiles()).get('anonymous_id:shared') !== former, { timeoutMs: 60_000, message: 'two profiles' });
    const after = await profiles();
    await service.close();
    service = await start('customer-rebuild');
    // As it would come when its id has been forgotten; and the request, which has left no id.
    await publisher.publish('web.page-views', [{ ...joined, event_id: uuid() }]);
    await publisher.publish('customer.splits', [request]);
    await publisher.publish('web.page-views', [page({ anonymous_id: 'shared' })]);
    await waitFor(async () => (await activitiesOf('anonymous_id:shared')).some(({ profile_id }) => profile_id !== former), { timeoutMs: 60_000, message: 'what came after' });
    expect(await profiles()).toEqual(after);
    expect(after.get('user_id:u6')).toBe(former);
    const told = (await read<CustomerActivities>('customer.activities')).map(({ value }) => value!).filter(({ type }) => type === 'profile_split');
    expect(told.map((activity) => [activity.profile_id, readSplit(activity)?.into, readSplit(activity)?.left])).toEqual([[former, after.get('anonymous_id:shared'), ['anonymous_id:shared']]]);
    expect((await activitiesOf('anonymous_id:shared')).filter(({ type }) => type === 'page_viewed').map(({ profile_id }) => profile_id)).toEqual([after.get('anonymous_id:shared')]);
  });
});
