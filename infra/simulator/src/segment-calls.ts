// Calls of Segment's spec (page, screen, track, identify), as its browser and mobile libraries send them.
import { CURRENCY, SHOP_URL, type Landing, type Product } from './catalogue.js';
import type { CartLine, Consent, Device, Order } from './person.js';
import type { Random } from './random.js';

/** One call without its times, which are added when it is sent: https://segment.com/docs/connections/spec/common/ */
export interface SegmentCall {
  type: string;
  messageId: string;
  anonymousId?: string;
  userId?: string;
  event?: string;
  name?: string;
  properties?: Record<string, unknown>;
  traits?: Record<string, unknown>;
  context: Record<string, unknown>;
  integrations: Record<string, unknown>;
}

/** The device and visit that a call is made from. */
export interface Caller {
  random: Random;
  device: Device;
  /** Of the visit. */
  sessionId: string;
  /** Set once the person is signed in on this device. */
  userId?: string;
  landing?: Landing;
  page: Page;
}

export interface Page {
  path: string;
  title: string;
}

export const HOME: Page = { path: '/', title: 'Tideway Shop' };

export function productPage(product: Product): Page {
  return { path: `/products/${product.id}`, title: product.name };
}

/**
 * A page view, or a screen view in an app. `landing` gives its address the campaign's query, and `consent` is stamped on
 * it: https://segment.com/docs/connections/spec/page/ and /screen/
 */
export function pageCall(caller: Caller, consent?: Consent): SegmentCall {
  const page = pageContext(caller);
  if (caller.device.platform === 'app') return call(caller, 'screen', { name: caller.page.title, properties: page }, consent);
  return call(caller, 'page', { name: caller.page.title, properties: page }, consent);
}

/** Something that was done; names and properties of shop events: https://segment.com/docs/connections/spec/ecommerce/v2/ */
export function trackCall(caller: Caller, event: string, properties: Record<string, unknown>, consent?: Consent): SegmentCall {
  return call(caller, 'track', { event, properties }, consent);
}

/** A sign-in; `caller.userId` must be set: https://segment.com/docs/connections/spec/identify/ */
export function identifyCall(caller: Caller, traits: Record<string, unknown>, consent?: Consent): SegmentCall {
  return call(caller, 'identify', { traits }, consent);
}

function call(caller: Caller, type: string, fields: Partial<SegmentCall>, consent: Consent | undefined): SegmentCall {
  const { device, random, userId } = caller;
  return { type, messageId: random.uuid(), anonymousId: device.anonymousId, userId, ...fields, context: callContext(caller, consent), integrations: {} };
}

function callContext(caller: Caller, consent: Consent | undefined): Record<string, unknown> {
  const { device, landing, sessionId } = caller;
  const app = device.platform === 'app';
  return {
    library: app ? { name: '@segment/analytics-react-native', version: '2.21.2' } : { name: 'analytics.js', version: 'npm:next-1.81.1' },
    userAgent: device.userAgent,
    ip: device.ip,
    locale: device.locale,
    timezone: device.timezone,
    location: { country: device.locale.slice(-2) },
    // Segment's spec names no field for the visit; shops add one of their own.
    sessionId,
    ...(app ? { app: { name: 'Tideway Shop', version: '4.2.0' }, device: { type: 'ios' }, os: { name: 'iOS', version: '18.6' } } : { page: pageContext(caller) }),
    ...(landing?.campaign && { campaign: landing.campaign }),
    ...(consent && { consent: { categoryPreferences: consent } }),
  };
}

function pageContext({ page, landing }: Caller): Record<string, string> {
  const search = landing && landing.query !== '' ? `?${landing.query}` : '';
  return { path: page.path, referrer: landing ? landing.referrer : `${SHOP_URL}/`, search, title: page.title, url: `${SHOP_URL}${page.path}${search}` };
}

/** An amount of cents as the decimal number that the spec asks for. */
const amount = (cents: number): number => Math.round(cents) / 100;

/** A product as the spec's events carry it, alone or in `products`. */
export function productProperties({ product, quantity }: CartLine): Record<string, unknown> {
  const { id, name, brand, category, price } = product;
  return { product_id: id, sku: id.toUpperCase(), name, brand, category, price: amount(price), quantity, url: `${SHOP_URL}${productPage(product).path}` };
}

/** Properties of Cart Viewed and Checkout Started. */
export function cartProperties(cartId: string, lines: readonly CartLine[]): Record<string, unknown> {
  return { cart_id: cartId, value: amount(subtotal(lines)), currency: CURRENCY, products: lines.map(productProperties) };
}

/** Properties of Order Completed: `subtotal` is without, `total` with tax and shipping. */
export function orderProperties({ orderId, lines }: Order): Record<string, unknown> {
  const net = subtotal(lines);
  const tax = Math.round(net * 0.19);
  const shipping = net >= 10_000 ? 0 : 490;
  return {
    checkout_id: `checkout-${orderId}`, order_id: orderId, affiliation: 'Tideway Shop',
    subtotal: amount(net), revenue: amount(net), tax: amount(tax), shipping: amount(shipping), total: amount(net + tax + shipping),
    currency: CURRENCY, products: lines.map(productProperties),
  };
}

/** Properties of Order Refunded, for a full refund. */
export function refundProperties(order: Order): Record<string, unknown> {
  const { order_id, total, currency, products } = orderProperties(order);
  return { order_id, total, currency, products };
}

function subtotal(lines: readonly CartLine[]): number {
  return lines.reduce((sum, { product, quantity }) => sum + product.price * quantity, 0);
}
