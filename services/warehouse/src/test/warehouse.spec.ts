// The warehouse on the real platform: rows once, columns of new schemas, poison to quarantine, tombstones.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClient, type ClickHouseClient } from '@clickhouse/client';
import { loadProducts, productOf, type Product, type WebOrders } from '@tideway/contracts';
import { Publisher, SchemaRegistry, createKafka, encodeWire, type Kafka } from '@tideway/kafka';
import { Metrics, createLogger, kafkaShape, loadConfig, registryShape, startService, type RunningService } from '@tideway/service';
import { startTestPlatform, waitFor, type TestPlatform } from '@tideway/testing';
import { avroType } from '@tideway/contracts';
import { v4 as uuid } from 'uuid';
import { warehouse } from '../app.module.js';

let platform: TestPlatform;
let service: RunningService;
let clickhouse: ClickHouseClient;
let kafka: Kafka;
let registry: SchemaRegistry;
let publisher: Publisher;
const products = loadProducts();
const orders = productOf(products, 'web.orders');
const identities = productOf(products, 'customer.identities');

const sample = <T>(product: Product) => JSON.parse(readFileSync(path.join(product.dir, 'samples/valid/full.json'), 'utf8')) as T;
const order = (change: Partial<WebOrders> = {}): WebOrders => ({ ...sample<WebOrders>(orders), event_id: uuid(), ...change });

async function count(query: string): Promise<number> {
  const result = await clickhouse.query({ query, format: 'JSONEachRow' });
  const rows = await result.json<{ n: number | string }>();
  return Number(rows[0]!.n);
}

async function sendRaw(topic: string, value: Buffer | null, key = 'k'): Promise<void> {
  const producer = kafka.producer();
  await producer.connect();
  await producer.send({ topic, messages: [{ key, value }] });
  await producer.disconnect();
}

beforeAll(async () => {
  platform = await startTestPlatform();
  service = await startService(warehouse, { ...platform.env, LOG_LEVEL: 'warn', WAREHOUSE_LINGER_MS: '50' });
  const config = loadConfig({ ...kafkaShape, ...registryShape }, platform.env);
  kafka = createKafka(config, 'test', createLogger('test', 'silent'));
  registry = new SchemaRegistry(config);
  publisher = new Publisher({ kafka, registry, products, service: 'test', logger: createLogger('test', 'silent'), metrics: new Metrics('test') });
  clickhouse = createClient({ url: platform.env['CLICKHOUSE_URL']!, username: platform.env['CLICKHOUSE_USERNAME']!, password: platform.env['CLICKHOUSE_PASSWORD']! });
});

afterAll(async () => {
  await publisher?.disconnect();
  await clickhouse?.close();
  await service?.close();
  await platform?.stop();
});

