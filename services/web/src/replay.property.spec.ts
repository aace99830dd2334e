// A corrected replay gives the very records that the corrected event would have given at its first delivery.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Outcome } from '@tideway/contracts';
import { Deliveries, correctedBytes, hashedKeys, nativeRequest, replayed as replayedItem } from '@tideway/intake';
import { Pipeline, batchEvents } from './pipeline.js';
import { replaySources } from './replay.js';
import * as cloudEventSamples from './sources/cloudevents.samples.js';
import * as ga4Samples from './sources/ga4.samples.js';
import { segmentEvent, singleCall } from './sources/index.js';
import * as snowplowSamples from './sources/snowplow.samples.js';

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

/** A format through its route: how a request with the event at the end is delivered, what is wrong of it, and where that is in what quarantine keeps. */
interface Format {
  sound: object;
  faults: { path: string; kept: string; wrong: unknown }[];
  deliver(event: unknown, others: number, agent: string): Promise<unknown>;
}

/** After the times of all samples. */
const DELIVERED_AT = 1_795_300_000_000;
const deliveries = new Deliveries();
const hash = createHash('sha256').update('key').digest('hex');
const pipeline = new Pipeline(deliveries.intake, { WEB_WRITE_KEYS: hashedKeys.parse(`shop:${hash}`), WEB_GA4_API_SECRETS: hashedKeys.parse(`shop:${hash}`), WEB_SNOWPLOW_APP_IDS: ['website'] });
const JSON_TYPE = { 'content-type': 'application/json' };
const bearer = { authorization: 'Bearer key' };
const { ORDER, PAGE_VIEW } = cloudEventSamples;
const orderFaults = [{ path: 'time', kept: 'time', wrong: '1901-01-01T00:00:00Z' }, { path: 'data.status', kept: 'data.status', wrong: 'sold' }, { path: 'data.total_micros', kept: 'data.total_micros', wrong: 'a lot' }];

