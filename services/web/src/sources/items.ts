// Products in orders and shop events, and what they add up to, whatever the format that lists them.
import { sumMicros, type Records } from '@tideway/contracts';
import { asObject, Fields, own } from './payload.js';

export type Item = Records['web.orders']['items'][number];

/** The items of a list under `key`, each read by `itemOf`; none where it is absent. Problems are noted at their places. */
export function itemsUnder(fields: Fields, key: string, itemOf: (product: Fields) => Item): Item[] {
  const products = own(fields.object, key);
  if (products === undefined) return [];
  if (!Array.isArray(products)) {
    fields.problems.add('type', fields.at(key), 'must be a list of products');
    return [];
  }
  return products.map((product, index) => {
    const path = fields.at(`${key}.${index}`);
    if (!asObject(product)) fields.problems.add('type', path, 'must be an object');
    return itemOf(new Fields(asObject(product), path, fields.problems));
  });
}

/** The sum of price * quantity in millionths; undefined where there are no items, or one has no price. */
export function itemsTotal(items: Item[]): number | undefined {
  if (items.length === 0 || items.some((item) => item.price_micros === null)) return undefined;
  return sumMicros(items.map((item) => BigInt(item.price_micros!) * BigInt(item.quantity)));
}

/** An ISO 4217 code in capitals, or null where there is none. */
export function currencyOf(fields: Fields, key = 'currency'): string | null {
  const text = fields.text(key);
  if (text === null) return null;
  const code = text.trim().toUpperCase();
  if (!/^[A-Z]{3}$/.test(code)) fields.problems.add('type', fields.at(key), 'must be a currency code of three letters such as EUR');
  return code;
}

/** The value of a required field, noted as a problem where it is absent. */
export function required<T>(fields: Fields, key: string, value: T | null | undefined): T | undefined {
  if (value === null || value === undefined) fields.problems.add('required', fields.at(key), 'is required');
  return value ?? undefined;
}

/**
 * The change of revenue, signed. An update tells the order's new total and not its old one, and this service keeps no
 * state: it counts 0, and a consumer that wants the difference compares with the order's earlier records.
 */
export function netChange(status: Records['web.orders']['status'], total: number): number {
  if (status === 'completed') return total;
  return status === 'updated' ? 0 : 0 - total;
}
