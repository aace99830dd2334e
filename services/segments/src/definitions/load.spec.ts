import { mkdtempSync, mkdirSync, cpSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { schemasDir } from '@tideway/contracts';
import { loadCatalog } from './catalog.js';
import { loadDefinitions, parseDefinitions, type Definitions } from './load.js';
import { DefinitionError } from './source.js';

const catalog = loadCatalog();
const TRAIT = `name: orders
description: Orders
owner: tests
operator: count
over:
  types: [order_completed]
window: 30d
`;
const SEGMENT = `name: buyers
version: 1
description: Buyers
owner: tests
purpose: marketing
when:
  all:
    - trait: orders
      gte: 1
`;

function parse(trait: string, segment = SEGMENT): Definitions {
  return parseDefinitions({ traits: [{ file: 'schemas/traits/orders.yaml', text: trait }], segments: [{ file: 'schemas/segments/buyers.yaml', text: segment }] }, catalog);
}

function problemsOf(run: () => unknown): string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof DefinitionError) return error.message.split('\n').slice(1);
    throw error;
  }
  return [];
}

const swap = (text: string, from: string, to: string) => {
  expect(text).toContain(from);
  return text.replace(from, to);
};

describe('a trait', () => {
  it.each([
    ['name: orders', 'name: Orders', 1, '"Orders" cannot be a name: write small letters, digits and underscores'],
    ['name: orders', 'name: sales', 1, 'the name is "sales" but the file is orders.yaml: make them the same'],
    ['owner: tests\n', '', 1, '"owner" is missing: add it'],
    ['operator: count', 'operator: average', 4, 'it must be one of count, sum, latest, distinct_count'],
    ['operator: count', 'operator: sum\nfield: value_micros', 6, 'a sum over money needs one currency'],
    ['operator: count', 'operator: sum\nfield: quantity', 5, '"field" is "quantity", it must be one of value_micros'],
    ['operator: count', 'operator: latest\nfield: is_bot', 5, 'latest cannot read "is_bot": name one of type, product'],
    ['operator: count', 'operator: distinct_count\nfield: value_micros', 5, 'distinct_count cannot read "value_micros": name one of items.product_id'],
    ['operator: count', 'operator: count\nfield: order_id', 5, 'there is no "field" here: remove it, or check its spelling'],
    ['[order_completed]', '[order_completed, order_complete]', 6, 'no product gives activities of type "order_complete": name one of order_completed'],
    ['[order_completed]', '[page_viewed]\n  product: web.orders', 6, 'web.orders gives no activities of type "page_viewed": name one of order_completed'],
    ['types: [order_completed]', 'product: web.order', 6, 'no product "web.order" gives activities: name one of'],
    ['types: [order_completed]', 'where: { currency: EUR }', 5, '"over" must name "types"'],
    ['window', '  where:\n    colour: red\nwindow', 8, 'activities have no field "colour": name one of type'],
    ['window', '  where:\n    currency: { like: E }\nwindow', 8, 'there is no comparison "like": use one of eq'],
    ['window', '  where:\n    items.category: { ne: Bags }\nwindow', 8, 'there is no comparison "ne" of "items.category": use one of eq, in'],
    ['window', '  where:\n    items.category: 5\nwindow', 8, '"eq" of "items.category" must be a text'],
    ['window', '  where:\n    currency: { gt: E }\nwindow', 8, '"gt" orders numbers and times, and "currency" is a text: use eq'],
    ['window', '  where:\n    currency: { in: EUR }\nwindow', 8, '"in" of "currency" must be a list with at least one value'],
    ['window', '  where:\n    properties.step: 2\nwindow', 8, '"eq" of "properties.step" must be a text (put numbers'],
    ['window', '  where:\n    value_micros:\n      gt: 0.5\nwindow', 9, '"gt" of "value_micros" must be a whole number'],
    ['30d', '500d', 7, 'window "500d" is out of range: write a length from 5m to 400d, or all'],
    ['30d\n', '30d\ncases:\n  - name: one\n    activities:\n      - type: order_complete\n        ago: 1d\n    expect: 0\n', 11, 'there is no activity type "order_complete": name one of'],
    ['30d\n', '30d\ncases:\n  - name: one\n    activities:\n      - { type: order_completed, ago: 1d, in: 1d }\n    expect: 0\n', 11, 'an activity happens at one time'],
    ['30d\n', '30d\ncases:\n  - name: one\n    activities: []\n', 9, '"expect" is missing'],
    ['window: 30d', 'window: 30d\nwindow: 40d', 8, 'this is not valid YAML: Map keys must be unique'],
    ['window: 30d', 'window: [30d', 8, 'this is not valid YAML'],
  ])('with "%s" as "%s" is refused at line %d: %s', (from, to, line, message) => {
    const [problem, ...others] = problemsOf(() => parse(swap(TRAIT, from, to)));
    expect(problem).toContain(`schemas/traits/orders.yaml:${line}: `);
    expect(problem).toContain(message);
    expect(others).toEqual([]);
  });
});

