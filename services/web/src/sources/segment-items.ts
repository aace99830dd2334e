// Products of Segment's e-commerce calls as items: from `products`, or from the one product that the properties describe.
import { sumMicros, type Records } from '@tideway/contracts';
import { asObject, Fields, own } from './payload.js';

export type Item = Records['web.orders']['items'][number];

/** The items of `properties.products`; problems are noted there. */
export function listedItems(properties: Fields): Item[] {
  const products = own(properties.object, 'products');
  if (products === undefined) return [];
  if (!Array.isArray(products)) {
    properties.problems.add('type', properties.at('products'), 'must be a list of products');
    return [];
  }
  return products.map((product, index) => {
    const path = properties.at(`products.${index}`);
    if (!asObject(product)) properties.problems.add('type', path, 'must be an object');
    return itemOf(new Fields(asObject(product), path, properties.problems));
  });
}

/** The items of a call that is about one product: it stands in the properties, or as a list of its own. */
export function singleItem(properties: Fields): Item[] {
  return own(properties.object, 'products') === undefined ? [itemOf(properties)] : listedItems(properties);
}

/** sku stands in for a product_id that is absent: shops that have but one number send it as either. */
function itemOf(product: Fields): Item {
  const product_id = product.id('product_id', 'productId', 'id', 'sku');
  if (product_id === null) product.problems.add('required', product.at('product_id'), 'is required');
  return {
    product_id: product_id ?? '',
    name: product.text('name'),
    brand: product.text('brand'),
    category: product.text('category'),
    price_micros: product.amount('price'),
    quantity: product.count('quantity') ?? 1,
  };
}

/** The sum of price * quantity in millionths; undefined where there are no items, or one has no price. */
export function itemsTotal(items: Item[]): number | undefined {
  if (items.length === 0 || items.some((item) => item.price_micros === null)) return undefined;
  return sumMicros(items.map((item) => BigInt(item.price_micros!) * BigInt(item.quantity)));
}

/** An ISO 4217 code in capitals, or null where there is none. */
export function currencyOf(properties: Fields): string | null {
  const text = properties.text('currency');
  if (text === null) return null;
  const code = text.trim().toUpperCase();
  if (!/^[A-Z]{3}$/.test(code)) properties.problems.add('type', properties.at('currency'), 'must be a currency code of three letters such as EUR');
  return code;
}