describe('the warehouse', () => {
  it('puts every published record into its table once, with the values that were published', async () => {
    const sent = Array.from({ length: 500 }, (_, i) => order({ order_id: `W-${i}`, identifiers: { user_id: `u-${i}` } }));
    await publisher.publish('web.orders', sent);
    await waitFor(async () => (await count("SELECT count() AS n FROM web.orders_v1 WHERE order_id LIKE 'W-%'")) >= 500, { timeoutMs: 60_000, message: '500 orders in ClickHouse' });
    expect(await count("SELECT count() AS n FROM web.orders_v1 WHERE order_id LIKE 'W-%'")).toBe(500);
    const result = await clickhouse.query({ query: "SELECT * FROM web.orders WHERE order_id = 'W-7'", format: 'JSONEachRow' });
    const [row] = await result.json<Record<string, unknown>>();
    expect(row).toMatchObject({ event_id: sent[7]!.event_id, status: 'completed', currency: 'EUR', identifiers: { user_id: 'u-7' }, profile_id: null });
    expect(Number(row!['total_micros'])).toBe(sent[7]!.total_micros);
    expect(row!['items']).toEqual([expect.objectContaining({ product_id: 'SKU-1', name: 'Trail Shoe', quantity: 1 })]);
  });

  it('shows a resent event once to analysts', async () => {
    const event = order({ order_id: 'RESENT' });
    await publisher.publish('web.orders', [event]);
    await publisher.publish('web.orders', [event]);
    await waitFor(async () => (await count("SELECT count() AS n FROM web.orders_v1 WHERE order_id = 'RESENT'")) === 2, { timeoutMs: 60_000, message: 'both copies stored' });
    expect(await count("SELECT count() AS n FROM web.orders WHERE order_id = 'RESENT'")).toBe(1);
  });

  it('adds the column of a new schema before the first row that has it', async () => {
    const field = { name: 'gift_message', type: ['null', 'string'], default: null } as never;
    const wider = { ...orders, schema: { ...orders.schema, fields: [...orders.schema.fields, field] } };
    const id = await new SchemaRegistry(loadConfig(registryShape, platform.env)).register(wider);
    const record = { ...order({ order_id: 'GIFT' }), gift_message: 'For you' };
    await sendRaw(orders.topic, encodeWire(id, avroType(wider.schema), record));
    await waitFor(async () => (await count("SELECT count() AS n FROM web.orders WHERE order_id = 'GIFT'")) === 1, { timeoutMs: 60_000, message: 'the row of the new schema' });
    expect(await count("SELECT count() AS n FROM web.orders WHERE gift_message = 'For you'")).toBe(1);
  });

  it('sends what cannot be a row to quarantine with its bytes, and stores the rest of the block', async () => {
    const id = await registry.register(orders);
    const type = avroType(orders.schema);
    const trailing = Buffer.concat([encodeWire(id, type, order({ order_id: 'FORGED' })), Buffer.from([1, 2, 3])]);
    const badUuid = encodeWire(id, type, order({ order_id: 'BAD-UUID', event_id: 'not a uuid' }));
    const unknown = encodeWire(999_999, type, order({ order_id: 'UNKNOWN' }));
    const producer = kafka.producer();
    await producer.connect();
    const good = encodeWire(id, type, order({ order_id: 'GOOD-IN-BLOCK' }));
    await producer.send({ topic: orders.topic, messages: [good, trailing, badUuid, unknown, Buffer.from('plain text'), good].map((value) => ({ value, partition: 0 })) });
    await producer.disconnect();
    await waitFor(async () => (await count('SELECT count() AS n FROM operations.quarantine WHERE service = \'warehouse\'')) === 4, { timeoutMs: 60_000, message: 'four records in quarantine' });
    const result = await clickhouse.query({ query: "SELECT code, original, origin FROM operations.quarantine WHERE service = 'warehouse' ORDER BY code", format: 'JSONEachRow' });
    const rows = await result.json<{ code: string; original: string; origin: string }>();
    expect(rows.map((row) => row.code)).toEqual(['malformed_datum', 'not_framed', 'refused_by_clickhouse', 'unknown_schema']);
    expect(rows[1]).toMatchObject({ original: 'plain text', origin: expect.stringMatching(/^web\.orders\.v1:0:\d+$/) });
    expect(await count("SELECT count() AS n FROM web.orders_v1 WHERE order_id = 'GOOD-IN-BLOCK'")).toBe(2);
    expect(await count("SELECT count() AS n FROM web.orders_v1 WHERE order_id IN ('FORGED', 'BAD-UUID', 'UNKNOWN')")).toBe(0);
  });

  it('does not take a block of nothing but bad records for a fault of the table', async () => {
    const id = await registry.register(orders);
    const values = ['X', 'Y'].map((name) => encodeWire(id, avroType(orders.schema), order({ order_id: name, event_id: `not a uuid ${name}` })));
    const producer = kafka.producer();
    await producer.connect();
    await producer.send({ topic: orders.topic, messages: values.map((value) => ({ value, partition: 1 })) });
    await producer.disconnect();
    await waitFor(async () => (await count("SELECT count() AS n FROM operations.quarantine WHERE code = 'refused_by_clickhouse' AND origin LIKE 'web.orders.v1:1:%'")) === 2, { timeoutMs: 60_000, message: 'both in quarantine' });
  });

  it('deletes the row of an entity on a tombstone', async () => {
    const identity = { identifier: 'user_id:gone', profile_id: uuid(), since: Date.now(), cause: 'first_seen', apart: [] };
    await publisher.publish('customer.identities', [identity, { ...identity, identifier: 'user_id:stays' }]);
    await waitFor(async () => (await count('SELECT count() AS n FROM customer.identities')) === 2, { timeoutMs: 60_000, message: 'two identities' });
    await sendRaw(identities.topic, null, 'user_id:gone');
    await waitFor(async () => (await count('SELECT count() AS n FROM customer.identities')) === 1, { timeoutMs: 60_000, message: 'one identity left' });
    expect(await count("SELECT count() AS n FROM customer.identities WHERE identifier = 'user_id:stays'")).toBe(1);
  });

  it('waits for ClickHouse and loses nothing when it is killed', async () => {
    const before = await count('SELECT count() AS n FROM web.orders_v1');
    platform.kill('clickhouse');
    for (let i = 0; i < 10; i += 1) await publisher.publish('web.orders', [order({ order_id: `KILL-${i}` })]);
    await platform.ready('clickhouse');
    await waitFor(async () => (await count('SELECT count() AS n FROM web.orders_v1').catch(() => 0)) >= before + 10, { timeoutMs: 60_000, message: 'rows after the kill' });
    expect(await count('SELECT count() AS n FROM web.orders_v1')).toBe(before + 10);
  });

  it('tells what it depends on, and how it does', async () => {
    const ready = await fetch(`${service.url}/health/ready`);
    expect(await ready.json()).toEqual({ ready: true, checks: { kafka: 'ok', clickhouse: 'ok', registry: 'ok' } });
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    for (const name of ['tideway_rows_inserted_total', 'tideway_insert_duration_seconds_bucket', 'tideway_event_to_row_seconds_bucket', 'tideway_consumer_lag']) expect(metrics).toContain(name);
  });
});
