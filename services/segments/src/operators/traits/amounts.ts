// The amounts that operators add up and compare: money of one currency, or a property whose text is a number. In millionths.
import { z } from 'zod';
import { asDecimal, fieldOf, PROPERTY, type Activity } from '../../definitions/fields.js';
import type { Filter } from '../../definitions/filter.js';
import { KINDS } from '../../definitions/kinds.js';
import { aggregation, type AggregatingOperator, type SettingProblem, type TraitValue } from './operator.js';

/** Exact while it is large: totals of a bucket may leave the range of safe integers and come back. */
export type Millionths = number | bigint;

const LIMIT = BigInt(Number.MAX_SAFE_INTEGER);

export interface Amount {
  /** Money is written in millionths, as in the contracts; numbers of properties with a point. */
  kind: 'number' | 'millionths';
  column: string;
  /** Null where the activity has none. */
  read(activity: Activity): Millionths | null;
  /** An expression of type Nullable(Int128) over a row; null where `read` gives null. */
  sql: string;
  show(value: string | number): string;
}

/** The amount that `field` of an operator's settings names. */
export function amountOf(operator: string, field: string, filter: Filter): Amount | SettingProblem {
  if (field === 'value_micros') return filter.fixed.has('currency') ? MONEY : withoutCurrency(operator);
  const property = fieldOf(field);
  if (!property?.name.startsWith(PROPERTY)) {
    return { key: 'field', problem: `${operator} cannot read "${field}": name value_micros, or a property that holds numbers as properties.<name>` };
  }
  const decimal = asDecimal(property);
  return {
    kind: 'millionths',
    column: property.column,
    read(activity) {
      const value = decimal.read(activity) as bigint | null;
      return value === null ? null : shortest(value);
    },
    // Decimal128: a Decimal64 of 12 digits has no room for the factor.
    sql: `toInt128(toDecimal128(${decimal.sql}, 6) * 1000000)`,
    show: KINDS.millionths.show,
  };
}

const MONEY: Amount = {
  kind: 'number',
  column: 'value_micros',
  read: ({ value_micros }) => value_micros,
  sql: 'toInt128(value_micros)',
  show: (value) => `${value} (${(Number(value) / 1e6).toFixed(2)})`,
};

function withoutCurrency(operator: string): SettingProblem {
  const what = { sum: 'a sum', average: 'an average' }[operator] ?? `a ${operator}`;
  return { key: 'over', problem: `${what} over money needs one currency, or it mixes dollars and yen: add "currency: EUR" (or another) under over.where` };
}

function shortest(value: bigint): Millionths {
  return value >= -LIMIT && value <= LIMIT ? Number(value) : value;
}

export function plus(a: Millionths, b: Millionths): Millionths {
  if (typeof a === 'number' && typeof b === 'number') {
    const total = a + b;
    if (Number.isSafeInteger(total)) return total;
  }
  return BigInt(a) + BigInt(b);
}

/** `dividend / divisor`, truncated toward zero. */
export function quotient(dividend: Millionths, divisor: number): Millionths {
  // What a remainder is taken from divides without rounding.
  return typeof dividend === 'number' ? (dividend - (dividend % divisor)) / divisor : dividend / BigInt(divisor);
}

/** What is beyond the safe integers (9 billion units of a currency) reads as the limit, in SQL too. */
export function clamp(value: Millionths): number {
  if (typeof value === 'number') return value;
  return Number(value > LIMIT ? LIMIT : value < -LIMIT ? -LIMIT : value);
}

/** The same for an expression of type Int128. */
export function clampSql(value: string): string {
  // Not least() and greatest(): compiled, they take Int128 for unsigned
  // (https://github.com/ClickHouse/ClickHouse/issues/118334).
  return `toInt64(clamp(${value}, toInt128(-${LIMIT}), toInt128(${LIMIT})))`;
}

/** What an operator makes of amounts. A `B` is what it knows of a bucket. */
export interface AmountRules<B> {
  /** Of one amount. */
  of(value: Millionths): B;
  join(a: B, b: B): B;
  value(buckets: readonly B[]): TraitValue;
  /** The same value over the rows that satisfy `condition`; `amount` is the expression of a row's, null where it has none. */
  sql(amount: string, condition: string): string;
}

/** An operator over an amount of the activities; one that has none does not count. */
export function amountOperator<B>(name: string, { of, join, value, sql }: AmountRules<B>): AggregatingOperator {
  return {
    shape: { field: z.string() },
    compile(settings, filter) {
      const amount = amountOf(name, settings['field'] as string, filter);
      if ('problem' in amount) return amount;
      return aggregation<B>({
        kind: amount.kind,
        columns: [amount.column],
        add(bucket, activity) {
          const read = amount.read(activity);
          if (read === null) return bucket;
          return bucket === undefined ? of(read) : join(bucket, of(read));
        },
        join,
        value,
        sql: (condition) => sql(amount.sql, condition),
        show: amount.show,
      });
    },
  };
}
