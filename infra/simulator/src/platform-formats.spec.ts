// Payloads have the shapes that the platforms document, written down here as JSON Schemas of their own.
import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { simulate } from './simulate.js';
import { readEvents } from './test-service.js';

const ajv = new Ajv({ allErrors: true, strictTypes: false, strictRequired: false, multipleOfPrecision: 6 });
(addFormats as unknown as (instance: Ajv) => void)(ajv);

const text = { type: 'string', minLength: 1 };
const time = { type: 'string', format: 'date-time' };
const product = {
  type: 'object',
  required: ['product_id', 'price', 'quantity'],
  properties: {
    product_id: text, sku: text, name: text, brand: text, category: text, price: { type: 'number', multipleOf: 0.01, exclusiveMinimum: 0 }, quantity: { type: 'integer' }, url: { type: 'string', format: 'uri' },
    cart_id: text, currency: { const: 'EUR' },
  },
  additionalProperties: false,
};
const products = { type: 'array', minItems: 1, items: product };
const money = { type: 'number', minimum: 0 };
const page = {
  type: 'object',
  required: ['path', 'referrer', 'search', 'title', 'url'],
  properties: { path: { type: 'string', pattern: '^/' }, referrer: { type: 'string' }, search: { type: 'string', pattern: '^(\\?.+)?$' }, title: text, url: { type: 'string', format: 'uri' } },
  additionalProperties: false,
};
const order = { type: 'object', required: ['order_id', 'total', 'currency', 'products'], properties: { order_id: text, total: money, subtotal: money, revenue: money, tax: money, shipping: money, currency: { const: 'EUR' }, products } };

/** https://segment.com/docs/connections/spec/ecommerce/v2/ and, for the consent event, /privacy/consent-management/consent-in-unify/ */
const EVENTS: Record<string, object> = {
  'Products Searched': { type: 'object', required: ['query'], properties: { query: text } },
  'Product List Viewed': { type: 'object', required: ['list_id', 'category', 'products'], properties: { products } },
  'Product Viewed': product,
  'Product Added': product,
  'Product Removed': product,
  'Cart Viewed': { type: 'object', required: ['cart_id', 'products'], properties: { cart_id: text, products, value: money, currency: { const: 'EUR' } } },
  'Checkout Started': { type: 'object', required: ['order_id', 'value', 'currency', 'products'], properties: { products, value: money } },
  'Payment Info Entered': { type: 'object', required: ['checkout_id', 'order_id'], properties: { step: { type: 'integer' } } },
  'Order Completed': { ...order, required: [...order.required, 'subtotal', 'revenue', 'tax', 'shipping'] },
  'Order Refunded': order,
  'Quote Requested': { type: 'object' },
  'Segment Consent Preference Updated': { type: 'object' },
};

/** https://segment.com/docs/connections/spec/common/ */
const CALL = {
  type: 'object',
  required: ['type', 'messageId', 'anonymousId', 'timestamp', 'context', 'integrations'],
  properties: {
    type: { enum: ['page', 'screen', 'track', 'identify'] }, messageId: { type: 'string', format: 'uuid' }, anonymousId: { type: 'string', format: 'uuid' }, userId: text,
    timestamp: time, originalTimestamp: time, event: text, name: text, properties: { type: 'object' }, traits: { type: 'object' }, integrations: { type: 'object' },
    context: {
      type: 'object',
      required: ['library', 'userAgent', 'ip', 'locale'],
      properties: {
        library: { type: 'object', required: ['name', 'version'] }, ip: { type: 'string', format: 'ipv4' }, page,
        campaign: { type: 'object', required: ['name', 'source', 'medium'], additionalProperties: text },
        consent: { type: 'object', required: ['categoryPreferences'], properties: { categoryPreferences: { type: 'object', additionalProperties: { type: 'boolean' } } } },
      },
    },
  },
  additionalProperties: false,
  allOf: [
    { if: { properties: { type: { enum: ['page', 'screen'] } } }, then: { required: ['name', 'properties'], properties: { properties: page } } },
    { if: { properties: { type: { const: 'identify' } } }, then: { required: ['userId', 'traits'], properties: { traits: { type: 'object', required: ['email'], properties: { email: { type: 'string', format: 'email' } } } } } },
    { if: { properties: { type: { const: 'track' } } }, then: { required: ['event', 'properties'], properties: { event: { enum: Object.keys(EVENTS) } } } },
    ...Object.entries(EVENTS).map(([name, properties]) => ({ if: { required: ['event'], properties: { event: { const: name } } }, then: { properties: { properties } } })),
  ],
};

const integer = { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER };

