// A trait: one value per profile, worked out from its activities in a window. Files are in schemas/traits.
import { z } from 'zod';
import type { Aggregation } from '../operators/traits/operator.js';
import { TRAIT_OPERATORS } from '../operators/traits/registry.js';
import { compileTraitCases, TRAIT_CASES, type TraitCase } from './cases.js';
import type { Catalog } from './catalog.js';
import { compileFilter, OVER_SCHEMA, type Filter } from './filter.js';
import type { SourceFile } from './source.js';
import { DESCRIPTION, OWNER, written, type NameRule } from './vocabulary.js';
import { parseWindow, type Window } from './windows.js';

export interface Trait {
  /** Also the name of its column in SQL. */
  name: string;
  /** Path of the file that it stands in, for messages. */
  file: string;
  /** Position among the definitions' traits. */
  index: number;
  description: string;
  owner: string;
  operator: string;
  filter: Filter;
  window: Window;
  aggregation: Aggregation<unknown>;
  cases: readonly TraitCase[];
}

const TRAIT_NAME: NameRule = {
  pattern: /^[a-z][a-z0-9_]{0,62}$/,
  rule: 'write small letters, digits and underscores, a letter first (it becomes a column in SQL)',
  filter: 'snake',
};

const BASE = {
  name: z.string().meta({ ...written(TRAIT_NAME.pattern.source, TRAIT_NAME.rule), description: 'The name of the file, and of the column in SQL' }),
  description: DESCRIPTION,
  owner: OWNER,
  operator: z.enum(Object.keys(TRAIT_OPERATORS)),
  over: OVER_SCHEMA,
  window: z.string().meta({ ...written('^([0-9]{1,6}[mhd]|all)$', 'Write minutes, hours or days such as 5m, 24h or 30d, or all'), description: 'How far back it looks, from 5m to 400d, or all' }),
  include_bots: z.boolean().optional().meta({ description: 'Count what bots and machines did as well; default false' }),
  cases: TRAIT_CASES.optional(),
};

/** The operator decides which other keys there are. */
const OPERATOR_SCHEMA = z.looseObject({ operator: BASE.operator });

/** What the definition of a trait looks like, by its operator. */
export const TRAIT_SCHEMAS: Readonly<Record<string, z.ZodType>> = Object.fromEntries(
  Object.entries(TRAIT_OPERATORS).map(([name, { shape }]) => [name, z.strictObject({ ...BASE, operator: z.literal(name), ...shape })]),
);

/** Reports a name that is not the file's, or that cannot be a name. */
export function checkName(name: string, { pattern, rule, filter }: NameRule, source: SourceFile): void {
  if (!pattern.test(name)) source.report(['name'], `"${name}" cannot be a name: ${rule}${source.which === '' ? '' : `; in a template, \${key|${filter}} writes a value so`}`);
  else if (name !== source.name) source.report(['name'], `the name is "${name}" but the file is ${source.name}.yaml: make them the same`);
}

/** Compiles the definition of a trait, without its index; reports into `source` and gives undefined where it is wrong. */
export function compileTrait(source: SourceFile, catalog: Catalog): Omit<Trait, 'index'> | undefined {
  const chosen = source.check(OPERATOR_SCHEMA, source.value);
  if (!chosen) return undefined;
  const operator = TRAIT_OPERATORS[chosen.operator]!;
  const definition = source.check(TRAIT_SCHEMAS[chosen.operator]!, source.value) as z.infer<z.ZodObject<typeof BASE>> | undefined;
  if (!definition) return undefined;
  const { name, description, owner, over, cases = [] } = definition;
  checkName(name, TRAIT_NAME, source);
  const window = parseWindow(definition.window);
  if ('problem' in window) source.report(['window'], window.problem);
  const filter = compileFilter(over, definition.include_bots ?? false, source, catalog);
  if (!filter) return undefined;
  const aggregation = operator.compile(definition, filter);
  if ('problem' in aggregation) source.report([aggregation.key], aggregation.problem);
  if ('problem' in aggregation || 'problem' in window) return undefined;
  return { name, file: source.file, description, owner, operator: chosen.operator, filter, window, aggregation, cases: compileTraitCases(cases, source, catalog) };
}
