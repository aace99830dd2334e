// A trait: one value per profile, worked out from its activities in a window. One file in schemas/traits each.
import { z } from 'zod';
import type { Aggregation } from '../operators/traits/operator.js';
import { TRAIT_OPERATORS } from '../operators/traits/registry.js';
import { compileTraitCases, type TraitCase } from './cases.js';
import type { Catalog } from './catalog.js';
import { compileFilter, OVER_SCHEMA, type Filter } from './filter.js';
import type { SourceFile } from './source.js';
import { parseWindow, type Window } from './windows.js';

export interface Trait {
  /** Also the name of its file, and of its column in SQL. */
  name: string;
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

const TRAIT_NAME = /^[a-z][a-z0-9_]{0,62}$/;

const BASE = {
  name: z.string(),
  description: z.string().min(1),
  owner: z.string().min(1),
  operator: z.enum(Object.keys(TRAIT_OPERATORS)),
  over: OVER_SCHEMA,
  /** 5m to 400d, or all. */
  window: z.string(),
  /** Count what bots and machines did as well; default false. */
  include_bots: z.boolean().optional(),
  /** Small histories with the value to expect: see cases.ts. */
  cases: z.array(z.unknown()).optional(),
};

/** Reports a name that is not the file's, or that cannot be a name. */
export function checkName(name: string, pattern: RegExp, rule: string, source: SourceFile): void {
  if (!pattern.test(name)) source.report(['name'], `"${name}" cannot be a name: ${rule}`);
  else if (name !== source.name) source.report(['name'], `the name is "${name}" but the file is ${source.name}.yaml: make them the same`);
}

/** Compiles the definition of a trait, without its index; reports into `source` and gives undefined where it is wrong. */
export function compileTrait(source: SourceFile, catalog: Catalog): Omit<Trait, 'index'> | undefined {
  // The operator first: it decides which other keys there are.
  const chosen = source.check(z.looseObject({ operator: BASE.operator }), source.value);
  if (!chosen) return undefined;
  const operator = TRAIT_OPERATORS[chosen.operator]!;
  const definition = source.check(z.strictObject({ ...BASE, ...operator.shape }), source.value) as z.infer<z.ZodObject<typeof BASE>> | undefined;
  if (!definition) return undefined;
  const { name, description, owner, over, cases = [] } = definition;
  checkName(name, TRAIT_NAME, 'write small letters, digits and underscores, a letter first (it becomes a column in SQL)', source);
  const window = parseWindow(definition.window);
  if ('problem' in window) source.report(['window'], window.problem);
  const filter = compileFilter(over, definition.include_bots ?? false, source, catalog);
  if (!filter) return undefined;
  const aggregation = operator.compile(definition, filter);
  if ('problem' in aggregation) source.report([aggregation.key], aggregation.problem);
  if ('problem' in aggregation || 'problem' in window) return undefined;
  return { name, description, owner, operator: chosen.operator, filter, window, aggregation, cases: compileTraitCases(cases, source, catalog) };
}
