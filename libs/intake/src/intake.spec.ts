import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { FastifyRequest } from 'fastify';
import { loadProducts, type Outcome } from '@tideway/contracts';
import { Publisher, SchemaRegistry, createKafka } from '@tideway/kafka';
import { Metrics, createLogger, kafkaShape, loadConfig, registryShape } from '@tideway/service';
import { Intake, type EventBatch, type IntakeOptions } from './intake.js';

const logger = createLogger('test', 'silent');
// Accepts connections and never answers: the slowest of outages.
const sockets = new Set<Socket>();
const silent = createServer((socket) => sockets.add(socket.on('error', () => undefined)));
const publishers: Publisher[] = [];

async function intakeOn(port: number, options: Partial<IntakeOptions> = {}): Promise<Intake> {
  const config = loadConfig({ ...kafkaShape, ...registryShape }, { KAFKA_BROKERS: `127.0.0.1:${port}`, SCHEMA_REGISTRY_URL: `http://127.0.0.1:${port}` });
  const metrics = new Metrics('test');
  const publisher = new Publisher({ kafka: createKafka(config, 'test', logger), registry: new SchemaRegistry(config), products: loadProducts(), service: 'test', logger });
  publishers.push(publisher);
  return new Intake({ publisher, logger, metrics, rate: { perSecond: 10, burst: 1_000 }, inFlight: { bytes: 1_000, events: 1_000 }, ...options });
}

afterAll(async () => {
  await Promise.all(publishers.map((publisher) => publisher.disconnect()));
});

const rejecting = (value: unknown): Outcome => ({ status: 'rejected', rejection: { code: 'bad', field: 'x', message: `no ${String(value)}` } });
const quarantining = (): Outcome => ({ status: 'quarantined', product: 'web.orders', rejection: { code: 'required', field: 'total', message: 'total is required' } });
const batch = (values: unknown[], change: Partial<EventBatch> = {}): EventBatch => ({
  request: { raw: {} } as FastifyRequest, key: 'k', source: 'segment:k', outcomeOf: rejecting, events: values.map((value) => ({ value, original: Buffer.from(JSON.stringify(value)) })), ...change,
});

describe('an answer', () => {
  it('names each event that cannot be used by its place', async () => {
    const intake = await intakeOn(1);
    expect(await intake.answer(batch(['a', 'b'.repeat(30), 'c'], { maxEventBytes: 20, maxEvents: 2 }))).toEqual({
      accepted: 0, quarantined: 0,
      rejected: [
        { index: 0, code: 'bad', field: 'x', message: 'no a' },
        { index: 1, code: 'too_large', field: '', message: 'an event may have at most 20 bytes, this one has 32' },
        { index: 2, code: 'too_many', field: '', message: expect.stringContaining('2') },
      ],
    });
    expect(await intake.answer(batch([]))).toEqual({ accepted: 0, quarantined: 0, rejected: [] });
  });

  it('to a request of one unusable event is 400 with the reason', async () => {
    await expect((await intakeOn(1)).answerOne(batch(['a']))).rejects.toMatchObject({ status: 400, rejection: { code: 'bad', field: 'x', message: 'no a' } });
  });

  it('is 429 with the time to wait, once a key has sent more than its share', async () => {
    const intake = await intakeOn(1, { rate: { perSecond: 1, burst: 2 } });
    await intake.answer(batch(['a', 'b', 'c']));
    await expect(intake.answer(batch(['d']))).rejects.toMatchObject({ status: 429, headers: { 'retry-after': expect.stringMatching(/^[12]$/) } });
    await expect(intake.answer(batch(['d'], { key: 'other' }))).resolves.toMatchObject({ rejected: [{ index: 0 }] });
  });

  it('is 503 and never a success while Kafka is away, for quarantined events too', async () => {
    const intake = await intakeOn(1);
    await expect(intake.answer(batch(['a'], { outcomeOf: quarantining }))).rejects.toMatchObject({ status: 503, headers: { 'retry-after': '1' }, rejection: { code: 'outage' } });
    expect(intake.inFlight.current.events).toBe(0);
  });

  it('is 503 after the deadline where Kafka does not answer at all, and the events stay in hand until it does', async () => {
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const intake = await intakeOn((silent.address() as AddressInfo).port, { deadlineMs: 100 });
    await expect(intake.answer(batch(['a', 'b'], { outcomeOf: quarantining }))).rejects.toMatchObject({ status: 503, rejection: { message: expect.stringContaining('not stored yet') } });
    expect(intake.inFlight.current.events).toBe(2);
    silent.close();
    for (const socket of sockets) socket.destroy();
    while (intake.inFlight.current.events > 0) await new Promise((resolve) => setTimeout(resolve, 50));
  });
});
