import { describe, expect, it } from '@jest/globals';
import { compileValidator, loadProducts, productOf, type ActivityMapping, type Product, type Records } from '@tideway/contracts';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { compileActivity } from './map.js';

const products = loadProducts();
const attribution = { profileId: '5f2b8f0e-6c1d-5e52-8a3e-0d4c2f7b6a91', identifier: 'user_id:u-1', origin: 'web.page-views.v1:3:42' };
const validate = compileValidator(productOf(products, 'customer.activities').schema);
const sample = (product: Product, name: string) => JSON.parse(readFileSync(path.join(product.dir, `samples/valid/${name}.json`), 'utf8')) as Record<string, unknown>;
const activityOf = (id: string, record: object, name = 'full') => {
  const product = productOf(products, id);
  return compileActivity(product)!({ ...sample(product, name), ...record }, attribution);
};
const withMapping = (mapping: Partial<ActivityMapping>): Product => {
  const product = productOf(products, 'web.page-views');
  return { ...product, activity: { type: { constant: 'x' }, fields: {}, properties: {}, ...mapping } };
};

describe('compileActivity', () => {
  const mapped = products.filter((product) => product.activity);

  it.each(mapped.map((product) => [product.id, product] as const))('makes valid activities of the samples of %s', (_id, product) => {
    for (const name of ['minimal', 'full']) {
      const activity = compileActivity(product)!(sample(product, name), attribution);
      expect(activity && validate(activity)).toBeUndefined();
      expect(activity).toMatchObject({ product: product.id, profile_id: attribution.profileId, identifier: 'user_id:u-1', origin: attribution.origin });
    }
  });

  it('maps no product whose contract has no mapping', () => {
    expect(compileActivity(productOf(products, 'customer.identities'))).toBeUndefined();
  });

  it('makes a touch of a landing, and none of a direct visit', () => {
    const landing: Partial<Records['web.page-views']> = { channel: 'paid_search', utm_source: 'google', utm_medium: 'cpc', utm_campaign: null, utm_content: null, utm_term: null, click_id_type: 'gclid', click_id: 'x' };
    expect(activityOf('web.page-views', landing)!.touch).toEqual({
      channel: 'paid_search', source: 'google', medium: 'cpc', campaign: null, content: null, term: null, click_id_type: 'gclid', click_id: 'x',
    });
    expect(activityOf('web.page-views', { ...landing, channel: 'direct' })!.touch).toBeNull();
  });

  it('takes the type from the value of a field', () => {
    expect(activityOf('web.orders', { status: 'refunded' })!.type).toBe('order_refunded');
  });

  it('makes no activity of a value that the mapping does not know', () => {
    expect(activityOf('web.orders', { status: 'toString' })).toBeNull();
  });

  it('has null for every optional field that the record lacks', () => {
    expect(activityOf('web.custom-events', { session_id: undefined })).toMatchObject({
      session_id: null, touch: null, campaign_id: null, message_id: null, order_id: null, items: [], value_micros: null, currency: null, is_bot: false, is_machine: false,
    });
  });

  it('writes properties as text and leaves absent ones out', () => {
    expect(activityOf('web.ecommerce-events', { checkout_step: 2, query: null, cart_id: undefined })!.properties).toEqual({ checkout_step: '2' });
  });

  it.each([
    ['an activity field that does not exist', { fields: { sesion_id: 'session_id' } }, /web\.page-views: activity\.fields\.sesion_id is none of session_id/],
    ['a product field that does not exist', { fields: { session_id: 'sesion' } }, /activity\.fields\.session_id names "sesion"/],
    ['a type field that does not exist', { type: { field: 'nothing', map: {} } }, /activity\.type\.field names "nothing"/],
    ['a touch without its channel', { touch: { source: 'utm_source' } }, /activity\.touch\.channel is missing/],
    ['a property that is no scalar', { properties: { all: 'identifiers' } }, /activity\.properties\.all needs a text, number or boolean/],
  ] as [string, Partial<ActivityMapping>, RegExp][])('refuses %s', (_what, mapping, message) => {
    expect(() => compileActivity(withMapping(mapping))).toThrow(message);
  });
});
