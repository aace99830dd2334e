import { describe, expect, it } from '@jest/globals';
import { compileValidator, loadProducts, productOf } from '@tideway/contracts';
import { Crowd } from './crowd.js';
import { SHOP_PRODUCTS, recordOf } from './shop-records.js';

describe('records of the products', () => {
  it('keep to their contracts, of every product', () => {
    const products = loadProducts();
    const validators = new Map(SHOP_PRODUCTS.map((id) => [id as string, compileValidator(productOf(products, id).schema)]));
    const crowd = new Crowd({ people: 100 });
    const records = Array.from({ length: 500 }, () => crowd.next(1_700_000_000_000)).flat().map(recordOf);
    expect(records.map(({ product, record }) => validators.get(product)!(record)).filter(Boolean)).toEqual([]);
    expect(new Set(records.map(({ product }) => product))).toEqual(new Set(SHOP_PRODUCTS));
  });
});
