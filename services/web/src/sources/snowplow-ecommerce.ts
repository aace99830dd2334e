// Snowplow's shop events: the e-commerce action with its entities, and the older transaction (e=tr).
// https://docs.snowplow.io/docs/events/ootb-data/ecommerce-events/
import type { ProductRecord, Records } from '@tideway/contracts';
import type { Envelope } from './envelope.js';
import { currencyOf, netChange, required, type Item } from './items.js';
import { Fields, type Problems } from './payload.js';
import type { SelfDescribing } from './snowplow-payload.js';

type Action = Records['web.ecommerce-events']['action'];

export const ECOMMERCE_VENDOR = 'com.snowplowanalytics.snowplow.ecommerce';

/** Type of the action to ours. Promotions, clicks in lists and failed transactions have none: they are custom events. */
export const SNOWPLOW_ACTIONS: ReadonlyMap<unknown, Action> = new Map<unknown, Action>([
  ['product_view', 'product_viewed'],
  ['list_view', 'product_list_viewed'],
  ['add_to_cart', 'product_added'],
  ['remove_from_cart', 'product_removed'],
  ['checkout_step', 'checkout_step'],
]);

/** The record of an action that has a product of ours; undefined for others. */
export function ecommerceRecord(type: unknown, contexts: SelfDescribing[], base: { envelope: Envelope; session_id: string | null; problems: Problems }): ProductRecord | undefined {
  const { envelope, session_id, problems } = base;
  const entity = (name: string) => contexts.find((context) => context.vendor === ECOMMERCE_VENDOR && context.name === name)?.data;
  const products = contexts.filter((context) => context.vendor === ECOMMERCE_VENDOR && context.name === 'product').map(({ data }) => data);
  const items = products.map(itemOf);
  if (type === 'transaction') return order(entity('transaction') ?? new Fields(undefined, 'contexts.transaction', problems), 'completed', items, envelope);
  if (type === 'refund') return order(entity('refund') ?? new Fields(undefined, 'contexts.refund', problems), 'refunded', items, envelope);
  const action = SNOWPLOW_ACTIONS.get(type);
  if (!action) return undefined;
  const [cart, step] = [entity('cart'), entity('checkout_step')];
  const priced = products[0] ?? cart;
  const record: Records['web.ecommerce-events'] = {
    ...envelope,
    session_id,
    action,
    query: null,
    cart_id: cart?.id('cart_id') ?? null,
    checkout_step: step?.count('step') ?? null,
    items,
    // The cart's total_value is that of the cart and not of the action: it is no value of ours.
    value_micros: null,
    currency: priced ? currencyOf(priced) : null,
  };
  return { product: 'web.ecommerce-events', record };
}

function order(entity: Fields, status: 'completed' | 'refunded', items: Item[], envelope: Envelope): ProductRecord {
  const key = status === 'completed' ? 'revenue' : 'refund_amount';
  const total = required(entity, key, entity.amount(key)) ?? 0;
  const record: Records['web.orders'] = {
    ...envelope,
    order_id: required(entity, 'transaction_id', entity.id('transaction_id')) ?? '',
    status,
    total_micros: total,
    tax_micros: entity.amount('tax'),
    shipping_micros: entity.amount('shipping'),
    discount_micros: entity.amount('discount_amount'),
    net_change_micros: netChange(status, total),
    coupon: entity.text('discount_code'),
    currency: required(entity, 'currency', currencyOf(entity)) ?? '',
    items,
  };
  return { product: 'web.orders', record };
}

function itemOf(product: Fields): Item {
  return {
    product_id: required(product, 'id', product.id('id')) ?? '',
    name: product.text('name'),
    brand: product.text('brand'),
    category: product.text('category'),
    price_micros: product.amount('price'),
    quantity: product.count('quantity') ?? 1,
  };
}

/** The older transaction. Its items come as events of their own (e=ti), so that the order has none. */
export function transactionRecord(fields: Fields, envelope: Envelope): ProductRecord {
  const total = required(fields, 'tr_tt', fields.amount('tr_tt')) ?? 0;
  const record: Records['web.orders'] = {
    ...envelope,
    order_id: required(fields, 'tr_id', fields.id('tr_id')) ?? '',
    status: 'completed',
    total_micros: total,
    tax_micros: fields.amount('tr_tx'),
    shipping_micros: fields.amount('tr_sh'),
    discount_micros: null,
    net_change_micros: netChange('completed', total),
    coupon: null,
    currency: required(fields, 'tr_cu', currencyOf(fields, 'tr_cu')) ?? '',
    items: [],
  };
  return { product: 'web.orders', record };
}
