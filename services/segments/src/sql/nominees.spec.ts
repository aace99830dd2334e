import { describe, expect, it } from '@jest/globals';
import { loadCatalog } from '../definitions/catalog.js';
import { parseDefinitions } from '../definitions/load.js';
import { compileNomineesSql } from './nominees.js';

const trait = (name: string, rest: string) => ({ file: `traits/${name}.yaml`, text: `name: ${name}\ndescription: d\nowner: o\n${rest}\n` });
const segment = (name: string, when: string) => ({ file: `segments/${name}.yaml`, text: `name: ${name}\nversion: 1\ndescription: d\nowner: o\npurpose: marketing\nwhen: ${when}\n` });
const definitions = parseDefinitions({
  traits: [
    trait('orders', 'operator: count\nover: { types: [order_completed] }\nwindow: 30d'),
    trait('days', 'operator: time_since\nunit: days\nover: { types: [order_completed] }\nwindow: all'),
    trait('orders_last_month', 'operator: count\nover: { types: [order_completed] }\nwindow: last_month'),
  ],
  segments: [
    segment('buyers', '{ trait: orders, gte: 2 }'),
    segment('not-buyers', '{ all: [{ trait: orders, gte: 1 }, { not: { trait: orders, gte: 2 } }] }'),
    segment('recent', '{ trait: days, lt: 30 }'),
    segment('gone', '{ trait: days, gte: 30 }'),
    segment('forgot', '{ absence: { of: { types: [order_completed] }, after: { types: [product_added] }, for: 1h, window: 3d } }'),
    segment('last-months', '{ trait: orders_last_month, gte: 1 }'),
  ],
}, loadCatalog());

/** What it asks of those who are no members. */
const prospectsOf = (name: string) => /\(consent_0 AND ([^\n]*)\)\)\)\)\)\nORDER BY/.exec(compileNomineesSql(definitions, [name], 1_795_000_000_000, { activities: 'activities' }))![1];

describe('nominees', () => {
  it('are, of those who are no members, whom time may make one', () => {
    expect(prospectsOf('buyers')).toBe('(ifNull(`trait_orders` >= 2, 0))');
    expect(prospectsOf('not-buyers')).toBe('((ifNull(`trait_orders` >= 1, 0)) AND 1)');
    expect(prospectsOf('last-months')).toBe('1');
    expect(prospectsOf('recent')).toBe('(ifNull(`trait_days` < 30, 0))');
    expect(prospectsOf('gone')).toBe('1');
    expect(prospectsOf('forgot')).toMatch(/^arrayExists\(moment -> moment > \{now:Int64\} - 259200000, `moments_\w+`\)$/);
  });
});
