import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { schemasDir } from '@tideway/contracts';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { parse } from 'yaml';
import { CONDITION_OPERATORS } from '../operators/conditions/registry.js';
import { TRAIT_OPERATORS } from '../operators/traits/registry.js';
import { documents } from '../test/random-definitions.js';
import { loadCatalog } from './catalog.js';
import { segmentJsonSchema, traitJsonSchema } from './json-schema.js';
import type { JsonSchema } from './json-schema-templates.js';

const catalog = loadCatalog();
const schemas = { traits: traitJsonSchema(catalog), segments: segmentJsonSchema(catalog) };
type Folder = keyof typeof schemas;

const ajv = new Ajv({ allErrors: true, allowUnionTypes: true, keywords: ['patternErrorMessage'] });
const validators = { traits: ajv.compile(schemas.traits), segments: ajv.compile(schemas.segments) };
const accepts = (folder: Folder, text: string): boolean => validators[folder](parse(text));

const shipped = (['traits', 'segments'] as const).flatMap((folder) => {
  const textOf = (name: string) => readFileSync(path.join(schemasDir(), folder, name), 'utf8');
  const examples = textOf('README.md').split('```yaml\n').slice(1).map((block) => block.split('```')[0]!).filter((text) => text.startsWith('name:'));
  return [
    ...readdirSync(path.join(schemasDir(), folder)).filter((name) => name.endsWith('.yaml')).map((name) => [folder, name, textOf(name)] as const),
    ...examples.map((text, index) => [folder, `README.md, example ${index + 1}`, text] as const),
  ];
});

const TRAIT = `name: revenue
description: Revenue
owner: tests
operator: sum
field: value_micros
over:
  types: [order_completed]
  where: { currency: EUR, properties.step: { gte: 2.5 }, value_micros: [1, 2], occurred_at: { lt: '2026-01-01' }, touch.channel: { exists: true }, items.category: Bags, items.brand: { in: [Ebb] } }
window: 30d
cases:
  - name: an order
    activities: [{ type: order_completed, ago: 1d, value_micros: 5 }]
    expect: 5
`;
const SEGMENT = `name: buyers
version: 1
description: Buyers
owner: tests
purpose: marketing
channel: email
when:
  all:
    - { trait: orders, gte: 1 }
    - not: { any: [{ trait: stage, in: [lead, customer] }] }
cases:
  - { name: one, consent: none, activities: [], member: false }
`;

const swap = (text: string, from: string, to: string) => {
  expect(text).toContain(from);
  return text.replace(from, () => to);
};

