// A trait: one value per profile, worked out from its activities in a window, or from other traits. Files are in schemas/traits.
import { z } from 'zod';
import { changesAfter, valueAt, type Accumulator, type Accumulators, type ColumnOf } from '../evaluate/accumulator.js';
import type { Rank } from '../evaluate/ranks.js';
import type { Subject } from '../evaluate/subject.js';
import type { AggregatingOperator, Derivation, DerivingOperator, TraitKind, TraitValue } from '../operators/traits/operator.js';
import { TRAIT_OPERATORS } from '../operators/traits/registry.js';
import { PERIOD_NAMES, readWindow } from './calendar.js';
import { compileTraitCases, TRAIT_CASES, type TraitCase } from './cases.js';
import type { Catalog } from './catalog.js';
import { compileFilter, OVER_SCHEMA } from './filter.js';
import { suggestion, type SourceFile } from './source.js';
import { DESCRIPTION, OWNER, written, type NameRule } from './vocabulary.js';

export interface Trait {
  /** Also the name of its column in SQL. */
  name: string;
  /** Path of the file that it stands in, for messages. */
  file: string;
  description: string;
  owner: string;
  operator: string;
  kind: TraitKind;
  /** As the definition has it; null where it is worked out from other traits. */
  window: string | null;
  /** Whether the value changes by time also while nothing enters or leaves a window. */
  ages: boolean;
  /** What time alone does to the value, where nothing is dated later: it never grows, or only grows until there is none. Absent: anything. */
  byTime?: 'falls' | 'grows';
  /** Where it depends on everybody's values. */
  rank?: Rank;
  /** What it reads, directly or through other traits. */
  accumulators: readonly Accumulator[];
  /** Subject.valueOf gives it without working it out twice. */
  value(subject: Subject): TraitValue;
  /** Times after the subject's at which time alone may change the value, as far as it matters to comparisons with `operands`; in any order, some may come twice. */
  changes(subject: Subject, operands: readonly TraitValue[]): number[];
  /** The same value over the columns of a query's accumulators. */
  sql(column: ColumnOf): string;
  show(value: string | number): string;
  cases: readonly TraitCase[];
}

const TRAIT_NAME: NameRule = {
  pattern: /^[a-z][a-z0-9_]{0,62}$/,
  rule: 'write small letters, digits and underscores, a letter first (it becomes a column in SQL)',
  filter: 'snake',
};

const DOCUMENT = {
  name: z.string().meta({ ...written(TRAIT_NAME.pattern.source, TRAIT_NAME.rule), description: 'The name of the file, and of the column in SQL' }),
  description: DESCRIPTION,
  owner: OWNER,
  operator: z.enum(Object.keys(TRAIT_OPERATORS)),
  cases: TRAIT_CASES.optional(),
};

const WINDOW_PATTERN = `^([0-9]{1,6}[mhd]|all|${PERIOD_NAMES.join('|')})$`;

/** Keys of a trait that looks at activities. */
const OVER_ACTIVITIES = {
  over: OVER_SCHEMA,
  window: z.string().meta({ ...written(WINDOW_PATTERN, 'Write minutes, hours or days such as 5m, 24h or 30d, all, or a period of the calendar such as this_month'), description: 'How far back it looks: from 5m to 400d, all, or a period of the calendar' }),
  time_zone: z.string().optional().meta({ description: 'Whose days a period of the calendar is made of, such as Europe/Berlin; default UTC' }),
  include_bots: z.boolean().optional().meta({ description: 'Count what bots and machines did as well; default false' }),
};

/** The operator decides which other keys there are. */
const OPERATOR_SCHEMA = z.looseObject({ operator: DOCUMENT.operator });

/** What the definition of a trait looks like, by its operator. */
export const TRAIT_SCHEMAS: Readonly<Record<string, z.ZodType>> = Object.fromEntries(
  Object.entries(TRAIT_OPERATORS).map(([name, operator]) => {
    const looked = 'derive' in operator ? {} : OVER_ACTIVITIES;
    return [name, z.strictObject({ ...DOCUMENT, ...looked, operator: z.literal(name), ...operator.shape })];
  }),
);

type Document = z.infer<z.ZodObject<typeof DOCUMENT>>;

/** Reports a name that is not the file's, or that cannot be a name. */
export function checkName(name: string, { pattern, rule, filter }: NameRule, source: SourceFile): void {
  if (!pattern.test(name)) source.report(['name'], `"${name}" cannot be a name: ${rule}${source.which === '' ? '' : `; in a template, \${key|${filter}} writes a value so`}`);
  else if (name !== source.name) source.report(['name'], `the name is "${name}" but the file is ${source.name}.yaml: make them the same`);
}

