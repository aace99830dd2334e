import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import type { Outcome } from '@tideway/contracts';
import { CAMPAIGN_DETAILS, PURCHASE, WITH_USER_DATA } from './ga4.samples.js';
import { ga4Event } from './ga4.js';
import { ga4Request } from './ga4-request.js';
import { anyJson, damaged, expectSound } from './source-properties.samples.js';

const RECEIVED = 1_795_000_010_000;
const ctx = { receivedAt: RECEIVED, source: 'ga4:shop', stream: 'G-1' };
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

function outcomes(body: unknown, at: Partial<typeof ctx> = {}): Outcome[] {
  const parts = ga4Request(body);
  if ('code' in parts) return [{ status: 'rejected', rejection: parts }];
  return parts.events.map((event, index) => ga4Event(event, { ...ctx, ...at, index, request: parts.request }));
}

function records(body: unknown, at: Partial<typeof ctx> = {}): { product: string; record: any }[] {
  return outcomes(body, at).flatMap((outcome) => {
    if (outcome.status !== 'records') throw new Error(JSON.stringify(outcome));
    return outcome.records;
  });
}

const first = (body: unknown, at: Partial<typeof ctx> = {}) => records(body, at)[0]!;
const refusals = (body: unknown) => outcomes(body).flatMap((outcome) => (outcome.status === 'records' ? [] : [{ status: outcome.status, code: outcome.rejection.code, field: outcome.rejection.field }]));
const event = (name: string, params: object = {}, rest: object = {}) => ({ client_id: 'c.1', events: [{ name, params }], ...rest });

describe('an event', () => {
  it('of Google\'s guide is a custom event of its client', () => {
    expect(first(CAMPAIGN_DETAILS)).toEqual({
      product: 'web.custom-events',
      record: {
        event_id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-5/), occurred_at: RECEIVED, received_at: RECEIVED, source: 'ga4:shop',
        identifiers: { anonymous_id: '123456.7654321' }, session_id: '123', name: 'campaign_details',
        properties: { campaign_id: 'google_1234', campaign: 'Summer_fun', source: 'google', medium: 'cpc', term: 'summer+travel', content: 'logolink', engagement_time_msec: '100' },
      },
    });
  });

  it('page_view is a landing, with the browser that the payload names and no address in its URL', () => {
    expect(first(WITH_USER_DATA)).toMatchObject({
      product: 'web.page-views',
      record: {
        url: 'https://shop.example/shoes?utm_source=google&utm_medium=cpc&gclid=g-1', path: '/shoes', title: 'Shoes', referrer: 'https://www.google.com/', session_id: '123',
        utm_source: 'google', click_id_type: 'gclid', click_id: 'g-1', channel: 'paid_search', device: 'mobile', country: 'US', platform: 'web', is_bot: false,
      },
    });
    expect(first(event('page_view', { page_location: 'https://a.example' }, { user_agent: 'Googlebot/2.1 (+http://www.google.com/bot.html)' })).record.is_bot).toBe(true);
  });

  it('screen_view is a view of an app', () => {
    expect(first(event('screen_view', { screen_name: 'Cart' }))).toMatchObject({ product: 'web.page-views', record: { url: 'app://Cart', title: 'Cart', platform: 'app' } });
  });

  it('purchase is an order: value, tax and shipping are its total', () => {
    expect(first(PURCHASE)).toMatchObject({
      product: 'web.orders',
      record: {
        order_id: 'T_12345', status: 'completed', total_micros: 18_200_000, net_change_micros: 18_200_000, tax_micros: 1_200_000, shipping_micros: 5_000_000, coupon: 'socksSale', currency: 'USD',
        occurred_at: 1_795_000_000_000,
        items: [{ product_id: 'SKU_12345', name: 'Socks', brand: 'Google', category: 'Apparel', price_micros: 4_000_000, quantity: 3 }],
      },
    });
  });

  it('purchase without a value is worth its items, and refund takes revenue away', () => {
    const items = [{ item_name: 'Socks', price: '4.00', quantity: '2' }];
    expect(first(event('purchase', { transaction_id: 't', currency: 'usd', items })).record).toMatchObject({ total_micros: 8_000_000, currency: 'USD', items: [{ product_id: 'Socks' }] });
    expect(first(event('refund', { transaction_id: 't', currency: 'USD', value: 4 })).record).toMatchObject({ status: 'refunded', total_micros: 4_000_000, net_change_micros: -4_000_000 });
  });

  it.each([['view_item', 'product_viewed'], ['search', 'products_searched'], ['begin_checkout', 'checkout_started'], ['add_payment_info', 'payment_info_entered']])('%s is a shop event', (name, action) => {
    expect(first(event(name, { value: 5, currency: 'EUR', search_term: 'shoes' }))).toMatchObject({ product: 'web.ecommerce-events', record: { action, value_micros: 5_000_000, currency: 'EUR', query: 'shoes' } });
  });
});

