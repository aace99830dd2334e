import { afterAll, describe, expect, it } from '@jest/globals';
import { loadProducts, type Outcome } from '@tideway/contracts';
import { Publisher, SchemaRegistry, createKafka } from '@tideway/kafka';
import { Metrics, createLogger, kafkaShape, loadConfig, registryShape } from '@tideway/service';
import { Replayer, type ReplayContext } from './replayer.js';
import { replayRequest } from './request.js';

const logger = createLogger('test', 'silent');
// Nothing listens there: what is refused before anything is published needs no Kafka, all else is an outage.
const config = loadConfig({ ...kafkaShape, ...registryShape }, { KAFKA_BROKERS: '127.0.0.1:1', SCHEMA_REGISTRY_URL: 'http://127.0.0.1:1' });
const products = loadProducts().filter(({ domain }) => domain === 'web' || domain === 'operations');
const registry = new SchemaRegistry(config);
const publisher = new Publisher({ kafka: createKafka(config, 'test', logger), registry, products, service: 'web', logger });
const seen: { text: string; context: ReplayContext }[] = [];
const sources = {
  segment: (original: Buffer, context: ReplayContext): Outcome => {
    seen.push({ text: original.toString(), context });
    return { status: 'quarantined', product: 'web.orders', rejection: { code: 'required', field: 'currency', message: 'currency is required' } };
  },
};
const replayer = new Replayer({ service: 'web', sources, products, registry, publisher, metrics: new Metrics('test') });

const ID = '0b7d3c1e-5a0f-5c0e-9a57-3f6f3a1f9d10';
const entry = {
  event_id: ID, first_id: ID, service: 'web', stage: 'intake', product: 'web.orders', source: 'segment:shop', origin: null, replay_of: null, original_bytes: 7, state: 'open',
  context: '{"received_at":1795000000000,"index":3,"shared":{"type":"track"}}', original: Buffer.from('{"a":1}').toString('base64'),
};
const ask = (change: object = {}, correction: object = {}) => replayRequest(Buffer.from(JSON.stringify({ entry: { ...entry, ...change }, ...correction })));

afterAll(() => publisher.disconnect());

describe('a replay', () => {
  it('gives the source the corrected bytes and the context of the first receipt; a dry run says what it would become', async () => {
    expect(await replayer.replay(ask({}, { set: { b: 2 }, dry_run: true }), 'operator')).toEqual({
      id: ID, outcome: 'refused', dry_run: true, event_ids: [], rejection: { code: 'required', field: 'currency', message: 'currency is required' },
    });
    expect(seen.at(-1)).toEqual({ text: '{"a":1,"b":2}', context: { receivedAt: 1_795_000_000_000, source: 'segment:shop', index: 3, shared: { type: 'track' } } });
  });

  it('in an outage is a retryable error, and nothing is answered as done', async () => {
    await expect(replayer.replay(ask({}, { set: { b: 2 } }), 'operator')).rejects.toMatchObject({ name: 'RetryableError' });
  });

  it.each([
    ['what another service refused', { service: 'crm', source: 'hubspot' }, 'wrong_service'],
    ['a format that is not here', { source: 'constructor:x' }, 'wrong_service'],
    ['a record of another domain', { origin: 'crm.consents.v1:0:7', product: 'crm.consents', context: null }, 'wrong_service'],
    ['a record of operations', { origin: 'operations.quarantine.v1:0:7', product: 'operations.quarantine', context: null }, 'wrong_service'],
    ['an entry without bytes', { original: '' }, 'original_left_out'],
    ['an entry without context', { context: null }, 'no_context'],
    ['a record that cannot be read', { origin: 'web.orders.v1:0:7', context: null }, 'not_decodable'],
  ])('of %s is refused with what to do', async (_what, change, code) => {
    await expect(replayer.replay(ask(change, { dry_run: true }), 'operator')).rejects.toMatchObject({ status: 400, rejection: { code, message: expect.stringMatching(/.{30}/) } });
  });

  it('of a record keeps the event_id that it had', async () => {
    const record = { event_id: ID, order_id: 'O-1' };
    const kept = { origin: 'web.orders.v1:0:7', context: '{"record":"json"}', original: Buffer.from(JSON.stringify(record)).toString('base64') };
    await expect(replayer.replay(ask(kept, { set: { event_id: '1b7d3c1e-5a0f-5c0e-9a57-3f6f3a1f9d10' }, dry_run: true }), 'operator')).rejects.toMatchObject({ rejection: { code: 'event_id', message: expect.stringContaining(ID) } });
  });
});

describe('a request', () => {
  it.each([['entry', {}], ['entry.event_id', { entry: { ...entry, event_id: 'x' } }], ['entry.original', { entry: { ...entry, original: '<>' } }], ['', { entry, sett: {} }]])('that is none names the field: "%s"', (field, body) => {
    expect(() => replayRequest(Buffer.from(JSON.stringify(body)))).toThrow(expect.objectContaining({ status: 400, rejection: expect.objectContaining({ field }) }));
  });
});

it('a service without the products of operations does not start', () => {
  expect(() => new Replayer({ service: 'web', sources, products: products.filter(({ domain }) => domain === 'web'), registry, publisher, metrics: new Metrics('test') })).toThrow('operations.quarantine');
});
