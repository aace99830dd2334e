// `distinct_count`: how many different values a field of the activities, or of their items, has.
import { z } from 'zod';
import { aggregation, type TraitOperator } from './operator.js';
import { textsOf } from './texts.js';

/** A list where there are few, which is most often, and no longer than it has to be: a set of one takes three times as much. */
type Texts = string[] | Set<string>;
const FEW = 8;

function withAll(texts: Texts, more: Iterable<string>): Texts {
  let all = texts;
  for (const text of more) {
    if (all instanceof Set) all.add(text);
    else if (!all.includes(text)) all = all.length < FEW ? all.concat(text) : new Set(all).add(text);
  }
  return all;
}

const sizeOf = (texts: Texts): number => (texts instanceof Set ? texts.size : texts.length);

export const distinctCount: TraitOperator = {
  shape: { field: z.string() },
  compile(settings) {
    const texts = textsOf('distinct_count', settings['field'] as string);
    if ('problem' in texts) return texts;
    return aggregation<Texts>({
      kind: 'number',
      columns: [texts.column],
      byTime: 'falls',
      add(bucket, activity) {
        const values = texts.readAll(activity);
        return values.length === 0 ? bucket : withAll(bucket ?? [], values);
      },
      join: withAll,
      value: (buckets) => sizeOf(buckets.length === 1 ? buckets[0]! : buckets.reduce(withAll, new Set<string>())),
      sql: (condition) => `toInt64(${texts.sql('uniqExact', condition)})`,
      show: String,
    });
  },
};
