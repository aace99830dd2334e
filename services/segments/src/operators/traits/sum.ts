// `sum`: the total of an amount, in millionths; 0 where there is none.
import { z } from 'zod';
import { amountOf, clamp, clampSql, plus, type Millionths } from './amounts.js';
import { aggregation, type TraitOperator } from './operator.js';

export const sum: TraitOperator = {
  shape: { field: z.string() },
  compile(settings, filter) {
    const amount = amountOf('sum', settings['field'] as string, filter);
    if ('problem' in amount) return amount;
    const { kind, column, read, sql, show } = amount;
    return aggregation<Millionths>({
      kind,
      columns: [column],
      add(bucket, activity) {
        const value = read(activity);
        return value === null ? bucket : plus(bucket ?? 0, value);
      },
      join: plus,
      value: (buckets) => clamp(buckets.reduce<Millionths>(plus, 0)),
      sql: (condition) => clampSql(`sumIf(ifNull(${sql}, toInt128(0)), ${condition})`),
      show,
    });
  },
};
