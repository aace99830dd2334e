// `average`: the mean of an amount over the activities that have one, in whole millionths, truncated toward zero; else no value.
import { z } from 'zod';
import { amountOf, clamp, clampSql, plus, quotient, type Millionths } from './amounts.js';
import { aggregation, type TraitOperator } from './operator.js';

interface Mean {
  total: Millionths;
  count: number;
}

function joined(a: Mean, b: Mean): Mean {
  return { total: plus(a.total, b.total), count: a.count + b.count };
}

export const average: TraitOperator = {
  shape: { field: z.string() },
  compile(settings, filter) {
    const amount = amountOf('average', settings['field'] as string, filter);
    if ('problem' in amount) return amount;
    const { kind, column, read, sql, show } = amount;
    return aggregation<Mean>({
      kind,
      columns: [column],
      add(bucket, activity) {
        const value = read(activity);
        if (value === null) return bucket;
        return bucket === undefined ? { total: value, count: 1 } : { total: plus(bucket.total, value), count: bucket.count + 1 };
      },
      join: joined,
      value(buckets) {
        if (buckets.length === 0) return null;
        const { total, count } = buckets.reduce(joined);
        return clamp(quotient(total, count));
      },
      sql(condition) {
        const present = `${condition} AND (${sql}) IS NOT NULL`;
        const count = `countIf(${present})`;
        // Both branches may be worked out, and intDiv fails where it divides by 0.
        return `if(${count} = 0, NULL, ${clampSql(`intDivOrZero(sumIf(assumeNotNull(${sql}), ${present}), toInt128(${count}))`)})`;
      },
      show,
    });
  },
};