/** A trait's file, checked but for the traits that it names. */
export interface TraitDraft {
  name: string;
  /** Names of the traits that it reads, by the key that each stands at. */
  reads: Readonly<Record<string, string>>;
  /** Completes it with the traits that `reads` names; undefined where it is wrong, which is reported. */
  finish(traits: readonly Trait[], accumulators: Accumulators): Trait | undefined;
}

/** Reads the definition of a trait; reports into `source` and gives undefined where it is wrong. */
export function draftTrait(source: SourceFile, catalog: Catalog): TraitDraft | undefined {
  const chosen = source.check(OPERATOR_SCHEMA, source.value);
  if (!chosen) return undefined;
  const operator = TRAIT_OPERATORS[chosen.operator]!;
  const document = source.check(TRAIT_SCHEMAS[chosen.operator]!, source.value) as Document | undefined;
  if (!document) return undefined;
  const { name } = document;
  checkName(name, TRAIT_NAME, source);
  const parts = 'derive' in operator ? derived(operator, document, source) : aggregated(operator, document as Document & OverActivities, source, catalog);
  if (!parts) return undefined;
  const cases = compileTraitCases(document.cases ?? [], source, catalog);
  const { description, owner } = document;
  return {
    name,
    reads: parts.reads,
    finish(traits, accumulators) {
      const rest = parts.finish(traits, accumulators);
      return rest && { name, file: source.file, description, owner, operator: chosen.operator, cases, ...rest };
    },
  };
}

/** Reports names of traits that do not exist; of those that are broken it is told already, where they stand. */
export function reportUnknownReads(draft: TraitDraft, source: SourceFile, names: readonly string[], broken: ReadonlySet<string>): void {
  for (const [key, name] of Object.entries(draft.reads)) {
    if (!names.includes(name) && !broken.has(name)) source.report([key], `there is no trait "${name}" in schemas/traits: name one of ${suggestion(name, names)}`);
  }
}

type OverActivities = z.infer<z.ZodObject<typeof OVER_ACTIVITIES>>;
type Parts = Pick<Trait, 'kind' | 'window' | 'ages' | 'byTime' | 'rank' | 'accumulators' | 'value' | 'changes' | 'sql' | 'show'>;
interface Unfinished {
  reads: Readonly<Record<string, string>>;
  finish(traits: readonly Trait[], accumulators: Accumulators): Parts | undefined;
}

function aggregated(operator: AggregatingOperator, definition: Document & OverActivities, source: SourceFile, catalog: Catalog): Unfinished | undefined {
  const window = readWindow(definition.window, definition.time_zone);
  if ('problem' in window) source.report([window.key], window.problem);
  const filter = compileFilter(definition.over, ['over'], definition.include_bots ?? false, source, catalog);
  if (!filter) return undefined;
  const aggregation = operator.compile(definition, filter);
  if ('problem' in aggregation) source.report([aggregation.key], aggregation.problem);
  if ('problem' in aggregation || 'problem' in window) return undefined;
  return {
    reads: {},
    finish(_, accumulators) {
      const accumulator = accumulators.add(`trait_${definition.name}`, filter, window, aggregation);
      const bucketsOf = ({ state }: Subject) => state.buckets.get(accumulator.index);
      return {
        kind: aggregation.kind,
        window: definition.window,
        ages: aggregation.passes !== undefined,
        byTime: window.onlyLoses ? aggregation.byTime : undefined,
        accumulators: [accumulator],
        value: (subject) => valueAt(accumulator, bucketsOf(subject), subject.now),
        changes: (subject, operands) => changesAfter(accumulator, bucketsOf(subject), subject.now, operands),
        sql: (column) => column(accumulator),
        show: aggregation.show,
      };
    },
  };
}

function derived(operator: DerivingOperator, definition: Document, source: SourceFile): Unfinished {
  return {
    reads: operator.reads(definition),
    finish(traits, accumulators) {
      const derivation: Derivation | { key: string; problem: string } = operator.derive(definition, traits, accumulators.ranks);
      if ('problem' in derivation) {
        source.report([derivation.key], derivation.problem);
        return undefined;
      }
      const { kind, value, sql, show, traits: read, rank } = derivation;
      return {
        kind, value, sql, show, rank,
        window: null,
        ages: rank !== undefined || read.some(({ ages }) => ages),
        accumulators: [...new Set(read.flatMap((trait) => trait.accumulators))],
        changes: derivation.changes ?? ((subject) => read.flatMap((trait) => trait.changes(subject, []))),
      };
    },
  };
}
