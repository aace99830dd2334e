import { describe, expect, it } from '@jest/globals';
import { compileValidator, loadProducts, productOf } from '@tideway/contracts';
import { Metrics } from '@tideway/service';
import { QuarantineBound } from './quarantine-bound.js';
import { quarantineRecord, replayRecord, type QuarantineInput } from './quarantine.js';

const products = loadProducts();
const HOUR_MS = 3_600_000;
const rejection = { code: 'required', field: 'properties.currency', message: 'currency is required' };
const entry = (change: Partial<QuarantineInput> = {}) => quarantineRecord({ service: 'web', stage: 'intake', rejection, original: Buffer.from('{"type":"track"}'), source: 'segment:shop', product: 'web.orders', now: HOUR_MS, ...change });

describe('an entry of quarantine', () => {
  const validate = compileValidator(productOf(products, 'operations.quarantine').schema);

  it('keeps bytes, size and context, by its contract', () => {
    const record = entry({ context: { received_at: 5, index: 2, shared: { type: 'track' } } });
    expect(validate(record)).toBeUndefined();
    expect(record).toMatchObject({ original_bytes: 16, replay_of: null });
    expect(JSON.parse(record.context!)).toEqual({ received_at: 5, index: 2, shared: { type: 'track' } });
  });

  it('has the id of its bytes, and of its place only where that makes it another event', () => {
    const id = entry().event_id;
    expect(entry({ context: { received_at: 9, index: 4 }, now: 7 }).event_id).toBe(id);
    expect(new Set([id, entry({ place: 1 }).event_id, entry({ place: 2 }).event_id, entry({ source: 'segment:other' }).event_id, entry({ original: Buffer.from('x') }).event_id]).size).toBe(5);
  });

  it('of a corrected replay has an id of its own, for each correction', () => {
    const corrected = (text: string) => entry({ replayOf: '0b7d3c1e-5a0f-5c0e-9a57-3f6f3a1f9d10', origin: 'web.orders.v1:0:7', original: Buffer.from(text) }).event_id;
    expect(new Set([corrected('a'), corrected('b'), entry({ origin: 'web.orders.v1:0:7' }).event_id]).size).toBe(3);
    expect(corrected('a')).toBe(corrected('a'));
  });

  it('has no context where a request said too much for all its events', () => {
    expect(entry({ context: { received_at: 5, index: 0, shared: { batch: 'x'.repeat(70_000) } } }).context).toBeNull();
  });
});

it('a replay that is asked for again has the same id, with another correction or outcome another one', () => {
  const id = '0b7d3c1e-5a0f-5c0e-9a57-3f6f3a1f9d10';
  const replay = (bytes: string, outcome: 'replayed' | 'refused' = 'replayed') => replayRecord({ quarantine_id: id, first_id: id, service: 'web', replayed_by: 'operator', outcome, code: null, field: null, reason: null, event_ids: [id], corrected: [], quarantined_as: null }, Buffer.from(bytes));
  expect(compileValidator(productOf(products, 'operations.quarantine-replays').schema)(replay('a'))).toBeUndefined();
  expect(replay('a').event_id).toBe(replay('a').event_id);
  expect(new Set([replay('a'), replay('b'), replay('a', 'refused')].map(({ event_id }) => event_id)).size).toBe(3);
});

describe('the bound of quarantine', () => {
  const large = () => entry({ original: Buffer.alloc(1_000, 'x'), context: { received_at: 5, index: 0 } });
  const counted = async (metrics: Metrics, name: string) => (await metrics.registry.getSingleMetric(name)!.get()).values.reduce((sum, { value }) => sum + value, 0);

  it('leaves out the bytes of a source that has used its share of the hour, keeps the reason, and counts', async () => {
    const metrics = new Metrics('test');
    const bound = new QuarantineBound(4_000, metrics);
    const kept = Array.from({ length: 4 }, () => bound.fit(large(), HOUR_MS));
    expect(kept.map(({ original }) => original.length)).toEqual([1_000, 1_000, 0, 0]);
    expect(kept[3]).toMatchObject({ code: 'required', original_bytes: 1_000, context: null });
    expect(await counted(metrics, 'tideway_quarantine_entries_total')).toBe(4);
    expect(await counted(metrics, 'tideway_quarantine_originals_left_out_total')).toBe(2);
    expect(await counted(metrics, 'tideway_quarantine_bytes_total')).toBe(2 * (1_000 + large().context!.length));
  });

  it('is each source\'s own, and begins anew with the hour', () => {
    const bound = new QuarantineBound(2_000);
    expect([bound.fit(large(), HOUR_MS), bound.fit(large(), HOUR_MS + 1)].map(({ original }) => original.length)).toEqual([1_000, 0]);
    expect(bound.fit({ ...large(), source: 'segment:other' }, HOUR_MS).original).toHaveLength(1_000);
    expect(bound.fit(large(), 2 * HOUR_MS).original).toHaveLength(1_000);
  });

  it('takes nothing more of a source at twice its share', async () => {
    const metrics = new Metrics('test');
    const bound = new QuarantineBound(2_000, metrics);
    let taken = 0;
    while (!bound.refuses(large(), HOUR_MS) && taken < 100) {
      bound.fit(large(), HOUR_MS);
      taken += 1;
    }
    expect(taken).toBe(6);
    expect(await counted(metrics, 'tideway_quarantine_refused_total')).toBe(1);
    expect(bound.refuses(large(), 2 * HOUR_MS)).toBe(false);
  });
});
