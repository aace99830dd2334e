// `most_frequent`: the text that most activities, or most of their items, have; of several the one that sorts first; else no value.
import { z } from 'zod';
import { KINDS } from '../../definitions/kinds.js';
import { aggregation, type TraitOperator } from './operator.js';
import { textsOf } from './texts.js';

/** How often each text occurs. */
type Counts = Map<string, number>;

function addAll(into: Counts, counts: Counts): Counts {
  for (const [text, count] of counts) into.set(text, (into.get(text) ?? 0) + count);
  return into;
}

// ClickHouse sorts texts by their bytes in UTF-8, JavaScript by UTF-16. Ties are rare enough to turn them into bytes.
function sortsBefore(a: string, b: string): boolean {
  return Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0;
}

function mostFrequentOf(counts: Counts): string | null {
  let [found, most]: [string | null, number] = [null, 0];
  for (const [text, count] of counts) {
    if (count > most || (count === most && sortsBefore(text, found!))) [found, most] = [text, count];
  }
  return found;
}

export const mostFrequent: TraitOperator = {
  shape: { field: z.string() },
  compile(settings) {
    const texts = textsOf('most_frequent', settings['field'] as string);
    if ('problem' in texts) return texts;
    return aggregation<Counts>({
      kind: 'text',
      columns: [texts.column],
      add(bucket, activity) {
        const values = texts.readAll(activity);
        if (values.length === 0) return bucket;
        const counts = bucket ?? new Map<string, number>();
        for (const text of values) counts.set(text, (counts.get(text) ?? 0) + 1);
        return counts;
      },
      join: addAll,
      value: (buckets) => mostFrequentOf(buckets.length === 1 ? buckets[0]! : buckets.reduce(addAll, new Map())),
      // Exact, where topK estimates. Among sorted texts the first whose running number is the largest of all is the one:
      // https://clickhouse.com/docs/sql-reference/functions/array-functions#arrayEnumerateUniq
      sql(condition) {
        const sorted = `arraySort(${texts.sql('groupArray', condition)})`;
        const running = `arrayEnumerateUniq(${sorted})`;
        return `if(empty(${sorted}), NULL, ${sorted}[indexOf(${running}, arrayMax(${running}))])`;
      },
      show: KINDS.text.show,
    });
  },
};
