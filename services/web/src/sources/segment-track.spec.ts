import { describe, expect, it } from '@jest/globals';
import type { Records } from '@tideway/contracts';
import { segmentEvent } from './segment.js';
import * as samples from './segment.samples.js';

const ctx = { receivedAt: Date.parse('2026-11-20T12:00:00.000Z'), source: 'segment:shop' };

function only(message: unknown): { product: string; record: Partial<Records['web.orders'] & Records['web.ecommerce-events'] & Records['web.custom-events']> } {
  const outcome = segmentEvent(message, ctx);
  if (outcome.status !== 'records') throw new Error(JSON.stringify(outcome));
  expect(outcome.records).toHaveLength(1);
  return outcome.records[0] as never;
}

function changed(message: { properties: object }, properties: object) {
  return { ...message, properties: { ...message.properties, ...properties } };
}

function refusal(message: unknown) {
  const outcome = segmentEvent(message, ctx);
  return outcome.status === 'records' ? undefined : [outcome.status, outcome.rejection.code, outcome.rejection.field];
}

const GAMES = [
  { product_id: '507f1f77bcf86cd799439011', name: 'Monopoly: 3rd Edition', brand: null, category: 'Games', price_micros: 19_000_000, quantity: 1 },
  { product_id: '505bd76785ebb509fc183733', name: 'Uno Card Game', brand: null, category: 'Games', price_micros: 3_000_000, quantity: 2 },
];

describe('a call of the e-commerce spec', () => {
  it.each([
    ['products_searched', samples.PRODUCTS_SEARCHED, { query: 'blue roses', items: [], value_micros: null, currency: null }],
    ['product_list_viewed', samples.PRODUCT_LIST_VIEWED, { items: GAMES }],
    ['product_viewed', samples.PRODUCT_VIEWED, { currency: 'USD', value_micros: 18_990_000, items: [{ ...GAMES[0], brand: 'Hasbro', price_micros: 18_990_000 }] }],
    ['cart_viewed', samples.CART_VIEWED, { cart_id: 'd92jd29jd92jd29j92d92jd', items: GAMES }],
    ['checkout_started', samples.CHECKOUT_STARTED, { value_micros: 30_000_000, currency: 'USD', items: GAMES }],
    ['checkout_step', samples.CHECKOUT_STEP_VIEWED, { checkout_step: 2, items: [] }],
    ['coupon_applied', samples.COUPON_APPLIED, { cart_id: '923923929jd29jd92dj9j93fj3' }],
  ])('is %s', (action, message, fields) => {
    expect(only(message)).toMatchObject({ product: 'web.ecommerce-events', record: { action, ...fields } });
  });

  it.each([
    ['Product Added', 'product_added'], ['Product Removed', 'product_removed'], ['Product Added to Wishlist', 'wishlisted'], ['PRODUCT VIEWED', 'product_viewed'], [' product viewed ', 'product_viewed'],
  ])('named %j is %s', (event, action) => {
    expect(only({ ...samples.PRODUCT_VIEWED, event }).record.action).toBe(action);
  });

  it.each([['Checkout Step Completed', 'checkout_step'], ['Payment Info Entered', 'payment_info_entered'], ['Coupon Entered', 'coupon_applied']])('named %j needs no product and is %s', (event, action) => {
    expect(only({ type: 'track', userId: 'u-1', event }).record).toMatchObject({ action, items: [] });
  });

  it('keeps a query that is an object as JSON, without what is personal', () => {
    expect(only(changed(samples.PRODUCTS_SEARCHED, { query: { text: 'roses', email: 'jane@example.com' } })).record.query).toBe('{"text":"roses"}');
    expect(only(changed(samples.PRODUCTS_SEARCHED, { query: 'orders of jane@example.com' })).record.query).toBe('orders of [email]');
  });

  it.each([
    [{ quantity: 1.5 }, 'type', 'properties.quantity'], [{ quantity: -1 }, 'type', 'properties.quantity'], [{ quantity: 2 ** 31 }, 'type', 'properties.quantity'],
    [{ price: 'cheap' }, 'type', 'properties.price'], [{ product_id: null, sku: '' }, 'required', 'properties.product_id'], [{ product_id: {} }, 'type', 'properties.product_id'],
    [{ product_id: 2 ** 53 }, 'range', 'properties.product_id'], [{ currency: 'US Dollar' }, 'type', 'properties.currency'], [{ name: ['x'] }, 'type', 'properties.name'],
    [{ products: 'x' }, 'type', 'properties.products'], [{ products: [1] }, 'type', 'properties.products.0'], [{ products: [{ product_id: 'p', price: {} }] }, 'type', 'properties.products.0.price'],
  ])('with %j is quarantined, nothing made up', (properties, code, field) => {
    expect(refusal(changed(samples.PRODUCT_VIEWED, properties))).toEqual(['quarantined', code, field]);
  });

  it('takes the sku where there is no product_id, and a quantity of 1 where there is none', () => {
    expect(only({ type: 'track', userId: 'u-1', event: 'Product Added', properties: { sku: 'G-32', price: '19.99' } }).record.items).toEqual([
      { product_id: 'G-32', name: null, brand: null, category: null, price_micros: 19_990_000, quantity: 1 },
    ]);
  });

  it.each([
    [{ properties: { sessionId: 's-1' } }, 's-1'], [{ context: { sessionId: 's-2' } }, 's-2'], [{ integrations: { 'Actions Amplitude': { session_id: 1_795_000_000 } } }, '1795000000'],
    [{ context: { integrations: { 'Actions Google Analytic 4': { sessionId: 's-3' } } } }, 's-3'], [{ integrations: { All: true } }, null],
  ])('with %j has the session %s', (fields, session) => {
    expect(only({ type: 'track', userId: 'u-1', event: 'Cart Viewed', ...fields }).record.session_id).toBe(session);
  });
});

