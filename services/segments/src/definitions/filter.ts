// `over` of a trait: which activities it looks at, as a predicate on a record and as a condition on a row.
import { z } from 'zod';
import { compileTest, COMPARISONS, type Test } from '../operators/comparisons.js';
import { sqlAll, sqlText } from '../sql/literal.js';
import type { Catalog } from './catalog.js';
import { asDecimal, FIELD_NAMES, fieldOf, LIST_FIELD_NAMES, listFieldOf, PROPERTY, type Activity, type Field, type ListField } from './fields.js';
import { suggestion, type Path, type SourceFile } from './source.js';
import { ACTIVITY_TYPE, PRODUCT, WHERE } from './vocabulary.js';

export const OVER_SCHEMA = z.strictObject({
  product: PRODUCT.optional(),
  types: z.array(ACTIVITY_TYPE).min(1).optional().meta({ description: 'Types of activity, such as [order_completed]' }),
  where: WHERE.optional(),
}).meta({ id: 'over', description: 'Which activities it looks at: types, a product, or both' });

export interface Filter {
  /** Undefined where any type of the product will do. */
  types?: readonly string[];
  product?: string;
  /** Columns that the filter reads. */
  columns: readonly string[];
  matches(activity: Activity): boolean;
  /** Condition over a row, never null. */
  sql: string;
  /** Text comparisons `eq` per field, for rules about what a filter must fix. */
  fixed: ReadonlySet<string>;
}

interface Where {
  column: string;
  holds(activity: Activity): boolean;
  sql: string;
}

/** Comparisons of what an activity has several of: that at least one satisfies them is clear of these only. */
export const OF_ITEMS = ['eq', 'in'];

/** Compiles `over`, which stands at `at`; reports into `source` and gives undefined where it names what does not exist. */
export function compileFilter(over: z.infer<typeof OVER_SCHEMA>, at: Path, includeBots: boolean, source: SourceFile, catalog: Catalog): Filter | undefined {
  const before = source.problems.length;
  checkNames(over, at, source, catalog);
  const fixed = new Set<string>();
  const wheres = Object.entries(over.where ?? {}).flatMap(([name, raw]) => compileWhere(name, raw, [...at, 'where', name], source, fixed));
  if (source.problems.length > before) return undefined;
  const { product, types } = over;
  const columns = ['type', ...(product === undefined ? [] : ['product']), ...(includeBots ? [] : ['is_bot', 'is_machine']), ...wheres.map(({ column }) => column)];
  const typeSet = types && new Set(types);
  return {
    types, product, columns, fixed,
    matches: (activity) =>
      (typeSet === undefined || typeSet.has(activity.type)) &&
      (product === undefined || activity.product === product) &&
      (includeBots || (!activity.is_bot && !activity.is_machine)) &&
      wheres.every((where) => where.holds(activity)),
    sql: sqlAll([
      ...(types ? [`type IN (${types.map(sqlText).join(', ')})`] : []),
      ...(product === undefined ? [] : [`product = ${sqlText(product)}`]),
      ...(includeBots ? [] : ['NOT is_bot', 'NOT is_machine']),
      ...wheres.map(({ sql }) => sql),
    ]),
  };
}

function checkNames(over: z.infer<typeof OVER_SCHEMA>, at: Path, source: SourceFile, catalog: Catalog): void {
  const { product, types } = over;
  if (product === undefined && types === undefined) {
    source.report(at, `${typeof at.at(-1) === 'number' ? 'this' : `"${String(at.at(-1))}"`} must name "types" (such as [order_completed]), a "product" (such as web.orders), or both`);
    return;
  }
  const ofProduct = product === undefined ? undefined : catalog.products.get(product);
  if (product !== undefined && ofProduct === undefined) {
    source.report([...at, 'product'], `no product "${product}" gives activities: name one of ${suggestion(product, [...catalog.products.keys()])}`);
    return;
  }
  const known = ofProduct ?? [...catalog.types];
  for (const [index, type] of (types ?? []).entries()) {
    if (known.includes(type)) continue;
    source.report([...at, 'types', index], `${product ?? 'no product'} gives${product ? ' no' : ''} activities of type "${type}": name one of ${suggestion(type, known)}`);
  }
}

function compileWhere(name: string, raw: unknown, at: Path, source: SourceFile, fixed: Set<string>): Where[] {
  const list = listFieldOf(name);
  const field = fieldOf(name);
  if (!field && !list) {
    source.report(at, `activities have no field "${name}": name one of ${[...FIELD_NAMES, ...LIST_FIELD_NAMES].join(', ')}`);
    return [];
  }
  const possible = list ? OF_ITEMS : Object.keys(COMPARISONS);
  return comparisonsOf(raw).flatMap(([comparison, operand]) => {
    if (!possible.includes(comparison)) {
      source.report([...at, comparison], `there is no comparison "${comparison}"${list ? ` of "${name}"` : ''}: use one of ${possible.join(', ')}`);
      return [];
    }
    // Properties are texts; comparing one by size reads it as a number, and what is none does not match.
    const bySize = field !== undefined && field.name.startsWith(PROPERTY) && COMPARISONS[comparison]!.kinds?.includes('decimal');
    const compared = bySize ? asDecimal(field) : field;
    const test = compileTest(comparison, operand, compared?.kind ?? 'text', `"${name}"`);
    if ('problem' in test) {
      source.report(typeof raw === 'object' && !Array.isArray(raw) ? [...at, comparison] : at, test.problem);
      return [];
    }
    if (list) return [ofAnyItem(list, test)];
    if (comparison === 'eq') fixed.add(name);
    return [ofField(compared!, test)];
  });
}

function ofField({ column, read, sql }: Field, test: Test): Where {
  return { column, holds: (activity) => test.holds(read(activity)), sql: test.sql(sql) };
}

/** At least one of the activity's items satisfies the test. */
function ofAnyItem({ column, readAll, sql }: ListField, test: Test): Where {
  return { column, holds: (activity) => readAll(activity).some(test.holds), sql: `arrayExists(value -> ${test.sql('value')}, ${sql})` };
}

/** `field: value` is short for `field: {eq: value}`, `field: [a, b]` for `field: {in: [a, b]}`. */
function comparisonsOf(raw: unknown): [string, unknown][] {
  if (Array.isArray(raw)) return [['in', raw]];
  if (raw !== null && typeof raw === 'object') return Object.entries(raw);
  return [['eq', raw]];
}
