// Comparisons of a value with what a definition says: `eq`, `gte`, `in` and so on, each in one place.
import { KINDS, type Kind, type Value } from '../definitions/kinds.js';

type Operand = Exclude<Value, null>;

interface Comparison {
  /** What YAML holds after it: one value, a list, or true and false. */
  takes: 'value' | 'values' | 'presence';
  /** Kinds that it orders or equals; every comparison is possible where this is absent. */
  kinds?: readonly Kind[];
  holds(value: Value, operands: readonly Operand[]): boolean;
  /** Gives 1 or 0, never null. `expression` may be null. */
  sql(expression: string, literals: readonly string[]): string;
  /** Completes 'must ...'. */
  explain(shown: readonly string[]): string;
}

function ordering(sign: string, words: string, compare: (a: Operand, b: Operand) => boolean): Comparison {
  return {
    takes: 'value',
    // Texts have no order that JavaScript (UTF-16) and ClickHouse (bytes) share.
    kinds: ['number', 'time', 'decimal', 'millionths'],
    holds: (value, [operand]) => value !== null && compare(value, operand!),
    sql: (expression, [literal]) => `ifNull(${expression} ${sign} ${literal}, 0)`,
    explain: ([shown]) => `be ${words} ${shown}`,
  };
}

/**
 * Every comparison, by its name in YAML: a new one is one entry here. What has no value equals nothing and
 * has no size: it satisfies `ne` and `exists: false` only.
 */
export const COMPARISONS: Record<string, Comparison> = {
  eq: {
    takes: 'value',
    holds: (value, [operand]) => value === operand,
    sql: (expression, [literal]) => `ifNull(${expression} = ${literal}, 0)`,
    explain: ([shown]) => `be ${shown}`,
  },
  ne: {
    takes: 'value',
    holds: (value, [operand]) => value !== operand,
    sql: (expression, [literal]) => `ifNull(${expression} != ${literal}, 1)`,
    explain: ([shown]) => `not be ${shown}`,
  },
  gt: ordering('>', 'more than', (a, b) => a > b),
  gte: ordering('>=', 'at least', (a, b) => a >= b),
  lt: ordering('<', 'less than', (a, b) => a < b),
  lte: ordering('<=', 'at most', (a, b) => a <= b),
  in: {
    takes: 'values',
    holds: (value, operands) => value !== null && operands.includes(value),
    sql: (expression, literals) => `ifNull(${expression} IN (${literals.join(', ')}), 0)`,
    explain: (shown) => `be one of ${shown.join(', ')}`,
  },
  exists: {
    takes: 'presence',
    holds: (value, [operand]) => (value !== null) === operand,
    sql: (expression, [literal]) => `((${expression}) IS ${literal === 'true' ? 'NOT NULL' : 'NULL'})`,
    explain: ([shown]) => (shown === 'true' ? 'have a value' : 'have no value'),
  },
};

/** A comparison with its operands checked and in place. */
export interface Test {
  /** What it compares with. */
  operands: readonly Operand[];
  holds(value: Value): boolean;
  sql(expression: string): string;
  explain(show: (value: Operand) => string): string;
}

/**
 * Compiles `<name>: raw` for a value of a kind; gives the sentence that says what to do where it cannot be.
 * @param what the field or trait that is compared, for messages
 */
export function compileTest(name: string, raw: unknown, kind: Kind, what: string): Test | { problem: string } {
  const comparison = COMPARISONS[name]!;
  if (comparison.kinds && !comparison.kinds.includes(kind)) {
    return { problem: `"${name}" orders numbers and times, and ${what} is a ${kind}: use eq, ne, in or exists` };
  }
  const operandKind = comparison.takes === 'presence' ? 'flag' : kind;
  if (comparison.takes === 'values' && (!Array.isArray(raw) || raw.length === 0)) {
    return { problem: `"${name}" of ${what} must be a list with at least one value, such as [a, b]` };
  }
  const operands = (comparison.takes === 'values' ? (raw as unknown[]) : [raw]).map(KINDS[operandKind].parse);
  if (operands.includes(undefined)) return { problem: `"${name}" of ${what} must be ${KINDS[operandKind].expected}` };
  const values = operands as Operand[];
  const literals = values.map(KINDS[operandKind].sql);
  return {
    operands: values,
    holds: (value) => comparison.holds(value, values),
    sql: (expression) => comparison.sql(expression, literals),
    explain: (show) => comparison.explain(values.map(comparison.takes === 'presence' ? String : show)),
  };
}
