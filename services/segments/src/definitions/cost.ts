// What definitions cost while they run, as far as it can be told from them alone: what is beyond its bounds is refused
// before it runs, in files and in the API alike.
import type { Accumulator } from '../evaluate/accumulator.js';
import type { Condition } from '../operators/conditions/operator.js';
import type { SourceFile } from './source.js';

/**
 * Characters of a segment's conditions as SQL: half of what ClickHouse reads of a query by default
 * (https://clickhouse.com/docs/operations/settings/settings#max_query_size). Some 600 comparisons; a segment that is longer
 * names others that name others again and again.
 */
export const MAX_SQL = 100_000;

/**
 * How many traits and steps may look at one type of activity, those of a product's every type among them: each activity is
 * compared with the filter of each, at about a microsecond. With more, the work per activity is above a millisecond, and a partition is slower than
 * what a shop sends it.
 */
const MAX_PER_TYPE = 1_000;

/**
 * Buckets of all windows that one person may fill: at about 100 bytes each, 20 MB. A window has at most 100 of them, one of
 * the calendar a day each. Few people fill many; who does must still fit into memory, and come to another instance when profiles merge.
 */
const MAX_BUCKETS = 200_000;

/** Whether a segment has more conditions than it may. */
export function isTooLong(condition: Condition): boolean {
  return condition.sql({ of: ({ name }) => name, value: ({ name }) => name, consent: ({ purpose }) => purpose }).length > MAX_SQL;
}

/** A definition, what it keeps of every person's activities, and the key of the file that says so. */
export interface Costly {
  source: SourceFile;
  keeps: readonly Accumulator[];
  key: string;
}

/** Reports the first definition by which all of them together, in this order, come to cost too much. What several keep counts once. */
export function reportCost(definitions: readonly Costly[]): void {
  const known = new Set<Accumulator>();
  const perType = new Map<string, number>();
  let buckets = 0;
  for (const { source, keeps, key } of definitions) {
    for (const accumulator of keeps) {
      if (known.has(accumulator)) continue;
      known.add(accumulator);
      const { filter: { types, product }, window } = accumulator;
      for (const type of types ?? [product!]) perType.set(type, (perType.get(type) ?? 0) + 1);
      buckets += window.buckets;
      const full = (types ?? [product!]).find((type) => perType.get(type)! > MAX_PER_TYPE);
      if (full !== undefined) return source.report([key], `it is too costly: with it, more than ${MAX_PER_TYPE} traits and steps look at every "${full}": leave some out, or let several share one \`over\` and \`window\`, which are kept once`);
      if (buckets > MAX_BUCKETS) return source.report([key], `it is too costly: with it, the windows of all definitions have more than ${MAX_BUCKETS} buckets for each person: take shorter windows of the calendar, or fewer different ones`);
    }
  }
}
