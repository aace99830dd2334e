// The publisher on the real platform: what it acknowledges is there, what it refuses is not, and outages pass.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadProducts, productOf, type OperationsQuarantine, type Product, type ProductRecord, type WebOrders, type WebPageViews } from '@tideway/contracts';
import { Metrics, loadConfig, registryShape, sleep } from '@tideway/service';
import { startTestPlatform, waitFor, type TestPlatform } from '@tideway/testing';
import { v4 as uuid } from 'uuid';
import { Publisher } from '../publisher.js';
import { readTopics } from '../read-topic.js';
import { Decoder, SchemaRegistry } from '../registry.js';
import { ensureTopics } from '../topics.js';
import { Cluster, silent } from './cluster.js';

let platform: TestPlatform;
let cluster: Cluster;
let publisher: Publisher;
const products = ['web.orders', 'web.page-views', 'operations.quarantine'].map((id) => productOf(loadProducts(), id));
const [orders, pageViews, quarantine] = products as [Product, Product, Product];
const metrics = new Metrics('test');

const newRegistry = () => new SchemaRegistry(loadConfig(registryShape, platform.env));
const newPublisher = (change: { maxMessageBytes?: number } = {}) => new Publisher({ kafka: cluster.kafka, registry: newRegistry(), products, service: 'test', logger: silent, metrics, ...change });
const sample = JSON.parse(readFileSync(path.join(orders.dir, 'samples/valid/full.json'), 'utf8')) as WebOrders;
const order = (change: Partial<WebOrders> = {}): WebOrders => ({ ...sample, event_id: uuid(), ...change });

const view = JSON.parse(readFileSync(path.join(pageViews.dir, 'samples/valid/full.json'), 'utf8')) as WebPageViews;
/** The product under a topic of its own. */
const pageViewsOf = (domain: string): Product => ({ ...pageViews, topic: `${domain}.page-views.v1`, subject: `${domain}.page-views.v1-value` });

async function read<T>(product: Product): Promise<{ key: string; value: T; partition: number }[]> {
  const decoder = new Decoder<T>(newRegistry(), product);
  const rows: { key: string; value: T; partition: number }[] = [];
  await readTopics(cluster.kafka, new Map([[product.topic, []]]), async ({ message, partition }) => {
    rows.push({ key: String(message.key), value: await decoder.decode(message.value), partition });
  });
  return rows;
}

beforeAll(async () => {
  platform = await startTestPlatform({ clickhouse: false });
  cluster = await new Cluster(platform.env).connect();
  publisher = newPublisher();
});

afterAll(async () => {
  await publisher?.disconnect();
  await cluster?.disconnect();
  await platform?.stop();
});

describe('a first publish', () => {
  it('fails retryably while the registry is away, and works later', async () => {
    platform.kill('registry');
    const record = order({ order_id: 'FIRST' });
    await expect(publisher.publish('web.orders', [record])).rejects.toMatchObject({ name: 'RetryableError', message: expect.stringContaining('registry') });
    await platform.ready('registry');
    await publisher.publish('web.orders', [record]);
    expect((await read<WebOrders>(orders)).map(({ value }) => value)).toEqual([record]);
  });

  it('has made the topic as its contract says', async () => {
    const { resources: [resource] } = await cluster.admin.describeConfigs({ includeSynonyms: false, resources: [{ type: 2, name: orders.topic, configNames: ['cleanup.policy', 'retention.ms'] }] });
    expect(Object.fromEntries(resource!.configEntries.map(({ configName, configValue }) => [configName, configValue]))).toEqual({ 'cleanup.policy': 'delete', 'retention.ms': String(orders.retentionMs) });
    expect((await cluster.admin.fetchTopicMetadata({ topics: [orders.topic] })).topics[0]!.partitions).toHaveLength(orders.partitions);
  });

  it('bounds what is read of a compacted topic that has not been compacted yet', async () => {
    await ensureTopics(cluster.kafka, [], [{ topic: 'changelog', partitions: 1, compacted: true }]);
    const { resources: [resource] } = await cluster.admin.describeConfigs({ includeSynonyms: false, resources: [{ type: 2, name: 'changelog', configNames: ['cleanup.policy', 'segment.bytes'] }] });
    expect(Object.fromEntries(resource!.configEntries.map(({ configName, configValue }) => [configName, configValue]))).toEqual({ 'cleanup.policy': 'compact', 'segment.bytes': '2097152' });
  });
});

