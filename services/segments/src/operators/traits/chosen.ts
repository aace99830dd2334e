// What `first` and `latest` share: the value of a field in one activity, which the order of time chooses.
import { z } from 'zod';
import { FIELD_NAMES, fieldOf } from '../../definitions/fields.js';
import { KINDS } from '../../definitions/kinds.js';
import { LATER_SQL, type Moment } from '../../evaluate/order.js';
import { aggregation, type TraitKind, type TraitOperator, type TraitValue } from './operator.js';

interface Chosen extends Moment {
  value: TraitValue;
}

/**
 * @param isPreferred whether `a` is to be chosen over `b`
 * @param aggregate ClickHouse's aggregate function that chooses alike, by the order of LATER_SQL
 */
export function choosingOperator(name: string, isPreferred: (a: Moment, b: Moment) => boolean, aggregate: 'argMin' | 'argMax'): TraitOperator {
  const better = (a: Chosen, b: Chosen): Chosen => (isPreferred(b, a) ? b : a);
  return {
    shape: { field: z.string() },
    compile(settings) {
      const field = fieldOf(settings['field'] as string);
      if (!field || field.kind === 'flag') {
        const names = FIELD_NAMES.filter((known) => fieldOf(known)?.kind !== 'flag');
        return { key: 'field', problem: `${name} cannot read "${String(settings['field'])}": name one of ${names.join(', ')}` };
      }
      const { read, sql, column } = field;
      const kind = field.kind as TraitKind;
      return aggregation<Chosen>({
        kind,
        columns: [column],
        add(bucket, activity) {
          const value = read(activity) as TraitValue;
          if (value === null) return bucket;
          if (bucket && !isPreferred(activity, bucket)) return bucket;
          return { occurred_at: activity.occurred_at, origin: activity.origin, activity_id: activity.activity_id, value };
        },
        join: better,
        value: (buckets) => (buckets.length === 0 ? null : buckets.reduce(better).value),
        // The earliest or latest time is the least or greatest, whichever activity it is of: nothing else of it has to be read.
        sql: (condition) => column === 'occurred_at' ? `${aggregate === 'argMin' ? 'min' : 'max'}OrNullIf(${sql}, ${condition})` : `${aggregate}If(toNullable(${sql}), ${LATER_SQL}, ${condition} AND (${sql}) IS NOT NULL)`,
        show: KINDS[kind].show,
      });
    },
  };
}
