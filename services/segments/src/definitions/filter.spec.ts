import { describe, expect, it } from '@jest/globals';
import { loadCatalog } from './catalog.js';
import type { Activity } from './fields.js';
import { parseDefinitions } from './load.js';

const catalog = loadCatalog();
const activity = (...categories: (string | null)[]) => ({
  type: 'product_added', product: 'web.ecommerce-events', is_bot: false, is_machine: false, properties: {},
  items: categories.map((category) => ({ product_id: 'p', name: null, brand: null, category, price_micros: null, quantity: 1 })),
}) as unknown as Activity;

function filterOf(where: string) {
  const text = `name: adds\ndescription: adds\nowner: tests\noperator: count\nover: { types: [product_added], where: { ${where} } }\nwindow: 1d\n`;
  return parseDefinitions({ traits: [{ file: 'adds.yaml', text }], segments: [] }, catalog).accumulators[0]!.filter;
}

describe('a filter on items', () => {
  it('takes an activity of which one item will do', () => {
    const filter = filterOf('items.category: Bags');
    expect([activity('Bags'), activity('Boats', 'Bags'), activity('Boats'), activity(null), activity()].map(filter.matches)).toEqual([true, true, false, false, false]);
    expect(filter.columns).toContain('items.category');
    expect(filter.sql).toContain("arrayExists(value -> ifNull(value = 'Bags', 0), ");
  });

  it('takes a list of values', () => {
    expect([activity('Bags'), activity('Boats'), activity('Safety')].map(filterOf('items.category: [Bags, Boats]').matches)).toEqual([true, true, false]);
  });
});