describe('published records', () => {
  it('are read back by their key and value, those of one person in one partition', async () => {
    const sent = Array.from({ length: 60 }, (_, i) => order({ order_id: `P-${i}`, identifiers: { user_id: `p-${i % 20}` } }));
    await publisher.publish('web.orders', sent);
    const rows = (await read<WebOrders>(orders)).filter(({ value }) => value.order_id.startsWith('P-'));
    const byEvent = new Map(rows.map((row) => [row.value.event_id, row]));
    expect(rows).toHaveLength(60);
    for (const record of sent) expect(byEvent.get(record.event_id)).toMatchObject({ key: `user_id:${record.identifiers['user_id']}`, value: record });
    const partitions = Map.groupBy(rows, ({ key }) => key);
    for (const [key, group] of partitions) expect([key, new Set(group.map(({ partition }) => partition)).size]).toEqual([key, 1]);
    expect(new Set(rows.map(({ partition }) => partition)).size).toBeGreaterThan(1);
  });

  it('may be more than one request or one batch of Kafka can hold', async () => {
    const query = 'x'.repeat(2_000);
    const sent = Array.from({ length: 1_500 }, (_, i) => order({ order_id: `LARGE-${i}`, coupon: query, identifiers: { user_id: 'one-person' } }));
    await publisher.publish('web.orders', sent);
    const rows = (await read<WebOrders>(orders)).filter(({ value }) => value.order_id.startsWith('LARGE-'));
    expect(rows.map(({ value }) => value.order_id)).toEqual(sent.map(({ order_id }) => order_id));
  });

  it('are counted by product', async () => {
    const counted = async () => (await metrics.registry.getSingleMetric('tideway_published_total')!.get()).values.find(({ labels }) => labels['product'] === 'web.orders')?.value ?? 0;
    const before = await counted();
    await publisher.publish('web.orders', [order(), order()]);
    expect(await counted()).toBe(before + 2);
  });
});

describe('a record that breaks its contract', () => {
  it('is named by index and field, and nothing of its batch is sent', async () => {
    const high = async () => (await cluster.admin.fetchTopicOffsets(orders.topic)).reduce((sum, { high: end }) => sum + Number(end), 0);
    const before = await high();
    const batch = [order(), { ...order(), total_micros: 'many' }, order(), { ...order(), status: 'lost' }] as WebOrders[];
    await expect(publisher.publish('web.orders', batch)).rejects.toMatchObject({
      name: 'ContractError', retryable: false,
      message: expect.stringMatching(/^record 1 breaks the contract of web\.orders: .*total_micros/),
      violations: [{ index: 1, violation: { field: 'total_micros', code: 'type' } }, { index: 3, violation: { field: 'status', code: 'enum' } }],
    });
    expect(await high()).toBe(before);
  });

  it('sends its native event to quarantine as a whole, with the original bytes', async () => {
    const good = order({ order_id: 'OF-BROKEN-EVENT' });
    const other = order({ order_id: 'OF-GOOD-EVENT' });
    const original = Buffer.from([0x7b, 0xff, 0x00, 0x7d]);
    const records = [{ product: 'web.orders', record: good }, { product: 'web.page-views', record: { ...good } }] as unknown as ProductRecord[];
    const items = [
      { outcome: { status: 'records' as const, records }, original, source: 'segment:shop' },
      { outcome: { status: 'records' as const, records: [{ product: 'web.orders' as const, record: other }] }, original: Buffer.from('good'), source: 'segment:shop' },
    ];
    expect(await publisher.publishOutcomes(items)).toEqual({ accepted: 1, quarantined: 1, rejected: [] });
    const rows = (await read<WebOrders>(orders)).map(({ value }) => value.order_id).filter((id) => id.startsWith('OF-'));
    expect(rows).toEqual(['OF-GOOD-EVENT']);
    expect(await read(pageViews)).toEqual([]);
    const [entry, ...more] = await read<OperationsQuarantine>(quarantine);
    expect(more).toEqual([]);
    expect(entry!.key).toBe(entry!.value.event_id);
    expect(entry!.value).toMatchObject({ service: 'test', stage: 'contract', product: 'web.page-views', source: 'segment:shop', origin: null, code: expect.any(String), field: expect.any(String) });
    expect(Buffer.from(entry!.value.original)).toEqual(original);
  });

  it('keeps the id of its quarantine when the event is sent again, and another event gets another', async () => {
    const rejection = { code: 'type', field: 'f', message: 'wrong' };
    const item = (original: string) => ({ outcome: { status: 'quarantined' as const, product: 'web.orders' as const, rejection }, original: Buffer.from(original), source: 'segment:shop' });
    await publisher.publishOutcomes([item('again'), item('again'), item('other')]);
    const ids = (await read<OperationsQuarantine>(quarantine)).filter(({ value }) => ['again', 'other'].includes(Buffer.from(value.original).toString())).map(({ value }) => [Buffer.from(value.original).toString(), value.event_id]);
    expect(ids).toHaveLength(3);
    expect(new Map(ids.map(([text, id]) => [id, text])).size).toBe(2);
  });

  it('is kept whole in quarantine though it is as large as a record may be', async () => {
    const original = Buffer.alloc(1_048_500, 'x');
    const rejection = { code: 'type', field: 'f', message: 'wrong' };
    await publisher.publishOutcomes([{ outcome: { status: 'quarantined', product: 'web.orders', rejection }, original, source: 's' }]);
    const kept = (await read<OperationsQuarantine>(quarantine)).filter(({ value }) => value.original.length === original.length);
    expect(kept).toHaveLength(1);
  });
});

