// `time_since`: how many whole minutes, hours or days ago the last activity was; no value where there is none.
import { z } from 'zod';
import { millisecondsSql } from '../../definitions/fields.js';
import { aggregation, type TraitOperator } from './operator.js';

/** In ms. A day is 24 hours: time passes alike in every time zone. */
const UNITS = { minutes: 60_000, hours: 3_600_000, days: 86_400_000 };
type Unit = keyof typeof UNITS;

const later = (a: number, b: number) => (b > a ? b : a);

export const timeSince: TraitOperator = {
  shape: { unit: z.enum(Object.keys(UNITS) as Unit[]) },
  compile(settings) {
    const unit = settings['unit'] as Unit;
    const unitMs = UNITS[unit];
    return aggregation<number>({
      kind: 'number',
      columns: [],
      byTime: 'grows',
      add: (bucket, { occurred_at }) => (bucket === undefined ? occurred_at : later(bucket, occurred_at)),
      join: later,
      // What is dated later than now, but within the bucket of now, was 0 ago.
      value: (buckets, now) => (buckets.length === 0 ? null : Math.max(0, Math.floor((now - buckets.reduce(later)) / unitMs))),
      passes(held, coming, operands) {
        // Of those in the window the last one counts, and it is the last one to leave.
        const lasts = held.length === 0 ? coming : [held.reduce(later), ...coming];
        const values = operands.filter((operand) => typeof operand === 'number');
        return lasts.flatMap((last) => values.flatMap((value) => [last + value * unitMs, last + (value + 1) * unitMs]));
      },
      sql(condition) {
        const last = `maxIf(${millisecondsSql('occurred_at')}, ${condition})`;
        return `if(countIf(${condition}) = 0, NULL, if(${last} > {now:Int64}, 0, intDiv({now:Int64} - ${last}, ${unitMs})))`;
      },
      show: (value) => `${value} ${value === 1 ? unit.slice(0, -1) : unit}`,
    });
  },
};
