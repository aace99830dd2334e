import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import * as samples from './snowplow.samples.js';
import { contexts, selfDescribing } from './snowplow.samples.js';
import { snowplowEvent, type SnowplowContext } from './snowplow.js';
import { payloadEvents } from './snowplow-payload.js';
import { anyJson, damaged, expectSound } from './source-properties.samples.js';

const RECEIVED = 1_795_000_000_000;
const BROWSER = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1';
const ctx: SnowplowContext = { receivedAt: RECEIVED, source: 'snowplow:website', appId: 'website', userAgent: BROWSER };
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

function only(event: unknown, at: Partial<SnowplowContext> = {}): { product: string; record: any } {
  const outcome = snowplowEvent(event, { ...ctx, ...at });
  if (outcome.status !== 'records') throw new Error(JSON.stringify(outcome));
  expect(outcome.records).toHaveLength(1);
  return outcome.records[0]!;
}

function refusal(event: unknown) {
  const outcome = snowplowEvent(event, ctx);
  return outcome.status === 'records' ? undefined : { status: outcome.status, code: outcome.rejection.code, field: outcome.rejection.field };
}

describe('an event of Snowplow\'s documentation', () => {
  it('of a page is a page view of its browser', () => {
    expect(only(samples.PAGE_VIEW)).toEqual({
      product: 'web.page-views',
      record: expect.objectContaining({
        event_id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-5/), occurred_at: RECEIVED - 2, received_at: RECEIVED, source: 'snowplow:website',
        identifiers: { anonymous_id: '85094061-f702-4b62-a46d-20f7226b4741' }, session_id: 'be9520e7-16a5-4d4e-afa1-8e269f99a1cf',
        url: 'https://snowplow.io/', path: '/', title: 'Snowplow: behavioral data creation leader', channel: 'direct', device: 'mobile', platform: 'web', is_bot: false,
      }),
    });
  });

  it('of a page that goes on being read is a page_ping', () => {
    expect(only(samples.PAGE_PING)).toMatchObject({ product: 'web.custom-events', record: { name: 'page_ping', properties: { url: 'https://snowplow.io/', title: 'Snowplow', x_min: '0', x_max: '0', y_min: '12', y_max: '866' } } });
  });

  it('of the team\'s own schema is a custom event by its name', () => {
    expect(only(samples.VIEWED_PRODUCT)).toMatchObject({
      product: 'web.custom-events',
      record: { name: 'viewed_product', properties: { product_id: 'ASO01043', price: '49.95', schema: 'iglu:com.my_company/viewed_product/jsonschema/1-0-0' } },
    });
  });

  it('of a cart or a checkout is a shop event with its entities', () => {
    expect(only(samples.ADD_TO_CART)).toMatchObject({
      product: 'web.ecommerce-events',
      record: { action: 'product_added', cart_id: 'c-1', currency: 'EUR', items: [{ product_id: '1236', name: null, brand: 'Snowplow', category: 'Hats', price_micros: 12_000_000, quantity: 1 }] },
    });
    expect(only(samples.CHECKOUT_STEP)).toMatchObject({ record: { action: 'checkout_step', checkout_step: 2, items: [] } });
    expect(only(samples.PROMO_CLICK)).toMatchObject({ product: 'web.custom-events', record: { name: 'promo_click' } });
  });

  it('of a transaction is an order, and a refund takes from it', () => {
    expect(only(samples.TRANSACTION)).toMatchObject({
      product: 'web.orders',
      record: {
        order_id: 'TtlZ3b', status: 'completed', total_micros: 13_000_000, net_change_micros: 13_000_000, shipping_micros: 1_000_000, currency: 'EUR', items: [{ product_id: '1236' }],
        identifiers: { user_id: 'U12345', anonymous_id: '85094061-f702-4b62-a46d-20f7226b4741', email_sha256: sha256('john@email.com') },
      },
    });
    expect(only(samples.REFUND)).toMatchObject({ product: 'web.orders', record: { order_id: 'TtlZ3b', status: 'refunded', total_micros: 12_000_000, net_change_micros: -12_000_000 } });
  });

  it('of an app\'s screen is a view of the app, by the session entity', () => {
    expect(only(samples.SCREEN_VIEW)).toMatchObject({
      product: 'web.page-views',
      record: { url: 'app://Cart', title: 'Cart', platform: 'app', device: 'mobile', session_id: 'f8a4a0f1-2a39-4b1b-8d6b-2b7f4c0b9d1e', identifiers: { anonymous_id: '7a62ddad-2bb1-4c50-b4b1-6ab0f1ac4f68' } },
    });
  });

  it('of the older kinds is taken, too', () => {
    expect(only(samples.STRUCTURED)).toMatchObject({ record: { name: 'Play', properties: { category: 'Mixes', label: 'MRC/fabric-0503-mix', property: '0', value: '0.0' } } });
    expect(only(samples.LEGACY_TRANSACTION)).toMatchObject({ product: 'web.orders', record: { order_id: '12345', total_micros: 19_990_000, tax_micros: 1_000_000, shipping_micros: 2_980_000, currency: 'GBP', items: [] } });
    expect(only(samples.LEGACY_ITEM)).toMatchObject({ record: { name: 'transaction_item', properties: { order_id: '12345', product_id: 'pbz0025', product_name: 'T-shirt', price: '19.99', quantity: '1' } } });
  });
});

