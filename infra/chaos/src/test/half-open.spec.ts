// Connections to Kafka and ClickHouse that never carry another byte, and are never closed either: every client goes on over
// a new one.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClickHouse, insertDatums, insertRows, wholeBuffer, type ClickHouseClient } from '@tideway/clickhouse';
import { avroType, type AvroRecordSchema } from '@tideway/contracts';
import { createKafka, ensureTopics, type Kafka } from '@tideway/kafka';
import { clickhouseShape, createLogger, kafkaShape, loadConfig } from '@tideway/service';
import { startTestPlatform, waitFor, type TestPlatform } from '@tideway/testing';
import { Proxy } from '../proxy.js';

const TOPIC = 'web.visits.v1';
let proxy: Proxy;
let clickhouseProxy: Proxy;
let platform: TestPlatform;
let kafka: Kafka;
let clickhouse: ClickHouseClient;

beforeAll(async () => {
  [proxy, clickhouseProxy] = await Promise.all([Proxy.listen(), Proxy.listen()]);
  platform = await startTestPlatform({ registry: false }, { kafkaProxies: [proxy.port] });
  proxy.aim(platform.proxiedBrokers[0]!);
  clickhouseProxy.aim(Number(new URL(platform.env['CLICKHOUSE_URL']!).port));
  clickhouse = createClickHouse(loadConfig(clickhouseShape, { ...platform.env, CLICKHOUSE_URL: `http://127.0.0.1:${clickhouseProxy.port}` }), 'test');
  kafka = createKafka(loadConfig(kafkaShape, { KAFKA_BROKERS: `127.0.0.1:${proxy.port}` }), 'test', createLogger('test', 'silent'));
  await ensureTopics(kafka, [], [{ topic: TOPIC, partitions: 1, compacted: false }]);
}, 240_000);

afterAll(async () => {
  await clickhouse?.close();
  await platform?.stop();
  await Promise.all([proxy?.close(), clickhouseProxy?.close()]);
});

describe('a connection that never answers again', () => {
  it('is replaced under a producer and under a consumer', async () => {
    const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
    const consumer = kafka.consumer({ groupId: 'visits', sessionTimeout: 6_000, heartbeatInterval: 1_000 });
    const seen: string[] = [];
    await Promise.all([producer.connect(), consumer.connect()]);
    await consumer.subscribe({ topic: TOPIC, fromBeginning: true });
    await consumer.run({ eachMessage: async ({ message }) => void seen.push(String(message.value)) });
    await producer.send({ topic: TOPIC, messages: [{ value: 'before' }] });
    await waitFor(async () => seen.length === 1);

    proxy.set({ mode: 'half-open' });
    proxy.set({ mode: 'pass' });
    await producer.send({ topic: TOPIC, messages: [{ value: 'after' }] });
    await waitFor(async () => seen.includes('after'));
    // A consumer that joins again may see again what it has not committed.
    expect([...new Set(seen)]).toEqual(['before', 'after']);

    await Promise.all([producer.disconnect(), consumer.disconnect()]);
    // Those that never answer are closed, and not only left alone.
    await waitFor(async () => proxy.connections === 0);
  }, 240_000);

  it('to ClickHouse is given up by whatever is inserted, the next attempt taking a new one however many lay idle', async () => {
    const table = 'visits.pages';
    const schema: AvroRecordSchema = { type: 'record', name: 'R', namespace: 'n', fields: [{ name: 'path', type: 'string' }] };
    for (const query of ['CREATE DATABASE visits', `CREATE TABLE ${table} (_partition Int32, _offset Int64, path String) ENGINE = MergeTree ORDER BY _offset`]) await clickhouse.command({ query });
    await Promise.all(Array.from({ length: 8 }, () => clickhouse.command({ query: 'SELECT sleep(0.2)' })));
    expect(clickhouseProxy.connections).toBeGreaterThanOrEqual(8);

    clickhouseProxy.set({ mode: 'half-open' });
    clickhouseProxy.set({ mode: 'pass' });
    const begin = performance.now();
    const attempts = await Promise.all([
      attemptsOf(() => insertDatums(clickhouse, { table, schema, datums: [wholeBuffer(0, 1, avroType(schema).toBuffer({ path: '/' }))], token: 'a' })),
      attemptsOf(() => insertRows(clickhouse, { table, rows: [{ _partition: 0, _offset: 2, path: '/' }], token: 'b' })),
    ]);
    expect(attempts).toEqual([2, 2]);
    expect(performance.now() - begin).toBeLessThan(10_000);
  }, 120_000);
});

/** How often it takes until it does not reject. */
async function attemptsOf(action: () => Promise<void>): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    const done = await action().then(() => true, () => false);
    if (done) return attempt;
  }
}
