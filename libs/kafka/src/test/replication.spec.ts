// Three brokers that replicate: what the publisher says is acknowledged survives the death of each of them.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadProducts, productOf, type WebOrders } from '@tideway/contracts';
import { Metrics, loadConfig, registryShape, type Loop } from '@tideway/service';
import { startTestPlatform, waitFor, type TestPlatform } from '@tideway/testing';
import { v4 as uuid } from 'uuid';
import { consumeTransactions } from '../consume-transactions.js';
import { Publisher } from '../publisher.js';
import { readTopics } from '../read-topic.js';
import { Decoder, SchemaRegistry } from '../registry.js';
import { ensureTopics } from '../topics.js';
import { Cluster, silent } from './cluster.js';

const RECORDS_PER_SEND = 120;
const COPIES = 'copies.v1';

let platform: TestPlatform;
let cluster: Cluster;
let registry: SchemaRegistry;
let publisher: Publisher;
let transactions: Loop;
const orders = { ...productOf(loadProducts(), 'web.orders'), partitions: 24 };
const sample = JSON.parse(readFileSync(path.join(orders.dir, 'samples/valid/full.json'), 'utf8')) as WebOrders;

beforeAll(async () => {
  platform = await startTestPlatform({ clickhouse: false }, { brokers: 3 });
  cluster = await new Cluster(platform.env).connect();
  registry = new SchemaRegistry(loadConfig(registryShape, platform.env));
  publisher = new Publisher({ kafka: cluster.kafka, registry, products: [orders], service: 'test', logger: silent, replicationFactor: 3 });
  await publisher.connect();
  await ensureTopics(cluster.kafka, [], [{ topic: COPIES, partitions: 6, compacted: false }], 3);
  transactions = consumeTransactions({
    kafka: cluster.kafka, logger: silent, metrics: new Metrics('test'), groupId: 'copies', topics: [orders.topic], unitOf: () => 'all', maxWaitMs: 50, sessionTimeoutMs: 2_000,
    open: async () => ({ process: async (blocks) => [{ topic: COPIES, messages: blocks.flatMap(({ partition, messages }) => messages.map(({ offset }) => ({ value: `${partition}:${offset}` }))) }] }),
  });
  void transactions.start();
});

afterAll(async () => {
  await transactions?.stop();
  await publisher?.disconnect();
  await cluster?.disconnect();
  await platform?.stop();
});

async function stored(): Promise<Set<string>> {
  const decoder = new Decoder<WebOrders>(registry, orders);
  const ids = new Set<string>();
  await readTopics(cluster.kafka, new Map([[orders.topic, []]]), async ({ message }) => {
    ids.add((await decoder.decode(message.value)).event_id);
  });
  return ids;
}

describe('three brokers', () => {
  it('have every record three times', async () => {
    const { topics: [topic] } = await cluster.admin.fetchTopicMetadata({ topics: [orders.topic] });
    expect(topic!.partitions.map(({ replicas }) => [...replicas].sort())).toEqual(Array.from({ length: 24 }, () => [1, 2, 3]));
  });

  it.each([
    // Leaders move at once, some of them to brokers that have answered the same send already: what kafkajs forgets.
    ['kafka-1', 'SIGTERM'],
    ['kafka-2', 'SIGKILL'],
    ['kafka-3', 'SIGTERM'],
  ] as const)('keep every acknowledged record when %s ends by %s in the middle of sends to many partitions', async (broker, signal) => {
    const acknowledged = new Set<string>();
    let failed = 0;
    let sending = true;
    const sender = (async () => {
      while (sending) {
        const records = Array.from({ length: RECORDS_PER_SEND }, () => ({ ...sample, event_id: uuid(), identifiers: { user_id: uuid() } }));
        await publisher.publish('web.orders', records).then(() => records.forEach(({ event_id }) => acknowledged.add(event_id)), () => {
          failed += 1;
        });
      }
    })();
    await waitFor(() => acknowledged.size >= 20 * RECORDS_PER_SEND, { timeoutMs: 60_000, message: 'a running stream' });
    platform.kill(broker, signal);
    const atKill = acknowledged.size;
    // Before it is back: two brokers are enough, and its partitions have moved.
    await waitFor(() => acknowledged.size >= atKill + 20 * RECORDS_PER_SEND, { timeoutMs: 60_000, message: 'sends after the kill' });
    await platform.ready(broker);
    sending = false;
    await sender;
    const there = await stored();
    expect({ broker, failed, missing: [...acknowledged].filter((id) => !there.has(id)).length }).toEqual({ broker, failed, missing: 0 });
  });

  it('have each record copied once by transactions whose coordinators have moved with them', async () => {
    const records = (await cluster.read(orders.topic)).map(({ partition, offset }) => `${partition}:${offset}`).sort();
    const copies = await waitFor(async () => {
      const values = await cluster.values(COPIES);
      return values.length >= records.length && values.sort();
    }, { intervalMs: 500, message: 'a copy of each record' });
    expect(copies).toEqual(records);
  });
});
