// JSON Schemas of both kinds of file, for editors: made from the schemas that the loader checks with, and from the catalog.
import { z } from 'zod';
import { COMPARISONS } from '../operators/comparisons.js';
import { CONDITION_OPERATORS } from '../operators/conditions/registry.js';
import { SEGMENT_CASE, TRAIT_CASE } from './cases.js';
import type { Catalog } from './catalog.js';
import { FIELD_NAMES, fieldOf, LIST_FIELD_NAMES } from './fields.js';
import { OF_ITEMS } from './filter.js';
import { FOREACH } from './foreach.js';
import { changed, withTemplates, type JsonSchema } from './json-schema-templates.js';
import type { Kind } from './kinds.js';
import { SEGMENT_SCHEMA } from './segment.js';
import { TRAIT_SCHEMAS } from './trait.js';

type Definitions = Record<string, JsonSchema>;

const SCALAR: JsonSchema = { type: ['string', 'number', 'boolean'] };
const OPERANDS: Partial<Record<Kind, JsonSchema>> = {
  number: { type: 'integer' }, decimal: { type: 'number' }, text: { type: 'string' }, time: { type: 'string' }, flag: { type: 'boolean' },
};
const ANY_PROPERTY = '^properties\\..';
const NAMED_FIELDS = FIELD_NAMES.filter((name) => !name.startsWith('properties.'));
const FIELD: JsonSchema = {
  description: 'Field of an activity, or of its items',
  anyOf: [{ type: 'string', enum: [...NAMED_FIELDS, ...LIST_FIELD_NAMES] }, { type: 'string', pattern: ANY_PROPERTY }],
};

/** The schema of files in schemas/traits. */
export function traitJsonSchema(catalog: Catalog): JsonSchema {
  return fileSchema('trait', z.union(Object.values(TRAIT_SCHEMAS)), { trait_case: TRAIT_CASE }, catalog);
}

/** The schema of files in schemas/segments. */
export function segmentJsonSchema(catalog: Catalog): JsonSchema {
  const condition = z.union(Object.values(CONDITION_OPERATORS).map(({ schema }) => schema));
  return fileSchema('segment', SEGMENT_SCHEMA, { condition, segment_case: SEGMENT_CASE }, catalog);
}

/** @param parts by id, the schemas that the loader applies apart from that of the file */
function fileSchema(kind: string, root: z.ZodType, parts: Record<string, z.ZodType>, catalog: Catalog): JsonSchema {
  const definitions: Definitions = {};
  const add = (schema: z.ZodType): JsonSchema => {
    const { definitions: used = {}, ...converted } = convert(schema);
    for (const [id, one] of Object.entries(used)) definitions[id] ??= one;
    return converted;
  };
  definitions[kind] = add(root);
  for (const [id, part] of Object.entries(parts)) definitions[id] = { ...definitions[id], ...add(part) };
  for (const [id, part] of Object.entries(listed(catalog))) {
    if (definitions[id]) definitions[id] = { ...definitions[id], ...part };
  }
  const complete = Object.fromEntries(Object.entries(definitions).map(([id, one]) => [id, changed(one, withOperands)]));
  const text = JSON.stringify(complete);
  const used = Object.entries({ ...comparedFields(), field: FIELD }).filter(([id]) => text.includes(`"#/definitions/${id}"`));
  return withTemplates(kind, { ...complete, ...Object.fromEntries(used) }, convert(FOREACH));
}

function convert(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...converted } = z.toJSONSchema(schema, { target: 'draft-07', io: 'input', unrepresentable: 'any' });
  // A copy, as what zod gives has one object in several places; without the ids, which draft 7 has other words for.
  return changed(JSON.parse(JSON.stringify(converted)) as JsonSchema, ({ id: __, ...rest }) => rest);
}

/** What the catalog and the fields of activities say about a part, by its id. */
function listed(catalog: Catalog): Definitions {
  return {
    purpose: { enum: catalog.purposes },
    channel: { enum: catalog.channels },
    product: { enum: [...catalog.products.keys()] },
    activity_type: { enum: [...catalog.types] },
    where: {
      properties: Object.fromEntries([...NAMED_FIELDS.map((name) => [name, comparedBy(fieldOf(name)!.kind)]), ...LIST_FIELD_NAMES.map((name) => [name, comparedBy('items')])]),
      patternProperties: { [ANY_PROPERTY]: comparedBy('property') },
      additionalProperties: false,
    },
  };
}

type Compared = Kind | 'property' | 'items';
const comparedBy = (kind: Compared) => ({ $ref: `#/definitions/compared_${kind}` });

/** What fields are compared with, by their kind: a value, a list, or comparisons. A property is a text, and by size a number. */
function comparedFields(): Definitions {
  const kinds = new Set<Compared>([...NAMED_FIELDS.map((name) => fieldOf(name)!.kind), 'property', 'items']);
  return Object.fromEntries([...kinds].map((kind) => {
    const value = operandOf(kind === 'property' || kind === 'items' ? 'text' : kind);
    const bySize = kind === 'property' ? 'decimal' : kind;
    const comparisons = Object.entries(COMPARISONS).flatMap(([name, { takes, kinds: sizes }]) => {
      if (kind === 'items' ? !OF_ITEMS.includes(name) : sizes && !sizes.includes(bySize as Kind)) return [];
      return [[name, taken(takes, sizes ? operandOf(bySize as Kind) : value)]];
    });
    return [`compared_${kind}`, { anyOf: [value, taken('values', value), { type: 'object', properties: Object.fromEntries(comparisons), additionalProperties: false }] }];
  }));
}

const operandOf = (kind: Kind): JsonSchema => OPERANDS[kind] ?? SCALAR;

function taken(takes: (typeof COMPARISONS)[string]['takes'], value: JsonSchema): JsonSchema {
  if (takes === 'presence') return { type: 'boolean' };
  return takes === 'values' ? { type: 'array', items: value, minItems: 1 } : value;
}

/** Operators leave what a comparison takes, and which field they read, to be checked when they are compiled. */
function withOperands(schema: JsonSchema): JsonSchema {
  if (!schema.properties) return schema;
  const properties = Object.entries(schema.properties).map(([name, property]) => {
    const { description: _, ...rule } = property;
    const open = Object.keys(rule).length === 0;
    if (open && Object.hasOwn(COMPARISONS, name)) return [name, { ...property, ...taken(COMPARISONS[name]!.takes, SCALAR) }];
    return [name, name === 'field' && rule['type'] === 'string' && Object.keys(rule).length === 1 ? { $ref: '#/definitions/field' } : property];
  });
  return { ...schema, properties: Object.fromEntries(properties) };
}
