// `most_frequent`: the text that most activities, or most of their items, have; of several the one that sorts first; else no value.
import { z } from 'zod';
import { KINDS } from '../../definitions/kinds.js';
import { aggregation, type TraitOperator } from './operator.js';
import { textsOf } from './texts.js';

/** How often each text occurs: a list of text and count, in turn, where there are few, as most often. A map of one takes three times as much. */
type Counts = (string | number)[] | Map<string, number>;
const FEW = 8;

function* entriesOf(counts: Counts): Iterable<[string, number]> {
  if (counts instanceof Map) yield* counts;
  else for (let place = 0; place < counts.length; place += 2) yield [counts[place] as string, counts[place + 1] as number];
}

function withMore(counts: Counts, text: string, more: number): Counts {
  if (counts instanceof Map) return counts.set(text, (counts.get(text) ?? 0) + more);
  const place = counts.indexOf(text);
  if (place < 0) return counts.length < 2 * FEW ? counts.concat(text, more) : new Map(entriesOf(counts)).set(text, more);
  (counts[place + 1] as number) += more;
  return counts;
}

function addAll(into: Counts, counts: Counts): Counts {
  let all = into;
  for (const [text, count] of entriesOf(counts)) all = withMore(all, text, count);
  return all;
}

// ClickHouse sorts texts by their bytes in UTF-8, JavaScript by UTF-16. Ties are rare enough to turn them into bytes.
function sortsBefore(a: string, b: string): boolean {
  return Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0;
}

function mostFrequentOf(counts: Counts): string | null {
  let [found, most]: [string | null, number] = [null, 0];
  for (const [text, count] of entriesOf(counts)) {
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
        let counts = bucket ?? [];
        for (const text of values) counts = withMore(counts, text, 1);
        return counts;
      },
      join: addAll,
      value: (buckets) => mostFrequentOf(buckets.length === 1 ? buckets[0]! : buckets.reduce(addAll, new Map<string, number>())),
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
