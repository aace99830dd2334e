// Orders and shop events of the GA4 Measurement Protocol, by Google's recommended events for e-commerce.
// https://developers.google.com/analytics/devguides/collection/protocol/ga4/reference/events
import { sumMicros, type Records } from '@tideway/contracts';
import type { Envelope } from './envelope.js';
import { currencyOf, itemsTotal, itemsUnder, netChange, required, type Item } from './items.js';
import type { Fields } from './payload.js';

type Action = Records['web.ecommerce-events']['action'];
type Status = Records['web.orders']['status'];

/** Event name to the status of an order. */
export const GA4_ORDERS: ReadonlyMap<string, Status> = new Map<string, Status>([['purchase', 'completed'], ['refund', 'refunded']]);

/** Event name to action. `select_item` and promotions have none here: they are custom events. */
export const GA4_ACTIONS: ReadonlyMap<string, Action> = new Map<string, Action>([
  ['view_item', 'product_viewed'],
  ['view_item_list', 'product_list_viewed'],
  ['search', 'products_searched'],
  ['view_search_results', 'products_searched'],
  ['add_to_cart', 'product_added'],
  ['remove_from_cart', 'product_removed'],
  ['view_cart', 'cart_viewed'],
  ['add_to_wishlist', 'wishlisted'],
  ['begin_checkout', 'checkout_started'],
  ['add_shipping_info', 'checkout_step'],
  ['add_payment_info', 'payment_info_entered'],
]);

export function ga4EcommerceEvent(params: Fields, envelope: Envelope, action: Action): Records['web.ecommerce-events'] {
  return {
    ...envelope,
    session_id: params.id('session_id'),
    action,
    query: params.text('search_term'),
    cart_id: null,
    checkout_step: null,
    items: itemsUnder(params, 'items', itemOf),
    value_micros: params.amount('value'),
    currency: currencyOf(params),
  };
}

/**
 * Google's `value` has neither tax nor shipping in it, so that an order's total is value + tax + shipping; without a
 * value, the sum of its items stands in. Some senders sign what they pay back.
 */
export function ga4Order(params: Fields, envelope: Envelope, status: Status): Records['web.orders'] {
  const items = itemsUnder(params, 'items', itemOf);
  const [tax_micros, shipping_micros] = [params.amount('tax'), params.amount('shipping')];
  const value = params.amount('value') ?? itemsTotal(items);
  const sum = value === undefined ? undefined : sumMicros([value, tax_micros ?? 0, shipping_micros ?? 0]);
  if (value !== undefined && sum === undefined) params.problems.add('range', params.at('value'), 'with tax and shipping is out of the range of an amount');
  const total = required(params, 'value', status === 'refunded' && sum !== undefined ? Math.abs(sum) : sum) ?? 0;
  return {
    ...envelope,
    order_id: required(params, 'transaction_id', params.id('transaction_id')) ?? '',
    status,
    total_micros: total,
    tax_micros,
    shipping_micros,
    discount_micros: null,
    net_change_micros: netChange(status, total),
    coupon: params.text('coupon'),
    currency: required(params, 'currency', currencyOf(params)) ?? '',
    items,
  };
}

/** Google requires one of item_id and item_name. */
function itemOf(item: Fields): Item {
  return {
    product_id: required(item, 'item_id', item.id('item_id', 'item_name')) ?? '',
    name: item.text('item_name'),
    brand: item.text('item_brand'),
    category: item.text('item_category'),
    price_micros: item.amount('price'),
    quantity: item.count('quantity') ?? 1,
  };
}