describe('the common parameters', () => {
  it('keep the id of a resend, whatever the clock of its sending', () => {
    const id = (event: unknown, at: Partial<SnowplowContext> = {}) => only(event, at).record.event_id as string;
    expect(id({ ...samples.PAGE_VIEW, stm: '1665398599999', eid: samples.PAGE_VIEW.eid.toUpperCase() }, { receivedAt: RECEIVED + 1 })).toBe(id(samples.PAGE_VIEW));
    const { eid: _none, ...nameless } = samples.PAGE_VIEW;
    expect(id({ ...nameless, stm: '1665398599999' }, { receivedAt: RECEIVED + 1 })).toBe(id(nameless));
    expect(new Set([id(nameless), id(nameless, { index: 1 }), id({ ...nameless, dtm: '1665398554152' })]).size).toBe(3);
  });

  it('correct the clock of the device, and let a true timestamp stand', () => {
    const time = (change: object) => only({ ...samples.PAGE_VIEW, dtm: undefined, stm: undefined, ...change }).record.occurred_at as number;
    expect(time({ dtm: '1000', stm: '61000' })).toBe(RECEIVED - 60_000);
    expect(time({ dtm: '1000', stm: '61000', ttm: '1665398554151' })).toBe(1_665_398_554_151);
    expect(time({ dtm: '1665398554151' })).toBe(RECEIVED);
    expect(time({ dtm: '61000', stm: '1000' })).toBe(RECEIVED);
  });

  it('name a landing by the URL, without addresses in it', () => {
    expect(only({ ...samples.PAGE_VIEW, url: 'https://shop.example/?utm_source=news&utm_medium=email&email=jane%40example.com', refr: 'https://www.google.com/?u=jane@example.com' }).record)
      .toMatchObject({ url: 'https://shop.example/?utm_source=news&utm_medium=email', referrer: 'https://www.google.com/', channel: 'email' });
  });

  it('tell a bot by its agent, unless a server tracks', () => {
    const bot = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';
    expect(only(samples.PAGE_VIEW, { userAgent: bot }).record.is_bot).toBe(true);
    expect(only({ ...samples.PAGE_VIEW, p: 'srv' }, { userAgent: 'python-requests/2.31' }).record).toMatchObject({ is_bot: false, device: 'other' });
    expect(only({ ...samples.PAGE_VIEW, p: 'srv', ua: bot }).record.is_bot).toBe(true);
  });

  it('may be in plain JSON instead of base64', () => {
    const plain = { ...samples.VIEWED_PRODUCT, ue_px: undefined, ue_pr: Buffer.from(samples.VIEWED_PRODUCT.ue_px, 'base64').toString(), cx: undefined, co: Buffer.from(samples.VIEWED_PRODUCT.cx, 'base64').toString() };
    expect(only(plain)).toEqual(only(samples.VIEWED_PRODUCT));
  });
});