describe('a record that is too large for Kafka', () => {
  const end = async (product: Product) => (await cluster.admin.fetchTopicOffsets(product.topic)).reduce((sum, { high }) => sum + Number(high), 0);
  const event = (records: WebOrders[], original: Buffer) => ({ outcome: { status: 'records' as const, records: records.map((record) => ({ product: 'web.orders' as const, record })) }, original, source: 'segment:shop' });
  const faulty = (original: Buffer) => ({ outcome: { status: 'quarantined' as const, product: 'web.orders' as const, rejection: { code: 'type', field: 'f', message: 'f is wrong' } }, original, source: 'segment:shop' });

  it('is refused for good with its product and size, and nothing of its batch is sent', async () => {
    const before = await end(orders);
    await expect(publisher.publish('web.orders', [order(), order({ coupon: 'x'.repeat(1_000_000) })])).rejects.toMatchObject({
      name: 'RecordTooLargeError', retryable: false, index: 1, message: expect.stringMatching(/^record 1: a record of web\.orders has 1000\d{3} bytes, and Kafka takes 1000000 at most/),
    });
    expect(await end(orders)).toBe(before);
  });

  it('sends its native event to quarantine as a whole, and the events beside it are stored', async () => {
    const original = Buffer.from('an event of two records, one too large');
    const items = [event([order({ order_id: 'WITH-LARGE' }), order({ coupon: 'x'.repeat(1_000_000) })], original), event([order({ order_id: 'BESIDE-LARGE' })], Buffer.from('y'))];
    expect(await publisher.publishOutcomes(items)).toEqual({ accepted: 1, quarantined: 1, rejected: [] });
    const ids = (await read<WebOrders>(orders)).map(({ value }) => value.order_id).filter((id) => id.endsWith('-LARGE'));
    expect(ids).toEqual(['BESIDE-LARGE']);
    const kept = (await read<OperationsQuarantine>(quarantine)).filter(({ value }) => original.equals(Buffer.from(value.original)));
    expect(kept).toMatchObject([{ value: { stage: 'contract', code: 'too_large', product: 'web.orders', reason: expect.stringContaining('web.orders') } }]);
  });

  it('is named to the sender where quarantine cannot hold its event either, and only it is', async () => {
    const before = await end(quarantine);
    const large = Buffer.alloc(2 * 1024 * 1024 - 1_000, 'z');
    const answer = await publisher.publishOutcomes([faulty(large), faulty(Buffer.alloc(2 * 1024 * 1024, 'z')), event([order()], Buffer.from('y'))]);
    expect(answer).toEqual({ accepted: 1, quarantined: 1, rejected: [{ index: 1, code: 'too_large', field: '', message: expect.stringMatching(/^f is wrong; and with 2097152 bytes/) }] });
    expect(await end(quarantine)).toBe(before + 1);
  });

  it('is one by what Kafka says too: what fits to the byte is stored', async () => {
    // The default of a broker's message.max.bytes.
    const limit = 1_048_588;
    const exact = newPublisher({ maxMessageBytes: limit });
    const bytesAt = async (length: number) => exact.publish('web.orders', [order({ order_id: 'EXACT', coupon: 'x'.repeat(length) })]).then(() => 0, (error: Error) => Number(/has (\d+) bytes/.exec(error.message)![1]));
    // Its length takes as many bytes to write as that of the text that fits.
    const tooLong = 1_048_570;
    const fits = tooLong - ((await bytesAt(tooLong)) - limit);
    expect(await bytesAt(fits + 1)).toBe(limit + 1);
    expect(await bytesAt(fits)).toBe(0);
    expect((await read<WebOrders>(orders)).filter(({ value }) => value.order_id === 'EXACT')).toHaveLength(1);
    await exact.disconnect();
  });

  it('is an outage that says what to do where the publisher believes in a larger topic than there is', async () => {
    const misled = newPublisher({ maxMessageBytes: 5_000_000 });
    await expect(misled.publish('web.orders', [order({ coupon: 'x'.repeat(2_000_000) })])).rejects.toMatchObject({ name: 'RetryableError', message: expect.stringContaining('KAFKA_MAX_MESSAGE_BYTES (5000000)') });
    await misled.disconnect();
  });
});

