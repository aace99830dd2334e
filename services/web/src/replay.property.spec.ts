// A corrected replay gives the very records that the corrected event would have given at its first delivery.
import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import type { Outcome } from '@tideway/contracts';
import { correctedBytes } from '@tideway/intake';
import { batchEvents } from './pipeline.js';
import { replaySources } from './replay.js';
import { segmentEvent, singleCall } from './sources/index.js';

const RECEIVED_AT = 1_795_000_000_000;
const SOURCE = 'segment:shop';

/** What can be wrong of a call, and the value that mends it. */
const FAULTS: Record<string, { call: Record<string, unknown>; path: string; wrong: unknown; right: unknown }> = {
  'an order without currency': { call: { type: 'track', event: 'Order Completed', properties: { order_id: 'O-1', total: 94.8, currency: 'EUR', products: [{ product_id: 'SKU-1', price: 9.5, quantity: 1 }] } }, path: 'properties.currency', wrong: null, right: 'EUR' },
  'a quantity below zero': { call: { type: 'track', event: 'Product Added', properties: { product_id: 'SKU-1', price: 9.5, currency: 'EUR', quantity: 2 } }, path: 'properties.quantity', wrong: -2, right: 2 },
  'a clock that is lost': { call: { type: 'page', properties: { url: 'https://shop.example/?utm_source=x' }, timestamp: '2026-11-18T10:00:00Z' }, path: 'timestamp', wrong: '1901-01-01T00:00:00Z', right: '2026-11-18T10:00:00Z' },
  'a placeholder as user': { call: { type: 'identify', traits: { plan: 'pro' } }, path: 'userId', wrong: 'null', right: 'u-7' },
};
const fault = fc.constantFrom(...Object.values(FAULTS));
const named = fc.option(fc.string({ minLength: 1, maxLength: 20 }).map((id) => `m-${id.toWellFormed()}`), { nil: undefined });
const context = fc.option(fc.record({ userAgent: fc.constantFrom('x', 'Mozilla/5.0 (iPhone)'), campaign: fc.constant({ source: 'news' }), consent: fc.constant({ categoryPreferences: { Advertising: true } }) }, { requiredKeys: [] }), { nil: undefined });
const sentAt = fc.constantFrom(undefined, '2026-11-18T10:00:05Z', '2026-11-18T10:00:09Z');

function withPath(call: Record<string, unknown>, path: string, value: unknown): Record<string, unknown> {
  return JSON.parse(correctedBytes(Buffer.from(JSON.stringify(call)), { set: { [path]: value } }).toString()) as Record<string, unknown>;
}

const delivered = (value: unknown, index: number): Outcome => segmentEvent(value, { receivedAt: RECEIVED_AT, source: SOURCE, index });
const idsOf = (outcome: Outcome) => (outcome.status === 'records' ? outcome.records.map(({ record }) => (record as { event_id: string }).event_id) : []);

describe('a corrected replay', () => {
  it('of a call of any batch is what the batch would have given with the call as it should be, ids included', () => {
    let replayed = 0;
    fc.assert(fc.property(fault, named, context, context, sentAt, fc.nat(3), ({ call, path, wrong, right }, messageId, ofCall, ofBatch, sent, before) => {
      const others = Array.from({ length: before }, (_, i) => ({ type: 'track', event: 'Other', userId: `u-${i}` }));
      const good = { ...(path === 'userId' ? {} : { anonymousId: 'a-1' }), ...withPath(call, path, right), ...(messageId === undefined ? {} : { messageId }), ...(ofCall ? { context: ofCall } : {}) };
      const body = (last: unknown) => ({ batch: [...others, last], ...(ofBatch ? { context: ofBatch } : {}), ...(sent === undefined ? {} : { sentAt: sent }) });
      const bad = body(withPath(good, path, wrong));
      const kept = batchEvents(bad, Buffer.from(JSON.stringify(bad))).at(-1)!;
      expect(delivered(kept.value, before).status).toBe('quarantined');

      const shared = JSON.parse(JSON.stringify(kept.shared)) as Record<string, unknown>;
      const outcome = replaySources['segment']!(correctedBytes(kept.original, { set: { [path]: right } }), { receivedAt: RECEIVED_AT, source: SOURCE, index: before, shared });
      const first = delivered(batchEvents(body(good), Buffer.from(JSON.stringify(body(good)))).at(-1)!.value, before);
      expect(first.status).toBe('records');
      expect(idsOf(outcome)).toEqual(idsOf(first));
      expect(outcome).toEqual(first);
      replayed += idsOf(outcome).length;
    }), { numRuns: 200 });
    expect(replayed).toBeGreaterThan(150);
  });

  it('of a single call is what its path would have given, and its write key is no part of it', () => {
    fc.assert(fc.property(fault, named, ({ call: { type, ...call }, path, wrong, right }, messageId) => {
      const good = { anonymousId: 'a-1', writeKey: 'secret', ...withPath(call, path, right), ...(messageId === undefined ? {} : { messageId }) };
      const original = Buffer.from(JSON.stringify(withPath(path === 'userId' ? { ...good, anonymousId: null } : good, path, wrong)));
      const correction = path === 'userId' ? { [path]: right, anonymousId: 'a-1' } : { [path]: right };
      const outcome = replaySources['segment']!(correctedBytes(original, { set: correction }), { receivedAt: RECEIVED_AT, source: SOURCE, index: 0, shared: { type } });
      expect(outcome).toEqual(delivered(singleCall(good, type as string), 0));
      expect(outcome.status).toBe('records');
    }), { numRuns: 100 });
  });
});
