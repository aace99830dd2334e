// What definitions may name: activity types and products from the contracts, purposes and channels of consent.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { activityTypes, loadProducts, schemasDir, type Product } from '@tideway/contracts';
import { parse } from 'yaml';

export interface Catalog {
  /** Types of activity, by the product that they come from. */
  products: ReadonlyMap<string, readonly string[]>;
  /** All types. */
  types: ReadonlySet<string>;
  purposes: readonly string[];
  /** Channels of consent, `any` among them. */
  channels: readonly string[];
}

/** What the identity graph did is told as activities of this product; no contract maps them. */
const IDENTITIES = { product: 'customer.identities', types: ['profile_merged', 'identifier_linked'] };

/** Reads schemas/purposes.yaml, and schemas/products unless these are given. */
export function loadCatalog(dir: string = schemasDir(), contracts: readonly Product[] = loadProducts(dir)): Catalog {
  const products = new Map<string, string[]>([[IDENTITIES.product, IDENTITIES.types]]);
  for (const { id, activity } of contracts) {
    if (activity) products.set(id, [...new Set([...(products.get(id) ?? []), ...activityTypes(activity)])]);
  }
  const consent = parse(readFileSync(path.join(dir, 'purposes.yaml'), 'utf8')) as { purposes: object; channels: string[] };
  return {
    products,
    types: new Set([...products.values()].flat()),
    purposes: Object.keys(consent.purposes),
    channels: consent.channels,
  };
}
