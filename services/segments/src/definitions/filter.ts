// `over` of a trait: which activities it looks at, as a predicate on a record and as a condition on a row.
import { z } from 'zod';
import { compileTest, COMPARISONS, type Test } from '../operators/comparisons.js';
import { sqlAll, sqlText } from '../sql/literal.js';
import type { Catalog } from './catalog.js';
import { asDecimal, FIELD_NAMES, fieldOf, type Activity, type Field } from './fields.js';
import { suggestion, type Path, type SourceFile } from './source.js';

export const OVER_SCHEMA = z.strictObject({
  /** Data product that the activities come from, such as web.orders. */
  product: z.string().optional(),
  /** Types of activity, such as order_completed. */
  types: z.array(z.string()).min(1).optional(),
  /** Comparisons per field; all must hold. */
  where: z.record(z.string(), z.unknown()).optional(),
});

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
  field: Field;
  test: Test;
}

/** Compiles `over`, which stands at `at`; reports into `source` and gives undefined where it names what does not exist. */
export function compileFilter(over: z.infer<typeof OVER_SCHEMA>, at: Path, includeBots: boolean, source: SourceFile, catalog: Catalog): Filter | undefined {
  const before = source.problems.length;
  checkNames(over, at, source, catalog);
  const fixed = new Set<string>();
  const wheres = Object.entries(over.where ?? {}).flatMap(([name, raw]) => compileWhere(name, raw, [...at, 'where', name], source, fixed));
  if (source.problems.length > before) return undefined;
  const { product, types } = over;
  const columns = ['type', ...(product === undefined ? [] : ['product']), ...(includeBots ? [] : ['is_bot', 'is_machine']), ...wheres.map(({ field }) => field.column)];
  const typeSet = types && new Set(types);
  return {
    types, product, columns, fixed,
    matches: (activity) =>
      (typeSet === undefined || typeSet.has(activity.type)) &&
      (product === undefined || activity.product === product) &&
      (includeBots || (!activity.is_bot && !activity.is_machine)) &&
      wheres.every(({ field, test }) => test.holds(field.read(activity))),
    sql: sqlAll([
      ...(types ? [`type IN (${types.map(sqlText).join(', ')})`] : []),
      ...(product === undefined ? [] : [`product = ${sqlText(product)}`]),
      ...(includeBots ? [] : ['NOT is_bot', 'NOT is_machine']),
      ...wheres.map(({ field, test }) => test.sql(field.sql)),
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
  const field = fieldOf(name);
  if (!field) {
    source.report(at, `activities have no field "${name}": name one of ${FIELD_NAMES.join(', ')}`);
    return [];
  }
  return comparisonsOf(raw).flatMap(([comparison, operand]) => {
    if (!(comparison in COMPARISONS)) {
      source.report([...at, comparison], `there is no comparison "${comparison}": use one of ${Object.keys(COMPARISONS).join(', ')}`);
      return [];
    }
    // Properties are texts; comparing one by size reads it as a number, and what is none does not match.
    const bySize = field.column === 'properties' && COMPARISONS[comparison]!.kinds?.includes('decimal');
    const compared = bySize ? asDecimal(field) : field;
    const test = compileTest(comparison, operand, compared.kind, `"${name}"`);
    if ('problem' in test) {
      source.report(typeof raw === 'object' && !Array.isArray(raw) ? [...at, comparison] : at, test.problem);
      return [];
    }
    if (comparison === 'eq') fixed.add(name);
    return [{ field: compared, test }];
  });
}

/** `field: value` is short for `field: {eq: value}`, `field: [a, b]` for `field: {in: [a, b]}`. */
function comparisonsOf(raw: unknown): [string, unknown][] {
  if (Array.isArray(raw)) return [['in', raw]];
  if (raw !== null && typeof raw === 'object') return Object.entries(raw);
  return [['eq', raw]];
}
