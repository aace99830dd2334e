// Products of Segment's e-commerce calls as items: from `products`, or from the one product that the properties describe.
import { itemsUnder, type Item } from './items.js';
import { own, type Fields } from './payload.js';

/** The items of `properties.products`; problems are noted there. */
export function listedItems(properties: Fields): Item[] {
  return itemsUnder(properties, 'products', itemOf);
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
