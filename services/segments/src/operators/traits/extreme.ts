// What `min` and `max` share: the one amount of all that is preferred.
import { amountOperator, clamp, clampSql, type Millionths } from './amounts.js';
import type { TraitOperator } from './operator.js';

/** @param name also the name of ClickHouse's aggregate function */
export function extremeOperator(name: 'min' | 'max', isPreferred: (a: Millionths, b: Millionths) => boolean): TraitOperator {
  const better = (a: Millionths, b: Millionths) => (isPreferred(b, a) ? b : a);
  return amountOperator<Millionths>(name, {
    of: (value) => value,
    join: better,
    value: (buckets) => (buckets.length === 0 ? null : clamp(buckets.reduce(better))),
    sql(amount, condition) {
      const present = `${condition} AND (${amount}) IS NOT NULL`;
      return `if(countIf(${present}) = 0, NULL, ${clampSql(`${name}If(assumeNotNull(${amount}), ${present})`)})`;
    },
  });
}
