// What the shop sells: as in the catalogue of the load, with prices that make baskets lognormal.
import { Shelf, createCatalogue, type Catalogue, type Product } from '../catalogue.js';
import { PRICES } from './numbers.js';

/** The golden ratio's multiples fill [0, 1) evenly: products of every rank have the same prices on average. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

export function createAssortment(): Catalogue {
  const { all } = createCatalogue(PRICES.products, 1);
  const priced = all.products.map((product, rank): Product => ({ ...product, price: price(((rank + 0.5) * GOLDEN) % 1) }));
  const dear = priced.filter(({ price: cents }) => cents > PRICES.median * 2);
  return { goods: new Shelf(priced, 0.7), premium: new Shelf(dear, 0.7), all: new Shelf(priced, 0.7) };
}

/** The price below which a share of all prices is, ending in 90 cents. */
function price(share: number): number {
  const cents = PRICES.median * Math.exp(PRICES.spread * quantile(share));
  return Math.max(190, Math.round(cents / 100) * 100 - 10);
}

/** Of the normal distribution, by its logistic approximation (within 0.02 where prices are): Page, 1977. */
const quantile = (share: number): number => Math.log(share / (1 - share)) / 1.702;
