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

/** What the accumulator's operator knows of a bucket, by the start of the bucket in ms. */
export type Buckets = Map<number, unknown>;

/** Where an accumulator over all time keeps what happened before the last prune, in one. */
const FOLDED = -1;

/** What the window holds at `now`. */
export function heldAt({ window }: Accumulator, buckets: Buckets | undefined, now: number): unknown[] {
  const held: unknown[] = [];
  if (buckets) for (const [start, bucket] of buckets) if (window.holds(start, now)) held.push(bucket);
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
  for (const start of buckets.keys()) window.changes(start, now, changes);
  if (aggregation.passes && operands.length > 0) {
    const [held, coming]: [unknown[], unknown[]] = [[], []];
    for (const [start, bucket] of buckets) {
      if (window.holds(start, now)) held.push(bucket);
      else if (!window.isOver(start, now)) coming.push(bucket);
    }
    for (const time of aggregation.passes(held, coming, operands)) if (time > now) changes.push(time);
  }
  return changes;
}

/** Adds an activity, if the filter lets it through; whether it did. */
export function accumulate({ filter, window, aggregation }: Accumulator, buckets: Buckets | undefined, activity: Parameters<Filter['matches']>[0]): Buckets | undefined {
  if (!filter.matches(activity)) return undefined;
  const start = window.bucketOf(activity.occurred_at);
  const bucket = aggregation.add(buckets?.get(start), activity);
  return bucket === undefined ? undefined : (buckets ?? new Map()).set(start, bucket);
}

/** Adds what other buckets hold. */
export function joinBuckets({ aggregation }: Accumulator, into: Buckets, other: Buckets): void {
  for (const [start, bucket] of other) into.set(start, into.has(start) ? aggregation.join(into.get(start), bucket) : bucket);
}

/** Drops what no evaluation at `now` or later can reach, and folds what every one holds. */
export function pruneBuckets({ window, aggregation }: Accumulator, buckets: Buckets, now: number): void {
  for (const [start, bucket] of buckets) {
    if (window.isOver(start, now)) {
      buckets.delete(start);
    } else if (start !== FOLDED && window.isForGood(start, now)) {
      buckets.delete(start);
      buckets.set(FOLDED, buckets.has(FOLDED) ? aggregation.join(buckets.get(FOLDED), bucket) : bucket);
    } else if (aggregation.prune) {
      buckets.set(start, aggregation.prune(bucket, now));
    }
  }
}
