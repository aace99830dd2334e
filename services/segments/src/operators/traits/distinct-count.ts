// `distinct_count`: how many different values a field of the activities, or of their items, has.
import { z } from 'zod';
import { aggregation, type TraitOperator } from './operator.js';
import { textsOf } from './texts.js';

function addAll(into: Set<string>, values: Iterable<string>): Set<string> {
  for (const value of values) into.add(value);
  return into;
}

export const distinctCount: TraitOperator = {
  shape: { field: z.string() },
  compile(settings) {
    const texts = textsOf('distinct_count', settings['field'] as string);
    if ('problem' in texts) return texts;
    return aggregation<Set<string>>({
      kind: 'number',
      columns: [texts.column],
      byTime: 'falls',
      add(bucket, activity) {
        const values = texts.readAll(activity);
        return values.length === 0 ? bucket : addAll(bucket ?? new Set(), values);
      },
      join: addAll,
      value: (buckets) => (buckets.length === 1 ? buckets[0]!.size : buckets.reduce(addAll, new Set<string>()).size),
      sql: (condition) => `toInt64(${texts.sql('uniqExact', condition)})`,
      show: String,
    });
  },
};
