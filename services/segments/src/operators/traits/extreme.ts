// What `min` and `max` share: the one amount of all that is preferred.
import { z } from 'zod';
import { amountOf, clamp, clampSql, type Millionths } from './amounts.js';
import { aggregation, type TraitOperator } from './operator.js';

/** @param name also the name of ClickHouse's aggregate function */
export function extremeOperator(name: 'min' | 'max', isPreferred: (a: Millionths, b: Millionths) => boolean): TraitOperator {
  const better = (a: Millionths, b: Millionths) => (isPreferred(b, a) ? b : a);
  return {
    shape: { field: z.string() },
    compile(settings, filter) {
      const amount = amountOf(name, settings['field'] as string, filter);
      if ('problem' in amount) return amount;
      const { kind, column, read, sql, show } = amount;
      return aggregation<Millionths>({
        kind,
        columns: [column],
        add(bucket, activity) {
          const value = read(activity);
          if (value === null) return bucket;
          return bucket === undefined ? value : better(bucket, value);
        },
        join: better,
        value: (buckets) => (buckets.length === 0 ? null : clamp(buckets.reduce(better))),
        sql(condition) {
          const present = `${condition} AND (${sql}) IS NOT NULL`;
          return `if(countIf(${present}) = 0, NULL, ${clampSql(`${name}If(assumeNotNull(${sql}), ${present})`)})`;
        },
        show,
      });
    },
  };
}
