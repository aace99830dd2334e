import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { cloudEvents } from './cloudevents-http.js';
import * as samples from './cloudevents.samples.js';
import { cloudEvent } from './cloudevents.js';
import { anyJson, damaged, expectSound } from './source-properties.samples.js';

const ctx = { receivedAt: Date.parse('2026-11-20T12:00:00.000Z'), source: 'cloudevents:shop' };
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

function only(event: unknown): { product: string; record: any } {
  const outcome = cloudEvent(event, ctx);
  if (outcome.status !== 'records') throw new Error(JSON.stringify(outcome));
  return outcome.records[0]!;
}

const withData = (event: { data: object }, change: object) => ({ ...event, data: { ...event.data, ...change } });
function refusal(event: unknown) {
  const outcome = cloudEvent(event, ctx);
  return outcome.status === 'records' ? undefined : { status: outcome.status, code: outcome.rejection.code, field: outcome.rejection.field };
}

describe('an event', () => {
  it('of an order is a record of the product, with every optional field present', () => {
    expect(only(samples.ORDER)).toEqual({
      product: 'web.orders',
      record: {
        event_id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-5/), occurred_at: Date.parse('2026-11-20T10:00:00Z'), received_at: ctx.receivedAt, source: 'cloudevents:shop',
        identifiers: { user_id: 'u-1', phone_sha256: sha256('+493012345678') },
        order_id: 'O-1', status: 'completed', total_micros: 89_900_000, tax_micros: null, shipping_micros: null, discount_micros: null, net_change_micros: 89_900_000, coupon: null, currency: 'EUR',
        items: [{ product_id: 'SKU-1', name: 'Shoe', brand: null, category: null, price_micros: null, quantity: 1 }],
      },
    });
    expect(only(withData(samples.ORDER, { status: 'refunded' })).record.net_change_micros).toBe(-89_900_000);
    expect(only(withData(samples.ORDER, { status: 'updated', net_change_micros: 5 })).record.net_change_micros).toBe(5);
  });

  it('of a page view is a landing, worked out from URL, referrer and agent', () => {
    expect(only(samples.PAGE_VIEW)).toMatchObject({
      product: 'web.page-views',
      record: {
        identifiers: { anonymous_id: 'a-1', email_sha256: sha256('janedoe@gmail.com') }, url: 'https://shop.example/shoes?utm_source=google&utm_medium=cpc&gclid=g-1', path: '/shoes', title: 'Shoes',
        session_id: null, utm_source: 'google', click_id: 'g-1', channel: 'paid_search', device: 'mobile', country: 'DE', platform: 'web', is_bot: false,
      },
    });
    expect(only(withData(samples.PAGE_VIEW, { channel: 'email', is_bot: true, session_id: 's-1' })).record).toMatchObject({ channel: 'email', is_bot: true, session_id: 's-1', device: 'mobile' });
  });

  it('of every product keeps what is no person\'s', () => {
    expect(samples.ALL.map((event) => only(event).product)).toEqual(['web.page-views', 'web.ecommerce-events', 'web.orders', 'web.identifications', 'web.custom-events', 'web.consents']);
    expect(only(samples.IDENTIFICATION).record).toMatchObject({ traits: { plan: 'pro' }, previous_id: null });
    expect(only(samples.CUSTOM).record).toMatchObject({ identifiers: { email_sha256: expect.any(String) }, properties: { artist: 'x', length: '215', tags: '["a"]' } });
  });

  it('is known by source and id together, whatever else changes', () => {
    const id = (change: object) => only({ ...samples.ORDER, ...change }).record.event_id as string;
    expect(id({ time: '2026-11-20T11:00:00Z' })).toBe(id({}));
    expect(new Set([id({}), id({ id: 'other' }), id({ source: '/other' }), only({ ...samples.ORDER, source: '/shop', id: 'backend\nx' }).record.event_id]).size).toBe(4);
  });

  it('without a time happened when it arrived', () => {
    const { time: _none, ...timeless } = samples.ORDER;
    expect(only(timeless).record.occurred_at).toBe(ctx.receivedAt);
  });
});