describe('a small limit of Kafka', () => {
  it('is kept by records that go together too', async () => {
    const small = new Publisher({ kafka: cluster.kafka, registry: newRegistry(), products: [pageViewsOf('small')], service: 'test', logger: silent, maxMessageBytes: 20_000 });
    await small.connect();
    await cluster.admin.alterConfigs({ validateOnly: false, resources: [{ type: 2, name: 'small.page-views.v1', configEntries: [{ name: 'max.message.bytes', value: '20000' }] }] });
    const views = Array.from({ length: 60 }, (_, i) => ({ ...view, event_id: uuid(), title: String(i).padEnd(900, '.') }));
    await Promise.all(views.map((record) => small.publish('web.page-views', [record])));
    await small.publish('web.page-views', views);
    await small.disconnect();
    expect(await read(pageViewsOf('small'))).toHaveLength(120);
  });
});

describe('an incompatible schema', () => {
  it('is refused by the registry for good, because compatibility was set before the first version', async () => {
    const before = await fetch(`${platform.env['SCHEMA_REGISTRY_URL']}/subjects/${orders.subject}/versions`).then((r) => r.json() as Promise<number[]>);
    const fields = orders.schema.fields.map((field) => (field.name === 'total_micros' ? { ...field, type: 'string' } : field));
    const broken = { ...orders, schema: { ...orders.schema, fields } };
    await expect(newRegistry().register(broken)).rejects.toMatchObject({ name: 'PermanentError', retryable: false, message: expect.stringContaining(orders.subject) });
    expect(await fetch(`${platform.env['SCHEMA_REGISTRY_URL']}/subjects/${orders.subject}/versions`).then((r) => r.json())).toEqual(before);
    expect(await fetch(`${platform.env['SCHEMA_REGISTRY_URL']}/config/${orders.subject}`).then((r) => r.json())).toMatchObject({ compatibilityLevel: 'FULL_TRANSITIVE' });
  });

  it('… has an id of its own in one registry object', async () => {
    const registry = newRegistry();
    const id = await registry.register(orders);
    const wider = { ...orders, schema: { ...orders.schema, fields: [...orders.schema.fields, { name: 'note', type: ['null', 'string'], default: null } as never] } };
    expect(await registry.register(wider)).not.toBe(id);
    expect(await registry.register(orders)).toBe(id);
  });
});

describe('when the broker is killed', () => {
  it('publishing fails retryably within seconds, goes on when it is back, and nothing acknowledged is missing', async () => {
    const acknowledged = new Set<string>();
    const failures: { name: string; ms: number }[] = [];
    let sending = true;
    const sender = async () => {
      while (sending) {
        const records = Array.from({ length: 5 }, (_, i) => order({ order_id: 'KILL', identifiers: { user_id: `k-${i}-${Math.random()}` } }));
        const begin = Date.now();
        await publisher.publish('web.orders', records).then(
          () => records.forEach(({ event_id }) => acknowledged.add(event_id)),
          (error: Error) => failures.push({ name: error.name, ms: Date.now() - begin }),
        );
      }
    };
    const senders = [sender(), sender(), sender()];
    await waitFor(() => acknowledged.size >= 100, { message: 'a running stream' });
    // Again and again: a publisher that tries again would bridge the seconds that one restart takes.
    platform.kill('kafka-1');
    const killing = setInterval(() => platform.kill('kafka-1'), 300);
    await waitFor(() => failures.length > 0, { timeoutMs: 60_000, message: 'a failure' }).finally(() => clearInterval(killing));
    await platform.ready('kafka-1');
    const atReturn = acknowledged.size;
    await waitFor(() => acknowledged.size >= atReturn + 100, { timeoutMs: 60_000, message: 'publishing after the kill' });
    sending = false;
    await Promise.all(senders);
    expect(new Set(failures.map(({ name }) => name))).toEqual(new Set(['RetryableError']));
    expect(Math.max(...failures.map(({ ms }) => ms))).toBeLessThan(8_000);
    const stored = new Set((await read<WebOrders>(orders)).map(({ value }) => value.event_id));
    expect([...acknowledged].filter((id) => !stored.has(id))).toEqual([]);
  });
});

describe('disconnecting', () => {
  it('waits for what is in hand, however many requests that takes', async () => {
    const leaving = newPublisher();
    await leaving.connect();
    const sent = Array.from({ length: 1_000 }, (_, i) => order({ order_id: `LEAVING-${i}`, coupon: 'x'.repeat(2_000) }));
    let done = false;
    const published = leaving.publish('web.orders', sent).then(() => {
      done = true;
    });
    await sleep(0);
    await leaving.disconnect();
    expect(done).toBe(true);
    await published;
    expect((await read<WebOrders>(orders)).filter(({ value }) => value.order_id.startsWith('LEAVING-'))).toHaveLength(1_000);
  });
});
