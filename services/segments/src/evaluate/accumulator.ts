// What a profile's state keeps of the activities that a filter lets through: a bucket per stretch of time.
import { millisecondsSql } from '../definitions/fields.js';
import type { Filter } from '../definitions/filter.js';
import type { Window } from '../definitions/windows.js';
import type { Rank } from './ranks.js';
import type { Aggregation, TraitValue } from '../operators/traits/operator.js';

export interface Accumulator {
  /** Position among the definitions' accumulators: its place in a state. */
  index: number;
  /** Its column in queries, unquoted. */
  name: string;
  /** Says all that it means: equal accumulators have equal keys, from one set of definitions to the next. */
  key: string;
  filter: Filter;
  window: Window;
  aggregation: Aggregation<unknown>;
}

/** Names the column of an accumulator in a query. */
export type ColumnOf = (accumulator: Accumulator) => string;

/** The accumulators of all definitions, and the ranks over them. What is asked for twice is kept once. */
export class Accumulators {
  readonly all: Accumulator[] = [];
  /** By id. */
  readonly ranks = new Map<string, Rank>();
  readonly #byKey = new Map<string, Accumulator>();

  add(name: string, filter: Filter, window: Window, aggregation: Aggregation<unknown>): Accumulator {
    // The SQL says what it holds at a time; the window's text, how long a state keeps it.
    const key = `${window.text}\n${accumulatorSql({ filter, window, aggregation })}`;
    const known = this.#byKey.get(key);
    if (known) return known;
    const accumulator = { index: this.all.length, name, key, filter, window, aggregation };
    this.#byKey.set(key, accumulator);
    this.all.push(accumulator);
    return accumulator;
  }
}

/** Its value over a profile's rows, as an aggregate expression at {now:Int64}. */
export function accumulatorSql({ aggregation, filter, window }: Pick<Accumulator, 'aggregation' | 'filter' | 'window'>): string {
  return aggregation.sql(`${filter.sql} AND ${window.sql(millisecondsSql('occurred_at'))}`);
}

/**
 * What the accumulator's operator knows of buckets: the start of each, in seconds since the epoch, and what it knows of that, in
 * turn, in the order of time. Profiles have dozens of these, most of them with a few buckets: a list that is no longer than it has
 * to be takes 64 bytes and 16 for each bucket, and seconds none of their own, where a Map by milliseconds takes 200 and 70. To be
 * changed only by the functions below, which may give another list.
 */
export type Buckets = readonly unknown[];

const SECOND = 1_000;
/** A list that something is added to has room for 16 more and half as many again, which is much where there is little. */
const FEW = 64;
/** Where an accumulator over all time keeps what happened before the last prune, in one. */
const FOLDED = -SECOND;

const startAt = (buckets: Buckets, place: number): number => (buckets[place] as number) * SECOND;

/** Where the bucket that begins at `start` (ms) stands, or would have to. */
function placeOf(buckets: Buckets, start: number): number {
  let [low, high] = [0, buckets.length];
  // Most come in the order of time.
  if (high > 0 && startAt(buckets, high - 2) < start) return high;
  while (low < high) {
    const middle = ((low + high) >> 2) * 2;
    if (startAt(buckets, middle) < start) low = middle + 2;
    else high = middle;
  }
  return low;
}

const isAt = (buckets: Buckets, place: number, start: number): boolean => place < buckets.length && startAt(buckets, place) === start;

/** With another bucket in place of the one that begins at `start` (ms), or that too. */
function withBucket(buckets: Buckets, place: number, start: number, bucket: unknown): Buckets {
  const list = buckets as unknown[];
  if (isAt(list, place, start)) list[place + 1] = bucket;
  else if (list.length < FEW) return list.toSpliced(place, 0, start / SECOND, bucket);
  else list.splice(place, 0, start / SECOND, bucket);
  return list;
}

/** What is known of all buckets. */
export function* bucketsIn(buckets: Buckets | undefined): Iterable<unknown> {
  if (buckets) for (let place = 1; place < buckets.length; place += 2) yield buckets[place];
}

/** What the window holds at `now`. */
export function heldAt({ window }: Accumulator, buckets: Buckets | undefined, now: number): unknown[] {
  const held: unknown[] = [];
  if (buckets) for (let place = 0; place < buckets.length; place += 2) if (window.holds(startAt(buckets, place), now)) held.push(buckets[place + 1]);
  return held;
}

/** The value at `now`. */
export function valueAt(accumulator: Accumulator, buckets: Buckets | undefined, now: number): TraitValue {
  return accumulator.aggregation.value(heldAt(accumulator, buckets, now), now);
}

/** The times after `now` at which the value may change by time alone, in no order; some may come twice. */
export function changesAfter({ window, aggregation }: Accumulator, buckets: Buckets | undefined, now: number, operands: readonly TraitValue[]): number[] {
  const changes: number[] = [];
  if (!buckets) return changes;
  for (let place = 0; place < buckets.length; place += 2) window.changes(startAt(buckets, place), now, changes);
  if (aggregation.passes && operands.length > 0) {
    const [held, coming]: [unknown[], unknown[]] = [[], []];
    for (let place = 0; place < buckets.length; place += 2) {
      const start = startAt(buckets, place);
      if (window.holds(start, now)) held.push(buckets[place + 1]);
      else if (!window.isOver(start, now)) coming.push(buckets[place + 1]);
    }
    for (const time of aggregation.passes(held, coming, operands)) if (time > now) changes.push(time);
  }
  return changes;
}

/** The buckets with an activity added; undefined where the filter does not let it through. */
export function accumulate({ filter, window, aggregation }: Accumulator, buckets: Buckets = [], activity: Parameters<Filter['matches']>[0]): Buckets | undefined {
  if (!filter.matches(activity)) return undefined;
  const start = window.bucketOf(activity.occurred_at);
  const place = placeOf(buckets, start);
  const bucket = aggregation.add(isAt(buckets, place, start) ? buckets[place + 1] : undefined, activity);
  return bucket === undefined ? undefined : withBucket(buckets, place, start, bucket);
}

/** The buckets with what others hold. */
export function joinBuckets({ aggregation }: Accumulator, into: Buckets, other: Buckets): Buckets {
  let joined = into;
  for (let from = 0; from < other.length; from += 2) {
    const start = startAt(other, from);
    const place = placeOf(joined, start);
    const bucket = other[from + 1];
    joined = withBucket(joined, place, start, isAt(joined, place, start) ? aggregation.join(joined[place + 1], bucket) : bucket);
  }
  return joined;
}

/** The buckets without what no evaluation at `now` or later can reach, and with what every one holds in one. */
export function pruneBuckets({ window, aggregation }: Accumulator, buckets: Buckets, now: number): Buckets {
  const pruned = (bucket: unknown) => (aggregation.prune ? aggregation.prune(bucket, now) : bucket);
  const kept: unknown[] = [];
  let folded: unknown;
  for (let place = 0; place < buckets.length; place += 2) {
    const [start, bucket] = [startAt(buckets, place), buckets[place + 1]];
    if (window.isOver(start, now)) continue;
    if (!window.isForGood(start, now)) kept.push(buckets[place], pruned(bucket));
    else folded = folded === undefined ? bucket : aggregation.join(folded, bucket);
  }
  if (folded !== undefined) kept.unshift(FOLDED / SECOND, pruned(folded));
  // As long as before, it has the same buckets. Else a copy, as a list that grew has room for more.
  if (kept.length !== buckets.length) return kept.slice();
  for (let place = 1; place < kept.length; place += 2) (buckets as unknown[])[place] = kept[place];
  return buckets;
}