describe('a refusal', () => {
  const { duid: _duid, ...nobody } = samples.PAGE_VIEW;
  it.each([
    [{ ...samples.PAGE_VIEW, aid: 'other' }, 'rejected', 'other_app', 'aid'],
    [{ ...samples.PAGE_VIEW, e: 'ad' }, 'rejected', 'unknown_type', 'e'],
    [nobody, 'rejected', 'missing_identifier', 'duid'],
    [{ ...samples.PAGE_VIEW, eid: 'x'.repeat(101) }, 'rejected', 'too_long', 'eid'],
    ['x', 'rejected', 'not_an_object', ''],
    [{ ...samples.PAGE_VIEW, url: '' }, 'quarantined', 'required', 'url'],
    [{ ...samples.PAGE_VIEW, dtm: 'soon' }, 'quarantined', 'type', 'dtm'],
    [{ ...samples.PAGE_VIEW, ttm: '4102444800001' }, 'quarantined', 'range', 'ttm'],
    [{ ...samples.PAGE_VIEW, cx: 'e30!' }, 'quarantined', 'type', 'cx'],
    [{ ...samples.VIEWED_PRODUCT, ue_px: 'bm8ganNvbg' }, 'quarantined', 'invalid_json', 'ue_px'],
    [{ ...samples.VIEWED_PRODUCT, ue_px: '' }, 'quarantined', 'required', 'ue_px'],
    [{ ...samples.STRUCTURED, se_ac: '' }, 'quarantined', 'required', 'se_ac'],
    [{ ...samples.TRANSACTION, cx: '' }, 'quarantined', 'required', 'contexts.transaction.revenue'],
    [{ ...samples.LEGACY_TRANSACTION, tr_cu: '' }, 'quarantined', 'required', 'tr_cu'],
  ])('of %j says which parameter', (event, status, code, field) => {
    expect(refusal(event)).toEqual({ status, code, field });
  });

  it.each([
    [null, 'not_an_object', ''],
    [{ data: [{}] }, 'unknown_schema', 'schema'],
    [{ ...samples.request({}), schema: 'iglu:com.acme/payload_data/jsonschema/1-0-4' }, 'unknown_schema', 'schema'],
    [{ ...samples.request({}), data: {} }, 'not_a_list', 'data'],
    [samples.request(), 'required', 'data'],
  ])('of a whole request, %j, says what it lacks', (body, code, field) => {
    expect(payloadEvents(body)).toMatchObject({ code, field });
  });
});

describe('snowplowEvent', () => {
  // Damage inside of the encoded parts, too: the JSON is damaged, and then encoded again.
  const encodedAgain = (event: any): unknown => (event !== null && typeof event === 'object' && event.about ? { ...event, ...selfDescribing(String(event.about[0]), event.about[1]), ...contexts(...(Array.isArray(event.entities) ? event.entities : [])) } : event);
  const opened = samples.ALL.map((event: any) => {
    const json = (text: string) => JSON.parse(Buffer.from(text, 'base64url').toString()) as any;
    const about = event.ue_px ? json(event.ue_px).data : undefined;
    return about ? { ...event, about: [about.schema, about.data], entities: event.cx ? json(event.cx).data.map((entity: any) => [entity.schema, entity.data]) : [] } : event;
  });

  it('gives valid records or a refusal for any JSON, and never throws', () => {
    fc.assert(fc.property(anyJson, (value) => { expectSound(snowplowEvent(value, ctx)); }), { numRuns: 300 });
  });

  it('gives valid records or a refusal for any damaged sample', () => {
    const seen = new Set<string>();
    fc.assert(fc.property(damaged(opened), (event) => {
      let whole: unknown;
      try { whole = encodedAgain(event); } catch { return; }
      seen.add(expectSound(snowplowEvent(whole, ctx)));
    }), { numRuns: 1_200 });
    expect([...seen].sort()).toEqual(['quarantined', 'records', 'rejected']);
  });

  it('lets no address through', () => {
    const leak = 'leaky@private.example';
    const data = { name: leak, note: `see ${leak}`, type: leak };
    for (const event of [
      { ...samples.STRUCTURED, se_ac: leak, se_la: leak, sid: leak, uid: leak, duid: leak }, { ...samples.PAGE_PING, url: `https://a.example/${leak}`, page: leak },
      { ...samples.LEGACY_ITEM, ti_nm: leak, ti_sk: leak }, { ...samples.PROMO_CLICK, ...selfDescribing('iglu:com.acme/x/jsonschema/1-0-0', data) },
      { ...samples.PROMO_CLICK, ...selfDescribing('iglu:com.snowplowanalytics.snowplow.ecommerce/snowplow_ecommerce_action/jsonschema/1-0-2', data) },
      { ...samples.SCREEN_VIEW, ...selfDescribing('iglu:com.snowplowanalytics.mobile/screen_view/jsonschema/1-0-0', data) },
    ]) expect(JSON.stringify(only(event))).not.toMatch(/leaky|private\.example/);
  });
});