/** https://developers.hubspot.com/docs/api/webhooks */
const HUBSPOT_EVENT = {
  type: 'object',
  required: ['eventId', 'subscriptionId', 'portalId', 'appId', 'occurredAt', 'subscriptionType', 'attemptNumber', 'changeSource'],
  properties: {
    eventId: integer, subscriptionId: integer, portalId: integer, appId: integer, occurredAt: { ...integer, minimum: 1_700_000_000_000 }, attemptNumber: { ...integer, maximum: 10 }, objectId: integer,
    subscriptionType: { enum: ['contact.creation', 'contact.propertyChange', 'deal.creation', 'deal.propertyChange', 'deal.associationChange'] },
    changeSource: text, changeFlag: { const: 'CREATED' }, propertyName: text, propertyValue: { type: 'string' },
    associationType: { const: 'DEAL_TO_CONTACT' }, fromObjectId: integer, toObjectId: integer, associationRemoved: { type: 'boolean' }, isPrimaryAssociation: { type: 'boolean' },
  },
  additionalProperties: false,
  allOf: [
    { if: { properties: { subscriptionType: { pattern: 'propertyChange$' } } }, then: { required: ['objectId', 'propertyName', 'propertyValue'] }, else: { properties: { propertyName: false } } },
    { if: { properties: { subscriptionType: { pattern: 'creation$' } } }, then: { required: ['objectId', 'changeFlag'] } },
    { if: { properties: { subscriptionType: { pattern: 'associationChange$' } } }, then: { required: ['associationType', 'fromObjectId', 'toObjectId', 'associationRemoved'], properties: { objectId: false } } },
  ],
};

const IMPORT_LINE = {
  oneOf: [
    { type: 'object', required: ['type', 'id', 'email', 'stage', 'updated_at'], properties: { type: { const: 'contact' }, id: { type: 'string', pattern: '^\\d+$' }, email: { type: 'string', format: 'email' }, stage: text, updated_at: time }, additionalProperties: false },
    {
      type: 'object',
      required: ['type', 'contact', 'purpose', 'channel', 'decision', 'legal_basis', 'decided_at'],
      properties: {
        type: { const: 'consent' }, contact: { type: 'object', required: ['email'] }, purpose: { enum: ['analytics', 'personalization', 'advertising', 'marketing'] }, channel: { const: 'email' },
        decision: { enum: ['granted', 'denied', 'withdrawn'] }, legal_basis: { const: 'consent' }, decided_at: time,
      },
      additionalProperties: false,
    },
  ],
};

const requests = [...simulate({ seed: 4, events: 10_000 })];

function violations(path: string, schema: object): unknown[] {
  const validate = ajv.compile(schema);
  const bodies = requests.filter((request) => request.path.startsWith(path)).flatMap((request) => readEvents(request.path, request.body.toString()))
    .filter(({ outcome }) => outcome === 'accepted').map(({ body }) => body);
  expect(bodies.length).toBeGreaterThan(10);
  return bodies.flatMap((body) => (validate(body) ? [] : [{ body, errors: ajv.errorsText(validate.errors) }])).slice(0, 3);
}

describe('payloads', () => {
  it('are calls of Segment\'s spec', () => expect(violations('/v1/batch', CALL)).toEqual([]));
  it('are events of HubSpot\'s webhooks', () => expect(violations('/webhooks/hubspot', HUBSPOT_EVENT)).toEqual([]));
  it('are lines of the CRM import', () => expect(violations('/v1/import', IMPORT_LINE)).toEqual([]));

  it('are posted as the platforms post them', () => {
    for (const { body, contentType, method, path } of requests) {
      expect(method).toBe('POST');
      expect(contentType).toBe(path.startsWith('/v1/import') ? 'application/x-ndjson' : 'application/json');
      if (path === '/v1/batch') expect(ajv.validate({ type: 'object', required: ['batch', 'sentAt'], properties: { batch: { type: 'array' }, sentAt: time }, additionalProperties: false }, JSON.parse(body.toString()))).toBe(true);
      else expect(path).toMatch(/^\/webhooks\/hubspot$|^\/v1\/import\?account=62515$/);
    }
  });

  it('charge what their products cost', () => {
    const orders = requests.flatMap((request) => readEvents(request.path, request.body.toString())).filter(({ body, outcome }) => body['event'] === 'Order Completed' && outcome === 'accepted');
    for (const { body: { properties: { products: items, shipping, subtotal, tax, total } } } of orders) {
      const net = (items as { price: number; quantity: number }[]).reduce((sum, item) => sum + item.price * item.quantity, 0);
      expect(subtotal).toBeCloseTo(net, 6);
      expect(total).toBeCloseTo(net + tax + shipping, 6);
    }
    expect(orders.length).toBeGreaterThan(50);
  });
});