describe('what a request says for its events', () => {
  it('is the person, by ids and by hashes of Google\'s normal form, which is ours', () => {
    const request = { ...WITH_USER_DATA, user_data: { sha256_email_address: ['x', sha256('janedoe@gmail.com').toUpperCase()], sha256_phone_number: sha256('+493012345678') } };
    const raw = { ...WITH_USER_DATA, user_data: { sha256_email_address: 'Jane.Doe@gmail.com', sha256_phone_number: '+49 30 12345678' } };
    const identifiers = { user_id: 'USER_ID', anonymous_id: 'CLIENT_ID', email_sha256: sha256('janedoe@gmail.com'), phone_sha256: sha256('+493012345678') };
    expect(first(request).record.identifiers).toEqual(identifiers);
    // A sender that forgot to hash is hashed here: nothing raw is published.
    expect(first(raw).record.identifiers).toEqual(identifiers);
  });

  it('is consent, one denial of which denies advertising', () => {
    expect(records(event('a', {}, { consent: { ad_user_data: 'GRANTED', ad_personalization: 'DENIED' } }))[1]).toMatchObject({
      product: 'web.consents', record: { purpose: 'advertising', decision: 'denied', evidence: expect.stringContaining('consent: ad_user_data=true, ad_personalization=false') },
    });
    expect(records(event('a', {}, { consent: { ad_user_data: 'granted' } }))[1]).toMatchObject({ record: { decision: 'granted' } });
    expect(records(event('a', {}, { non_personalized_ads: true }))[1]).toMatchObject({ record: { decision: 'denied' } });
    expect(refusals(event('a', {}, { consent: { ad_user_data: 'maybe' } }))).toEqual([{ status: 'quarantined', code: 'enum', field: 'consent.ad_user_data' }]);
  });

  it('is traits of a known user, once', () => {
    const identifications = records(WITH_USER_DATA).filter(({ product }) => product === 'web.identifications');
    expect(identifications).toMatchObject([{ record: { method: 'identify', traits: { plan: 'pro' }, identifiers: { user_id: 'USER_ID' } } }]);
    expect(records(event('a', {}, { user_properties: { plan: { value: 'pro' } } }))).toHaveLength(1);
  });

  it('is the time, which an event\'s own goes before', () => {
    const body = { client_id: 'c', timestamp_micros: 1_795_000_000_000_000, events: [{ name: 'a' }, { name: 'b', timestamp_micros: '1795000001000999' }] };
    expect(records(body).map(({ record }) => record.occurred_at)).toEqual([1_795_000_000_000, 1_795_000_001_000]);
  });
});

