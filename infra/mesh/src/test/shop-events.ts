// Records of a small shop for tests, published to the product topics as a team's own code would: seeded, with known totals.
import { v4 as uuidv4, v5 as uuidv5 } from 'uuid';
import type { ProductId, ProductRecord } from '@tideway/contracts';

const NAMESPACE = 'a3d1f5c0-7a2e-5d7b-8a66-0f1f3c9f2b11';
const CATEGORIES = ['shoes', 'jackets', 'tents', 'bags'];

/** Numbers from 0 to 1 by the mulberry32 generator: the same seed gives the same numbers. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** `count` records of `people` persons: views, carts, orders, consents, sign-ins on a second device. Times are the present. */
export function* shopEvents(seed: number, count: number, people: number): Generator<ProductRecord> {
  const random = seeded(seed);
  const run = uuidv4();
  for (let i = 0; i < count; i += 1) {
    const person = Math.floor(random() * people);
    const now = Date.now();
    const device = random() < 0.5 ? 'laptop' : 'phone';
    const known = random() < 0.3;
    const identifiers: Record<string, string> = { anonymous_id: `${device}-${person}`, ...(known ? { user_id: `user-${person}` } : {}) };
    const envelope = { event_id: uuidv5(`${run}-${i}`, NAMESPACE), occurred_at: now - Math.floor(random() * 2_000), received_at: now, source: 'test:shop', identifiers };
    yield record(random, envelope, i);
  }
}

type Envelope = { event_id: string; occurred_at: number; received_at: number; source: string; identifiers: Record<string, string> };

function record(random: () => number, envelope: Envelope, i: number): ProductRecord {
  const items = [{ product_id: `SKU-${Math.floor(random() * 50)}`, name: null, brand: null, category: CATEGORIES[Math.floor(random() * 4)]!, price_micros: 20_000_000, quantity: 1 }];
  const kind = random();
  if (kind < 0.15) {
    const decision = random() < 0.85 ? 'granted' as const : 'withdrawn' as const;
    const purpose = (['personalization', 'advertising', 'marketing', 'analytics'] as const)[Math.floor(random() * 4)]!;
    return { product: 'web.consents', record: { ...envelope, purpose, channel: 'any', decision, legal_basis: 'consent', evidence: null } };
  }
  if (kind < 0.25) {
    const total = 10_000_000 + Math.floor(random() * 900) * 1_000_000;
    return { product: 'web.orders', record: { ...envelope, order_id: `O-${i}`, status: 'completed', total_micros: total, tax_micros: null, shipping_micros: null, discount_micros: null, net_change_micros: total, coupon: null, currency: 'EUR', items } };
  }
  const action = kind < 0.75 ? 'product_viewed' as const : 'product_added' as const;
  return { product: 'web.ecommerce-events', record: { ...envelope, session_id: null, action, query: null, cart_id: null, checkout_step: null, items, value_micros: null, currency: null } };
}

/** Groups records by product, in order. */
export function byProduct(records: ProductRecord[]): Map<ProductId, ProductRecord['record'][]> {
  const groups = new Map<ProductId, ProductRecord['record'][]>();
  for (const { product, record: value } of records) groups.set(product, [...(groups.get(product) ?? []), value]);
  return groups;
}