describe('an order', () => {
  it('that is completed adds its total', () => {
    expect(only(samples.ORDER_COMPLETED)).toMatchObject({
      product: 'web.orders',
      record: {
        order_id: '50314b8e9bcf000000000000', status: 'completed', total_micros: 27_500_000, net_change_micros: 27_500_000, tax_micros: 2_000_000,
        shipping_micros: 3_000_000, discount_micros: 2_500_000, coupon: 'hasbros', currency: 'USD', items: GAMES,
      },
    });
  });

  it('that is refunded or cancelled takes it back', () => {
    expect(only(samples.ORDER_REFUNDED).record).toMatchObject({ status: 'refunded', total_micros: 30_000_000, net_change_micros: -30_000_000 });
    expect(only(samples.ORDER_CANCELLED).record).toMatchObject({ status: 'cancelled', total_micros: 30_000_000, net_change_micros: -30_000_000 });
  });

  it('that is updated has its new total and changes nothing, as the old one is not known here', () => {
    expect(only({ ...samples.ORDER_COMPLETED, event: 'Order Updated' }).record).toMatchObject({ status: 'updated', total_micros: 27_500_000, net_change_micros: 0 });
  });

  it.each([
    [{ total: undefined }, 30_000_000], [{ total: undefined, revenue: undefined, value: '12.34' }, 12_340_000], [{ total: undefined, revenue: undefined }, 25_000_000], [{ total: 0 }, 0],
  ])('with %j is worth %d', (properties, total) => {
    expect(only(changed(samples.ORDER_COMPLETED, properties)).record.total_micros).toBe(total);
  });

  it.each([
    [{ refund_amount: 5 }, -5_000_000], [{ total: -30 }, -30_000_000], [{ total: undefined }, -25_000_000], [{ total: 0 }, 0],
  ])('refunded with %j changes revenue by %d', (properties, change) => {
    const { net_change_micros } = only(changed(samples.ORDER_REFUNDED, properties)).record;
    expect(net_change_micros).toBe(change);
  });

  it.each([
    [{ currency: undefined }, 'required', 'properties.currency'], [{ currency: 'X' }, 'type', 'properties.currency'], [{ order_id: '' }, 'required', 'properties.order_id'],
    [{ total: undefined, revenue: undefined, products: [] }, 'required', 'properties.total'], [{ total: '1.299,00' }, 'type', 'properties.total'], [{ total: 1e12 }, 'range', 'properties.total'],
    [{ tax: 'none' }, 'type', 'properties.tax'], [{ coupon: {} }, 'type', 'properties.coupon'],
  ])('with %j is quarantined', (properties, code, field) => {
    expect(refusal(changed(samples.ORDER_COMPLETED, properties))).toEqual(['quarantined', code, field]);
  });

  it('keeps ids with different addresses in them apart, and the addresses out', () => {
    const ids = ['jane@example.com-1', 'joe@example.com-1'].map((order_id) => only(changed(samples.ORDER_COMPLETED, { order_id })).record.order_id!);
    expect(new Set(ids).size).toBe(2);
    expect(ids.join()).not.toMatch(/jane|joe/);
  });
});

describe('an event with a name of the team\'s own', () => {
  const event = (properties: unknown) => ({ type: 'track', userId: 'u-1', event: 'Song Played', properties });

  it('keeps scalars as text and structures as JSON', () => {
    expect(only(event({ artist: 'Dierks Bentley', seconds: 12.5, skipped: false, tags: ['a', 'b'], album: { year: 2012 }, none: null })).record).toMatchObject({
      name: 'Song Played', session_id: null, properties: { artist: 'Dierks Bentley', seconds: '12.5', skipped: 'false', tags: '["a","b"]', album: '{"year":2012}' },
    });
  });

  it('loses everything personal', () => {
    const properties = { email: 'a@b.example', 'First Name': 'Jane', phone: 4915112345678, note: 'ask jane@example.com', form: { password: 'x', topic: 'sizes' }, email_opt_in: true };
    expect(only(event(properties)).record.properties).toEqual({ form: '{"topic":"sizes"}', email_opt_in: 'true' });
  });

  it('may have properties named as JavaScript names its own', () => {
    expect(only(event(JSON.parse('{"constructor":"x","toString":1,"prototype":true}'))).record.properties).toEqual({ constructor: 'x', toString: '1', prototype: 'true' });
  });

  it.each([
    ['{"__proto__":"x"}', 'unsafe_key', 'properties.__proto__'], ['{"a":9007199254740993}', 'range', 'properties.a'], ['{"a":{"b":[1e300]}}', 'range', 'properties.a.b.0'], ['[]', 'type', 'properties'], ['"x"', 'type', 'properties'],
  ])('with the properties %s is quarantined, not changed', (properties, code, field) => {
    expect(refusal(event(JSON.parse(properties)))).toEqual(['quarantined', code, field]);
  });

  it.each([[undefined], [''], [5], [null]])('is rejected where the name is %j', (name) => {
    expect(refusal({ type: 'track', userId: 'u-1', event: name })).toEqual(['rejected', 'required', 'event']);
  });
});
