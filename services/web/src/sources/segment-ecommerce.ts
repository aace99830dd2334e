// What people do in a shop before they order, from track calls with names of Segment's e-commerce spec.
// https://segment.com/docs/connections/spec/ecommerce/v2/
import type { Outcome, Records } from '@tideway/contracts';
import { currencyOf } from './items.js';
import { scrubbed } from './personal-data.js';
import { asObject, Fields, own, Problems, type JsonObject } from './payload.js';
import { listedItems, singleItem } from './segment-items.js';
import { sessionIdOf } from './segment-session.js';
import type { Envelope } from './envelope.js';

type Action = Records['web.ecommerce-events']['action'];

/** Event name in lower case to action. */
export const ECOMMERCE_ACTIONS: ReadonlyMap<string, Action> = new Map<string, Action>([
  ['products searched', 'products_searched'],
  ['product list viewed', 'product_list_viewed'],
  ['product viewed', 'product_viewed'],
  ['product added', 'product_added'],
  ['product removed', 'product_removed'],
  ['cart viewed', 'cart_viewed'],
  ['product added to wishlist', 'wishlisted'],
  ['checkout started', 'checkout_started'],
  ['checkout step viewed', 'checkout_step'],
  ['checkout step completed', 'checkout_step'],
  ['payment info entered', 'payment_info_entered'],
  ['coupon entered', 'coupon_applied'],
  ['coupon applied', 'coupon_applied'],
]);

const ABOUT_ONE_PRODUCT = new Set<Action>(['product_viewed', 'product_added', 'product_removed', 'wishlisted']);

/** The value is the call's own: `value`, else `total`, else `revenue`, and never worked out from prices. */
export function ecommerceEvent(message: JsonObject, envelope: Envelope, action: Action): Outcome {
  const problems = new Problems();
  const properties = new Fields(message, '', problems).child('properties');
  const record: Records['web.ecommerce-events'] = {
    ...envelope,
    session_id: sessionIdOf(message, problems),
    action,
    query: queryOf(properties),
    cart_id: properties.id('cart_id', 'cartId'),
    checkout_step: properties.count('step'),
    items: ABOUT_ONE_PRODUCT.has(action) ? singleItem(properties) : listedItems(properties),
    value_micros: properties.amount('value', 'total', 'revenue'),
    currency: currencyOf(properties),
  };
  if (problems.first) return { status: 'quarantined', product: 'web.ecommerce-events', rejection: problems.first };
  return { status: 'records', records: [{ product: 'web.ecommerce-events', record }] };
}

/** The spec has a string or an object here. */
function queryOf(properties: Fields): string | null {
  const query = own(properties.object, 'query');
  return asObject(query) || Array.isArray(query) ? JSON.stringify(scrubbed(query)) : properties.text('query');
}