const FORMATS: Record<string, Format> = {
  'an event of GA4': {
    sound: ga4Samples.PURCHASE.events[0]!,
    faults: [{ path: 'params.value', kept: 'events[0].params.value', wrong: 'x' }, { path: 'params.currency', kept: 'events[0].params.currency', wrong: 'euros' }, { path: 'params.items[0].quantity', kept: 'events[0].params.items[0].quantity', wrong: -3 }],
    deliver: (event, others) => pipeline.ga4(nativeRequest(JSON.stringify({ ...ga4Samples.WITH_USER_DATA, events: [...ga4Samples.WITH_USER_DATA.events.slice(0, others), event] }), { url: '/mp/collect?measurement_id=G-1&api_secret=key' })),
  },
  'what a request of GA4 says for all': {
    sound: { client_id: 'c-1', user_id: 'u-1', timestamp_micros: 1_795_000_000_000_123, consent: { ad_user_data: 'GRANTED' }, user_properties: { plan: { value: 'pro' } } },
    faults: [{ path: 'user_id', kept: 'user_id', wrong: 'u'.repeat(257) }, { path: 'timestamp_micros', kept: 'timestamp_micros', wrong: 1_795_000_000 }, { path: 'consent.ad_user_data', kept: 'consent.ad_user_data', wrong: 'perhaps' }],
    deliver: (request, others) => pipeline.ga4(nativeRequest(JSON.stringify({ ...request as object, events: Array(others + 1).fill({ name: 'tutorial_begin', params: { session_id: 1 } }) }), { url: '/mp/collect?firebase_app_id=app&api_secret=key' })),
  },
  'an element of Snowplow\'s tp2': {
    sound: snowplowSamples.PAGE_VIEW,
    faults: [{ path: 'dtm', kept: 'dtm', wrong: 'yesterday' }, { path: 'url', kept: 'url', wrong: null }, { path: 'uid', kept: 'uid', wrong: 'u'.repeat(257) }],
    deliver: (event, others, agent) => pipeline.snowplow(nativeRequest(JSON.stringify(snowplowSamples.request(...Array<unknown>(others).fill(snowplowSamples.PAGE_PING), event)), { headers: { 'user-agent': agent } })),
  },
  'an element of Snowplow without id': {
    sound: { aid: 'website', e: 'se', se_ac: 'play', duid: 'd-1', p: 'web' },
    faults: [{ path: 'se_ac', kept: 'se_ac', wrong: null }],
    deliver: (event, others) => pipeline.snowplow(nativeRequest(JSON.stringify(snowplowSamples.request(...Array<unknown>(others).fill(snowplowSamples.PAGE_PING), event)))),
  },
  'a pixel of Snowplow': {
    sound: snowplowSamples.PAGE_VIEW,
    faults: [{ path: 'dtm', kept: 'dtm', wrong: 'yesterday' }, { path: 'uid', kept: 'uid', wrong: 'u'.repeat(257) }],
    deliver: (event, _others, agent) => pipeline.snowplowPixel(nativeRequest('', { method: 'GET', url: `/i?${new URLSearchParams(Object.entries(event as Record<string, string>))}`, headers: { 'user-agent': agent } })),
  },
  'a structured CloudEvent': {
    sound: ORDER, faults: orderFaults,
    deliver: (event) => pipeline.cloudEvents(nativeRequest(JSON.stringify(event), { headers: { ...bearer, 'content-type': 'application/cloudevents+json' } })),
  },
  'a batched CloudEvent': {
    sound: ORDER, faults: orderFaults,
    deliver: (event, others) => pipeline.cloudEvents(nativeRequest(JSON.stringify([...Array<unknown>(others).fill(PAGE_VIEW), event]), { headers: { ...bearer, 'content-type': 'application/cloudevents-batch+json' } })),
  },
  'a binary CloudEvent': {
    sound: ORDER, faults: orderFaults,
    deliver: (event) => {
      const { data, datacontenttype: _type, ...attributes } = event as Record<string, unknown>;
      const headers = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`ce-${name}`, encodeURIComponent(String(value))]));
      return pipeline.cloudEvents(nativeRequest(JSON.stringify(data), { headers: { ...bearer, ...JSON_TYPE, ...headers } }));
    },
  },
};

describe('a corrected replay, after its route,', () => {
  beforeAll(() => { jest.spyOn(Date, 'now').mockReturnValue(DELIVERED_AT); });
  afterAll(() => { jest.restoreAllMocks(); });

  it.each(Object.entries(FORMATS))('of %s is what its sound delivery gave, ids included', async (_what, { sound, faults, deliver }) => {
    await fc.assert(fc.asyncProperty(fc.constantFrom(...faults), fc.nat(3), fc.constantFrom('', 'Mozilla/5.0 (iPhone)', 'Googlebot/2.1'), async ({ path, kept, wrong }, others, agent) => {
      const right = path.replaceAll(/\[(\d+)\]/g, '.$1').split('.').reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], sound);
      await deliver(sound, others, agent);
      const first = deliveries.items.at(-1)!.outcome;
      await deliver(withPath(sound as Record<string, unknown>, path, wrong), others, agent);
      const item = deliveries.items.at(-1)!;
      expect([first.status, item.outcome.status]).toEqual(['records', 'quarantined']);
      // A field that the sound event does not have is taken away by null.
      expect(replayedItem(replaySources, item, { set: { [kept]: right ?? null } })).toEqual(first);
    }), { numRuns: 40 });
  });

  it('of equal events of two people, of two requests or of one is an entry for each', async () => {
    const refused = { name: 'purchase', params: { value: 'x' } };
    const send = (client_id: string) => pipeline.ga4(nativeRequest(JSON.stringify({ client_id, events: [refused, refused] }), { url: '/mp/collect?measurement_id=G-1&api_secret=key' }));
    await send('a');
    const first = deliveries.items;
    await send('b');
    expect(new Set([...first, ...deliveries.items].map(({ original, place }) => `${String(place)} ${original.toString()}`)).size).toBe(4);
  });
});
