// `average`: the mean of an amount over the activities that have one, in whole millionths, truncated toward zero; else no value.
import { amountOperator, clamp, clampSql, plus, quotient, type Millionths } from './amounts.js';

interface Mean {
  total: Millionths;
  count: number;
}

function joined(a: Mean, b: Mean): Mean {
  return { total: plus(a.total, b.total), count: a.count + b.count };
}

export const average = amountOperator<Mean>('average', {
  of: (value) => ({ total: value, count: 1 }),
  join: joined,
  value(buckets) {
    if (buckets.length === 0) return null;
    const { total, count } = buckets.reduce(joined);
    return clamp(quotient(total, count));
  },
  sql(amount, condition) {
    const present = `${condition} AND (${amount}) IS NOT NULL`;
    const count = `countIf(${present})`;
    // Both branches may be worked out, and intDiv fails where it divides by 0.
    return `if(${count} = 0, NULL, ${clampSql(`intDivOrZero(sumIf(assumeNotNull(${amount}), ${present}), toInt128(${count}))`)})`;
  },
});
