// Connections to Kafka that never carry another byte, and are never closed either: every client goes on over a new one.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createKafka, type Kafka } from '@tideway/kafka';
import { createLogger, kafkaShape, loadConfig } from '@tideway/service';
import { startTestPlatform, waitFor, type TestPlatform } from '@tideway/testing';
import { Proxy } from '../proxy.js';

const TOPIC = 'web.visits.v1';
let proxy: Proxy;
let platform: TestPlatform;
let kafka: Kafka;

beforeAll(async () => {
  proxy = await Proxy.listen();
  platform = await startTestPlatform({ registry: false, clickhouse: false }, { kafkaProxies: [proxy.port] });
  proxy.aim(platform.proxiedBrokers[0]!);
  kafka = createKafka(loadConfig(kafkaShape, { KAFKA_BROKERS: `127.0.0.1:${proxy.port}` }), 'test', createLogger('test', 'silent'));
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ waitForLeaders: true, topics: [{ topic: TOPIC, numPartitions: 1 }] });
  await admin.disconnect();
}, 240_000);

afterAll(async () => {
  await platform?.stop();
  await proxy?.close();
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
});
