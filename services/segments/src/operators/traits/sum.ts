// `sum`: the total of value_micros, in millionths of one currency; 0 where there is none.
import { z } from 'zod';
import { aggregation, type TraitOperator } from './operator.js';

/** Exact while it is large: totals of a bucket may leave the range of safe integers and come back. */
type Micros = number | bigint;

const LIMIT = BigInt(Number.MAX_SAFE_INTEGER);

function plus(a: Micros, b: Micros): Micros {
  if (typeof a === 'number' && typeof b === 'number') {
    const total = a + b;
    if (Number.isSafeInteger(total)) return total;
  }
  return BigInt(a) + BigInt(b);
}

/** Totals beyond the safe integers (9 billion units of a currency) read as the limit, in SQL too. */
function clamp(total: Micros): number {
  if (typeof total === 'number') return total;
  return Number(total > LIMIT ? LIMIT : total < -LIMIT ? -LIMIT : total);
}

export const sum: TraitOperator = {
  shape: { field: z.literal('value_micros') },
  compile(settings, filter) {
    if (!filter.fixed.has('currency')) {
      return { key: 'over', problem: 'a sum over money needs one currency, or it adds dollars to yen: add "currency: EUR" (or another) under over.where' };
    }
    return aggregation<Micros>({
      kind: 'number',
      columns: ['value_micros'],
      add: (bucket, { value_micros }) => (value_micros === null ? bucket : plus(bucket ?? 0, value_micros)),
      join: plus,
      value: (buckets) => clamp(buckets.reduce<Micros>(plus, 0)),
      // Not least() and greatest(): compiled, they take Int128 for unsigned
      // (https://github.com/ClickHouse/ClickHouse/issues/118334).
      sql: (condition) => `toInt64(clamp(sumIf(toInt128(ifNull(value_micros, 0)), ${condition}), toInt128(-${LIMIT}), toInt128(${LIMIT})))`,
      show: (value) => `${value} (${(Number(value) / 1e6).toFixed(2)})`,
    });
  },
};
