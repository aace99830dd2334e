import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { ECOMMERCE_ACTIONS } from './segment-ecommerce.js';
import { ORDER_STATUSES } from './segment-orders.js';
import { segmentEvent } from './segment.js';
import { anyJson, expectSound } from './source-properties.samples.js';

const expectOutcome = (message: unknown) => expectSound(segmentEvent(message, { receivedAt: 1_795_000_000_000, source: 'segment:shop' }));

const json = anyJson;
const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.emailAddress(), fc.webUrl({ withQueryParameters: true, withFragments: true }), fc.constantFrom('', 'null', '19.99', 'EUR', 'u-1', '2026-11-20T10:00:00Z'));
const scalar = fc.oneof({ weight: 4, arbitrary: text }, { weight: 1, arbitrary: json }, { weight: 1, arbitrary: fc.double() }, { weight: 1, arbitrary: fc.constantFrom(0, -0, 2 ** 53, 1e300, -1) });
const object = (keys: string[], value: fc.Arbitrary<unknown>) => fc.oneof({ weight: 6, arbitrary: fc.dictionary(fc.oneof(fc.constantFrom(...keys), fc.constantFrom('__proto__', 'constructor')), value, { maxKeys: 8 }) }, { weight: 1, arbitrary: json });
const product = object(['product_id', 'sku', 'name', 'brand', 'category', 'price', 'quantity'], scalar);
const properties = object(
  ['order_id', 'total', 'revenue', 'value', 'tax', 'currency', 'products', 'product_id', 'price', 'quantity', 'query', 'step', 'url', 'path', 'title', 'referrer', 'search', 'email', 'sessionId'],
  fc.oneof(scalar, fc.array(product, { maxLength: 3 })),
);
const context = object(
  ['page', 'campaign', 'traits', 'userAgent', 'location', 'consent', 'integrations', 'device', 'os'],
  object(['url', 'referrer', 'source', 'medium', 'name', 'email', 'phone', 'country', 'categoryPreferences', 'Amplitude'], fc.oneof(scalar, fc.dictionary(fc.constantFrom('analytics', 'Marketing', 'session_id'), fc.oneof(fc.boolean(), scalar)))),
);
const call = fc.record({
  type: fc.constantFrom('track', 'page', 'screen', 'identify', 'alias', 'group'),
  event: fc.oneof(fc.constantFrom(...ECOMMERCE_ACTIONS.keys(), ...ORDER_STATUSES.keys(), 'Segment Consent Preference Updated'), text),
  userId: scalar, anonymousId: scalar, previousId: scalar, groupId: scalar, messageId: scalar, name: scalar,
  timestamp: scalar, sentAt: scalar, properties, traits: properties, context, integrations: context,
}, { requiredKeys: ['type'] });

describe('segmentEvent', () => {
  it('gives an outcome for any JSON value, and never throws', () => {
    fc.assert(fc.property(json, (message) => { expectOutcome(message); }), { numRuns: 500 });
  });

  it('gives an outcome for any call with anything in it, and only records that keep their contract', () => {
    const seen = new Set<string>();
    fc.assert(fc.property(call, (message) => { seen.add(expectOutcome(JSON.parse(JSON.stringify(message)) as unknown)); }), { numRuns: 1_500 });
    // Otherwise the property above would hold of nothing.
    expect([...seen].sort()).toEqual(['quarantined', 'records', 'rejected']);
  });

  it('lets no e-mail address through, wherever it stands', () => {
    const address = 'leaky.person+tag@private-mail.example';
    const anywhere = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof({ maxDepth: 4 }, fc.constantFrom(address, `see ${address} there`, encodeURIComponent(address), 'x', 1, true), fc.dictionary(fc.constantFrom('a', 'url', 'title', 'products', 'product_id', 'query', 'page', address), tie('value'), { maxKeys: 4 }), fc.array(tie('value'), { maxLength: 3 })),
    })).value;
    const leaky = fc.record({
      type: fc.constantFrom('track', 'page', 'screen', 'identify', 'alias', 'group'), event: fc.constantFrom('Cart Viewed', 'Product Viewed', 'Other', address),
      userId: fc.constantFrom('u-1', address, `shop:${address}`), anonymousId: fc.constantFrom('a-1', address), previousId: fc.constantFrom('p-1', address), groupId: fc.constantFrom('g', address), name: fc.constantFrom('n', address),
      properties: anywhere, traits: anywhere, context: anywhere,
    });
    let records = 0;
    fc.assert(fc.property(leaky, (message) => {
      const outcome = segmentEvent(message, { receivedAt: 1_795_000_000_000, source: 'segment:shop' });
      if (outcome.status !== 'records') {
        expect(JSON.stringify(outcome)).not.toMatch(/leaky/i);
        return;
      }
      records += outcome.records.length;
      expect(JSON.stringify(outcome.records)).not.toMatch(/leaky/i);
    }), { numRuns: 1_500 });
    expect(records).toBeGreaterThan(100);
  });
});
