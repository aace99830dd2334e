// `latest`: the value of a field in the last activity that has one.
import { z } from 'zod';
import { FIELD_NAMES, fieldOf } from '../../definitions/fields.js';
import { KINDS } from '../../definitions/kinds.js';
import { isLater, LATER_SQL, type Moment } from '../../evaluate/order.js';
import { aggregation, type TraitOperator, type TraitValue } from './operator.js';

interface Last extends Moment {
  value: TraitValue;
}

const later = (a: Last, b: Last): Last => (isLater(b, a) ? b : a);

export const latest: TraitOperator = {
  shape: { field: z.string() },
  compile(settings) {
    const field = fieldOf(settings['field'] as string);
    if (!field || field.kind === 'flag' || field.kind === 'decimal') {
      const names = FIELD_NAMES.filter((name) => fieldOf(name)?.kind !== 'flag');
      return { key: 'field', problem: `latest cannot read "${String(settings['field'])}": name one of ${names.join(', ')}` };
    }
    const { kind, read, sql, column } = field;
    return aggregation<Last>({
      kind,
      columns: [column],
      add(bucket, activity) {
        const value = read(activity) as TraitValue;
        if (value === null) return bucket;
        const last = { occurred_at: activity.occurred_at, origin: activity.origin, activity_id: activity.activity_id, value };
        return bucket === undefined ? last : later(bucket, last);
      },
      join: later,
      value: (buckets) => (buckets.length === 0 ? null : buckets.reduce(later).value),
      sql: (condition) => `argMaxIf(toNullable(${sql}), ${LATER_SQL}, ${condition} AND (${sql}) IS NOT NULL)`,
      show: KINDS[kind].show,
    });
  },
};
