// Orders and what became of them, from track calls of Segment's e-commerce spec.
// https://segment.com/docs/connections/spec/ecommerce/v2/#order-completed
import { sumMicros, type Outcome, type Records } from '@tideway/contracts';
import { currencyOf, itemsTotal, netChange, required, type Item } from './items.js';
import { Fields, Problems, type JsonObject } from './payload.js';
import { listedItems } from './segment-items.js';
import type { Envelope } from './envelope.js';

type Status = Records['web.orders']['status'];

/** Event name in lower case to status. */
export const ORDER_STATUSES: ReadonlyMap<string, Status> = new Map<string, Status>([
  ['order completed', 'completed'],
  ['order updated', 'updated'],
  ['order refunded', 'refunded'],
  ['order cancelled', 'cancelled'],
]);

export function orderEvent(message: JsonObject, envelope: Envelope, status: Status): Outcome {
  const problems = new Problems();
  const properties = new Fields(message, '', problems).child('properties');
  const items = listedItems(properties);
  const order_id = required(properties, 'order_id', properties.id('order_id', 'orderId'));
  const total = required(properties, 'total', status === 'refunded' ? refundTotal(properties, items) : orderTotal(properties, items));
  const currency = required(properties, 'currency', currencyOf(properties));
  const record: Records['web.orders'] = {
    ...envelope,
    order_id: order_id ?? '',
    status,
    total_micros: total ?? 0,
    tax_micros: properties.amount('tax'),
    shipping_micros: properties.amount('shipping'),
    discount_micros: properties.amount('discount'),
    net_change_micros: netChange(status, total ?? 0),
    coupon: properties.text('coupon'),
    currency: currency ?? '',
    items,
  };
  if (problems.first) return { status: 'quarantined', product: 'web.orders', rejection: problems.first };
  return { status: 'records', records: [{ product: 'web.orders', record }] };
}

/**
 * What an order was worth: `total`, else revenue + shipping + tax (revenue excludes both, says the spec), else `value`,
 * else the sum of its products' prices.
 */
function orderTotal(properties: Fields, items: Item[]): number | null | undefined {
  const total = properties.amount('total');
  if (total !== null) return total;
  const revenue = properties.amount('revenue');
  if (revenue !== null) return sumMicros([revenue, properties.amount('shipping') ?? 0, properties.amount('tax') ?? 0]);
  return properties.amount('value') ?? itemsTotal(items);
}

/** What was paid back, as a positive amount: some shops send it signed. */
function refundTotal(properties: Fields, items: Item[]): number | undefined {
  const amount = properties.amount('refund_amount', 'refundAmount', 'refund', 'total', 'value', 'revenue') ?? itemsTotal(items);
  return amount === undefined ? undefined : Math.abs(amount);
}