describe('a refusal', () => {
  it.each([
    ['x', 'rejected', 'not_an_object', ''],
    [{ ...samples.ORDER, specversion: '0.3' }, 'rejected', 'unsupported_version', 'specversion'],
    [{ ...samples.ORDER, id: '' }, 'rejected', 'required', 'id'],
    [{ ...samples.ORDER, source: 5 }, 'rejected', 'required', 'source'],
    [{ ...samples.ORDER, type: 'com.tideway.web.orders.v9' }, 'rejected', 'unknown_type', 'type'],
    [{ ...samples.ORDER, type: 'com.tideway.customer.activities.v1' }, 'rejected', 'unknown_type', 'type'],
    [{ ...samples.ORDER, datacontenttype: 'text/xml' }, 'rejected', 'type', 'datacontenttype'],
    [{ ...samples.ORDER, data: '{}' }, 'rejected', 'required', 'data'],
    [withData(samples.ORDER, { identifiers: {} }), 'rejected', 'missing_identifier', 'data.identifiers'],
    [withData(samples.ORDER, { identifiers: { email: 'nobody' } }), 'rejected', 'missing_identifier', 'data.identifiers'],
    [withData(samples.ORDER, { identifiers: { user_id: 'u-1', loyalty: '5' } }), 'quarantined', 'unknown_field', 'data.identifiers.loyalty'],
    [{ ...samples.ORDER, time: 'soon' }, 'quarantined', 'type', 'time'],
    [{ ...samples.ORDER, time: '2027-01-01T00:00:00Z' }, 'quarantined', 'range', 'time'],
    [withData(samples.ORDER, { event_id: 'x' }), 'quarantined', 'unknown_field', 'data.event_id'],
    [withData(samples.ORDER, { colour: 'red' }), 'quarantined', 'unknown_field', 'data.colour'],
    [withData(samples.ORDER, { currency: undefined }), 'quarantined', 'required', 'data.currency'],
    [withData(samples.ORDER, { total_micros: '89.90' }), 'quarantined', 'type', 'data.total_micros'],
    [withData(samples.ORDER, { status: 'lost' }), 'quarantined', 'enum', 'data.status'],
    [withData(samples.PAGE_VIEW, { url: undefined }), 'quarantined', 'required', 'data.url'],
  ])('of %j says which field', (event, status, code, field) => {
    expect(refusal(event)).toEqual({ status, code, field });
  });

  it('repeats nothing personal', () => {
    const outcome = cloudEvent(withData(samples.ORDER, { total_micros: '+49 151 12345678', 'jane@example.com': 1 }), ctx);
    expect(JSON.stringify(outcome)).not.toMatch(/151|jane/);
  });
});

describe('a message', () => {
  const binary = { 'content-type': 'application/json; charset=utf-8', 'ce-specversion': '1.0', 'ce-type': samples.ORDER.type, 'ce-source': '/shop/backend', 'ce-id': 'A234-1234-1233', 'ce-time': samples.ORDER.time };
  const body = (value: unknown) => Buffer.from(JSON.stringify(value));

  it('in any of the three modes carries the same event', () => {
    const structured = cloudEvents({ 'content-type': 'application/cloudevents+json; charset=UTF-8' }, body(samples.ORDER));
    const batched = cloudEvents({ 'content-type': 'application/cloudevents-batch+json' }, body([samples.CART, samples.ORDER]));
    expect([structured.batch, batched.batch]).toEqual([false, true]);
    const events = [structured.events[0]!, batched.events[1]!, cloudEvents(binary, body(samples.ORDER.data)).events[0]!];
    expect(new Set(events.map(({ value }) => JSON.stringify(only(value)))).size).toBe(1);
    expect(batched.events[1]!.original.toString()).toBe(JSON.stringify(samples.ORDER));
  });

  it('in binary mode has percent-encoded headers, and its body is its data', () => {
    expect(cloudEvents({ ...binary, 'ce-source': '/caf%C3%A9%20%25', 'ce-id': '100%', 'ce-data': 'x' }, body({ a: 1 })).events[0]!.value).toMatchObject({ source: '/café %', id: '100%', data: { a: 1 } });
  });

  it.each([
    [{ 'content-type': 'application/json' }, '{}', 'ce-specversion'],
    [{ 'content-type': 'application/cloudevents-batch+json' }, '{}', ''],
    [{ 'content-type': 'application/cloudevents+json' }, 'x', ''],
  ])('with headers %j and body %s is refused', (headers, text, field) => {
    expect(() => cloudEvents(headers, Buffer.from(text))).toThrow(expect.objectContaining({ status: 400, rejection: expect.objectContaining({ field }) }));
  });
});

describe('cloudEvent', () => {
  it('gives valid records or a refusal for any JSON, and never throws', () => {
    fc.assert(fc.property(anyJson, (value) => {
      expectSound(cloudEvent(value, ctx));
      expectSound(cloudEvent({ ...samples.ORDER, data: value }, ctx));
    }), { numRuns: 200 });
  });

  it('gives valid records or a refusal for any damaged sample', () => {
    const seen = new Set<string>();
    fc.assert(fc.property(damaged(samples.ALL), (event) => { seen.add(expectSound(cloudEvent(event, ctx))); }), { numRuns: 1_000 });
    expect([...seen].sort()).toEqual(['quarantined', 'records', 'rejected']);
  });

  it('lets no address through', () => {
    for (const event of samples.ALL) {
      const leaky = JSON.parse(JSON.stringify(event).replaceAll(/"(Shoes|SKU-1|O-1|u-1|a-1|form 12|pro|x|Shoe|Song Played)"/g, '"leaky@private.example"')) as unknown;
      expect(JSON.stringify(only(leaky))).not.toMatch(/leaky|private\.example/);
    }
  });
});
