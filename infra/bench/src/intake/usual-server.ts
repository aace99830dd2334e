// What one would write oneself: Fastify, its own check of the body by a JSON schema, and a kafkajs send of JSON for each
// request, answered when Kafka has acknowledged. No keys, no records of a contract, no quarantine. Sends its port to the parent.
import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import { Kafka, Partitioners, logLevel } from 'kafkajs';

interface Call {
  messageId: string;
  anonymousId: string;
}

const [broker, topic] = process.argv.slice(2) as [string, string];

const text = { type: 'string' } as const;
const call = {
  type: 'object',
  required: ['messageId', 'anonymousId', 'event', 'timestamp'],
  properties: { messageId: text, anonymousId: text, userId: text, event: text, timestamp: { ...text, format: 'date-time' }, properties: { type: 'object' }, context: { type: 'object' } },
} as const;
const batch = { type: 'object', required: ['batch'], properties: { batch: { type: 'array', items: call } } } as const;

const producer = new Kafka({ clientId: 'bench-usual', brokers: [broker], logLevel: logLevel.ERROR }).producer({ allowAutoTopicCreation: false, createPartitioner: Partitioners.DefaultPartitioner });
await producer.connect();

async function send(calls: Call[]) {
  await producer.send({ topic, messages: calls.map((one) => ({ key: one.anonymousId, value: JSON.stringify(one) })) });
  return { accepted: calls.length, quarantined: 0, rejected: [] };
}

const server = Fastify({ bodyLimit: 500 * 1024 });
server.post<{ Body: Call }>('/v1/track', { schema: { body: call } }, ({ body }) => send([body]));
server.post<{ Body: { batch: Call[] } }>('/v1/batch', { schema: { body: batch } }, ({ body }) => send(body.batch));
await server.listen({ host: '127.0.0.1', port: 0 });
process.send!((server.server.address() as AddressInfo).port);
// Whoever asked for it is gone.
process.on('disconnect', () => process.exit(0));