describe('event_id', () => {
  const ids = (body: unknown, at: Partial<typeof ctx> = {}) => records(body, at).map(({ record }) => record.event_id as string);

  it('of a resend with a time is the same, and equal events of one request are two', () => {
    const body = { client_id: 'c', timestamp_micros: 1_795_000_000_000_000, events: [{ name: 'a' }, { name: 'a' }] };
    expect(ids(body, { receivedAt: RECEIVED + 5_000 })).toEqual(ids(body));
    expect(new Set([...ids(body), ...ids({ ...body, client_id: 'd' }), ...ids(body, { stream: 'G-2' })]).size).toBe(6);
  });

  it('of a resend without a time is another: it could be a second event', () => {
    expect(ids(CAMPAIGN_DETAILS, { receivedAt: RECEIVED + 1 })).not.toEqual(ids(CAMPAIGN_DETAILS));
  });

  it('of a purchase is that of its transaction, whenever it comes and whatever else it says', () => {
    const bare = event('purchase', { transaction_id: 'T_12345', value: 1, currency: 'USD' });
    expect(ids(bare, { receivedAt: RECEIVED + 9_000 })).toEqual(ids(PURCHASE));
    expect(ids(event('purchase', { transaction_id: 'T_2', value: 1, currency: 'USD' }))).not.toEqual(ids(bare));
  });
});

describe('a refusal', () => {
  it.each([
    [{ events: [{ name: 'a' }] }, 'rejected', 'missing_identifier', 'client_id'],
    [event(''), 'rejected', 'required', 'events.0.name'],
    [event('_badEventName'), 'rejected', 'invalid_name', 'events.0.name'],
    [event('a b'), 'rejected', 'invalid_name', 'events.0.name'],
    [{ client_id: 'c', events: ['a'] }, 'rejected', 'not_an_object', 'events.0'],
    [{ client_id: {}, events: [{ name: 'a' }] }, 'rejected', 'type', 'client_id'],
    [{ client_id: 'c' }, 'rejected', 'required', 'events'],
    [{ client_id: 'c', events: {} }, 'rejected', 'not_a_list', 'events'],
    [null, 'rejected', 'not_an_object', ''],
    [event('a', {}, { timestamp_micros: 1_795_000_000_000 }), 'quarantined', 'range', 'timestamp_micros'],
    [event('a', {}, { timestamp_micros: 'soon' }), 'quarantined', 'type', 'timestamp_micros'],
    [event('page_view'), 'quarantined', 'required', 'events.0.params.page_location'],
    [event('purchase', { value: 1, currency: 'USD' }), 'quarantined', 'required', 'events.0.params.transaction_id'],
    [event('purchase', { transaction_id: 't', value: 1 }), 'quarantined', 'required', 'events.0.params.currency'],
    [event('refund', { transaction_id: 't', currency: 'USD' }), 'quarantined', 'required', 'events.0.params.value'],
    [event('add_to_cart', { items: [{}] }), 'quarantined', 'required', 'events.0.params.items.0.item_id'],
  ])('of %j says which field', (body, status, code, field) => {
    expect(refusals(body)).toEqual([{ status, code, field }]);
  });
});

describe('ga4Event', () => {
  it('gives valid records or a refusal for any JSON, and never throws', () => {
    fc.assert(fc.property(anyJson, anyJson, (value, request) => {
      expectSound(ga4Event(value, { ...ctx, index: 0, request: (request !== null && typeof request === 'object' ? request : {}) as Record<string, unknown> }));
    }), { numRuns: 300 });
  });

  it('gives valid records or a refusal for any damaged sample', () => {
    const seen = new Set<string>();
    fc.assert(fc.property(damaged([CAMPAIGN_DETAILS, PURCHASE, WITH_USER_DATA]), (body) => {
      for (const outcome of outcomes(body)) seen.add(expectSound(outcome));
    }), { numRuns: 800 });
    expect([...seen].sort()).toEqual(['quarantined', 'records', 'rejected']);
  });

  it('lets no address through', () => {
    const leaky = JSON.parse(JSON.stringify(WITH_USER_DATA).replaceAll(/"(Shoes|shoes|SKU-1|Cart|T_12345|CLIENT_ID|USER_ID|pro)"/g, '"leaky@private.example"')) as unknown;
    expect(JSON.stringify(outcomes(leaky))).toContain('"status":"records"');
    expect(JSON.stringify(outcomes(leaky))).not.toMatch(/leaky|private\.example/);
  });
});