describe('a segment', () => {
  it.each([
    ['version: 1', 'version: one', 2, '"version" is "one", it must be a number'],
    ['marketing', 'selling', 5, 'there is no purpose "selling" in purposes.yaml: name one of analytics'],
    ['marketing', 'marketing\nchannel: fax', 6, 'there is no channel "fax" in purposes.yaml: name one of any'],
    ['trait: orders', 'trait: order', 8, 'there is no trait "order" in schemas/traits: name one of orders'],
    ['gte: 1', 'gte: one', 9, '"gte" of trait "orders" must be a whole number'],
    ['gte: 1', 'min: 1', 9, 'there is no "min" here'],
    ['\n      gte: 1', '', 8, 'the condition on "orders" compares with nothing: add one of eq'],
    ['trait: orders', 'some: orders', 8, 'a condition has exactly one of the keys all, any, not, trait; this one has none'],
    ['  all:', '  any: []\n  all:', 6, 'this one has all and any'],
    [SEGMENT.slice(SEGMENT.indexOf('  all')), '  all: []\n', 7, 'Too small'],
    ['when:', 'if:', 1, '"when" is missing: add it'],
  ])('with "%s" as "%s" is refused at line %d: %s', (from, to, line, message) => {
    const problems = problemsOf(() => parse(TRAIT, swap(SEGMENT, from, to)));
    expect(problems.join('\n')).toContain(message);
    expect(problems.find((problem) => problem.includes(message))).toContain(`schemas/segments/buyers.yaml:${line}: `);
  });

  it('is not blamed for the trait that it names', () => {
    expect(problemsOf(() => parse(swap(TRAIT, '30d', '1y')))).toEqual([expect.stringContaining('schemas/traits/orders.yaml:7')]);
  });

  it('cannot be nested without end', () => {
    const deep = `{not: `.repeat(60) + '{trait: orders, gte: 1}' + '}'.repeat(60);
    expect(problemsOf(() => parse(TRAIT, `${SEGMENT.split('when:')[0]}when: ${deep}`))).toEqual([expect.stringContaining('nested more than')]);
  });
});

describe('definitions', () => {
  it('tell everything that is wrong at once', () => {
    const both = problemsOf(() => parse(swap(swap(TRAIT, '30d', '1y'), 'order_completed', 'ordered'), swap(SEGMENT, 'marketing', 'selling')));
    expect(both.map((problem) => problem.split(': ')[0])).toEqual(['schemas/traits/orders.yaml:7', 'schemas/traits/orders.yaml:6', 'schemas/segments/buyers.yaml:5']);
  });

  it('have each name once', () => {
    const files = ['orders', 'sales'].map((name) => ({ file: `schemas/traits/${name}.yaml`, text: TRAIT }));
    expect(problemsOf(() => parseDefinitions({ traits: files, segments: [] }, catalog))).toEqual([
      expect.stringContaining('schemas/traits/sales.yaml:1: the name is "orders" but the file is sales.yaml'),
      expect.stringContaining('schemas/traits/sales.yaml:1: "orders" is defined in schemas/traits/orders.yaml already'),
    ]);
  });

  it('suggest the names that are most alike, where there are many', () => {
    const [problem] = problemsOf(() => parse(swap(TRAIT, '[order_completed]', '[product_view]')));
    expect(problem).toMatch(/name one of product_viewed, .* and \d+ more/);
  });

  it('are files that end in .yaml', () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'definitions-'));
    try {
      cpSync(path.join(schemasDir(), 'products'), path.join(dir, 'products'), { recursive: true });
      cpSync(path.join(schemasDir(), 'purposes.yaml'), path.join(dir, 'purposes.yaml'));
      expect(loadDefinitions(dir)).toEqual({ traits: [], segments: [], accumulators: [] });
      mkdirSync(path.join(dir, 'traits'));
      writeFileSync(path.join(dir, 'traits/orders.yml'), TRAIT);
      expect(problemsOf(() => loadDefinitions(dir))).toEqual([expect.stringContaining('schemas/traits/orders.yml:1: definitions are files that end in .yaml')]);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});