describe('the JSON Schema of definitions', () => {
  it.each(shipped)('accepts %s/%s', (folder, _, text) => {
    expect([accepts(folder, text), validators[folder].errors]).toEqual([true, null]);
  });

  it('accepts whatever the loader accepts', () => {
    fc.assert(fc.property(documents, ({ traits, segments }) => {
      const refused = [...traits.filter((one) => !validators.traits(one)), ...segments.filter((one) => !validators.segments(one))];
      expect(refused).toEqual([]);
    }), { numRuns: 300 });
  });

  it('knows every operator, purpose, channel, product and type of activity', () => {
    const all = JSON.stringify(schemas);
    for (const name of [...Object.keys(TRAIT_OPERATORS), ...Object.keys(CONDITION_OPERATORS), ...catalog.purposes, ...catalog.channels, ...catalog.products.keys(), ...catalog.types]) {
      expect(all).toContain(`"${name}"`);
    }
    for (const operator of Object.keys(TRAIT_OPERATORS)) expect([operator, accepts('traits', `operator: ${operator}`)]).toEqual([operator, false]);
    for (const operator of Object.keys(CONDITION_OPERATORS)) expect([operator, accepts('segments', swap(SEGMENT, '{ trait: orders, gte: 1 }', `{ ${operator}: 5 }`))]).toEqual([operator, false]);
  });

  it('says what every key of a definition is for', () => {
    const described = (schema: JsonSchema) => Object.entries(schema.properties ?? {}).filter(([name, property]) => !['operator', 'field'].includes(name) && !JSON.stringify(property).includes('"description"') && !('$ref' in property) && !('allOf' in property));
    expect(described(schemas.segments.definitions!['segment']!)).toEqual([]);
    for (const one of schemas.traits.definitions!['trait']!['anyOf'] as JsonSchema[]) {
      const own = Object.keys(TRAIT_OPERATORS[one.properties!['operator']!['const'] as string]!.shape);
      expect(described(one).filter(([name]) => !own.includes(name))).toEqual([]);
    }
  });

  it.each([
    ['name: revenue', 'name: Revenue'], ['owner: tests\n', ''], ['owner: tests', "owner: ''"], ['description: Revenue', 'description: 5'], ['operator: sum', 'operator: total'],
    ['field: value_micros\n', ''], ['field: value_micros', 'field: colour'], ['operator: sum\nfield: value_micros', 'operator: latest\nfield: colour'], ['operator: sum', 'operator: count'], ['order_completed]', 'order_complete]'], ['types: [order_completed]', 'product: web.order'],
    ['currency: EUR', 'colour: red'], ['currency: EUR', 'currency: 5'], ['currency: EUR', 'currency: { gt: E }'], ['currency: EUR', 'currency: { in: EUR }'], ['currency: EUR', 'currency: { like: E }'],
    ['gte: 2.5', "gte: '2.5'"], ['[1, 2]', '0.5'], ['items.category: Bags', 'items.category: { ne: Bags }'], ['items.category', 'items.colour'], ['exists: true', "exists: 'yes'"], ['window: 30d', 'window: 30'], ['window: 30d', 'window: month'], ['window: 30d', 'windows: 30d'],
    ['window: 30d', 'window: 30d\ninclude_bots: no'], ['ago: 1d', 'ago: yesterday'], ['type: order_completed', 'type: ordered'], ['    expect: 5\n', ''], ['expect: 5', 'expect: true'], ['value_micros: 5 }', 'value: 5 }'],
    ['window: 30d', 'window: ${days}d'],
  ])('refuses a trait with "%s" as "%s"', (from, to) => {
    expect(accepts('traits', TRAIT)).toBe(true);
    expect(accepts('traits', swap(TRAIT, from, to))).toBe(false);
  });

  it.each([
    ['purpose: marketing\n', ''], ['marketing', 'selling'], ['email', 'fax'], ['version: 1', 'version: one'], ['version: 1', 'version: 0'], ['version: 1\n', ''], ['description: Buyers\n', ''], ['owner: tests', 'owners: tests'],
    ['name: buyers', 'name: big_buyers'], ['when:', 'where:'], ['  all:', '  every:'], ['{ trait: orders, gte: 1 }', '{ gte: 1 }'], ['gte: 1', 'min: 1'], ['gte: 1', 'gte: [1]'], ['in: [lead, customer]', 'in: lead'],
    ['[{ trait: stage, in: [lead, customer] }]', '[]'], ['{ any: [{ trait: stage, in: [lead, customer] }] }', '5'], ['member: false', "member: 'no'"], ['consent: none', 'consent: maybe'], ['version: 1', 'version: ${version}'],
  ])('refuses a segment with "%s" as "%s"', (from, to) => {
    expect(accepts('segments', SEGMENT)).toBe(true);
    expect(accepts('segments', swap(SEGMENT, from, to))).toBe(false);
  });

  const template = swap(swap(swap(swap(SEGMENT, 'name: buyers', 'name: buyers-${least}'), 'gte: 1', 'gte: "${least}"'), '[lead, customer]', '"${stages}"'), 'marketing', '${purpose}');
  const foreach = 'foreach:\n  - { least: 1, stages: [lead, customer], purpose: marketing }\n';

  it('accepts templates: ${key} for any value', () => {
    expect([accepts('segments', foreach + template), validators.segments.errors]).toEqual([true, null]);
    expect(accepts('segments', template)).toBe(false);
    const trait = swap(swap(swap(swap(TRAIT, '30d', '${days}d'), '[1, 2]', '"${values}"'), 'properties.step', '"properties.${key}"'), 'expect: 5', 'expect: ${expected}');
    expect([accepts('traits', `foreach: { days: [1, 7], key: [a], values: [[1, 2]], expected: [5] }\n${trait}`), validators.traits.errors]).toEqual([true, null]);
  });

  it.each([['foreach: []\n'], ['foreach: { category: shoes }\n'], ['foreach: { category: [null] }\n'], ['foreach: { category: [{ a: 1 }] }\n'], ['foreach: { Category: [a] }\n']])('refuses a template with %j', (wrong) => {
    expect(accepts('segments', wrong + template)).toBe(false);
  });

  it('refuses mistakes in a template', () => {
    for (const [from, to] of [['${purpose}', 'selling'], ['version: 1', 'version: one'], ['owner: tests\n', ''], ['trait: orders', 'traits: orders']] as const) {
      expect(accepts('segments', foreach + swap(template, from, to))).toBe(false);
    }
  });
});
