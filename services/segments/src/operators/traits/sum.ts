// `sum`: the total of an amount, in millionths; 0 where there is none.
import { amountOperator, clamp, clampSql, plus, type Millionths } from './amounts.js';

export const sum = amountOperator<Millionths>('sum', {
  of: (value) => value,
  join: plus,
  value: (buckets) => clamp(buckets.reduce<Millionths>(plus, 0)),
  sql: (amount, condition) => clampSql(`sumIf(ifNull(${amount}, toInt128(0)), ${condition})`),
});
