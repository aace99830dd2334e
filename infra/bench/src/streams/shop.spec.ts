// What is published to both is the same each time, fits the contract, and is in the order of its times.
import { describe, expect, it } from '@jest/globals';
import { compileValidator, loadProducts, productOf } from '@tideway/contracts';
import { Shop, history } from './shop.js';

const options = { people: 20, count: 2_000, now: Date.UTC(2026, 10, 21, 12), days: 40 };
const all = () => [...history(new Shop({ people: 20, seed: 7 }), options)];

describe('history', () => {
  it('is the same for the same seed', () => {
    expect(all()).toEqual(all());
  });

  it('fits the contract of activities', () => {
    const validate = compileValidator(productOf(loadProducts(), 'customer.activities').schema);
    expect(all().map(validate).filter((violation) => violation !== undefined)).toEqual([]);
  });

  it('begins with decisions, goes forward, and has people who are there now', () => {
    const times = all().map(({ occurred_at: at }) => at);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times[0]).toBe(options.now - 40 * 86_400_000);
    expect(times.at(-1)).toBeLessThan(options.now);
    expect(times.filter((at) => at >= options.now - 3_600_000)).toHaveLength(98);
    expect(times.filter((at) => at >= options.now - 600_000)).toHaveLength(98);
    expect(all().slice(0, 40).every(({ type }) => type.startsWith('consent_'))).toBe(true);
  });

  it('has everything that the five segments look at, and each activity once', () => {
    const types = new Set(all().map(({ type }) => type));
    for (const type of ['product_viewed', 'product_added', 'order_completed', 'order_refunded', 'email_clicked', 'consent_withdrawn']) expect(types).toContain(type);
    expect(new Set(all().map(({ activity_id: id }) => id)).size).toBe(options.count);
  });
});
