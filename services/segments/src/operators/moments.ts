// The moments at which activities happened, each of them: what conditions on the order of activities look at.
import { millisecondsSql } from '../definitions/fields.js';
import { slidingWindow, type Window } from '../definitions/windows.js';
import { bucketsIn, type Buckets } from '../evaluate/accumulator.js';
import { aggregation } from './traits/operator.js';

/** Of more activities than this, the latest count: what they cost is bounded in the stream and in SQL alike. */
export const MAX_MOMENTS = 100;

/**
 * It has no value of its own: conditions read its buckets, and in SQL an array of milliseconds, the latest up to
 * {now:Int64}, in no order (https://clickhouse.com/docs/sql-reference/aggregate-functions/reference/grouparraysorted).
 */
export const MOMENTS = aggregation<number[]>({
  kind: 'number',
  columns: [],
  add(bucket, { occurred_at }) {
    // Most have a few, and a list that something is pushed onto has room for 16 more.
    if (bucket === undefined) return [occurred_at];
    if (bucket.length < FEW) return bucket.concat(occurred_at);
    bucket.push(occurred_at);
    return bucket;
  },
  join(into, bucket) {
    for (const moment of bucket) into.push(moment);
    return into;
  },
  prune(bucket, now) {
    if (bucket.length <= MAX_MOMENTS) return bucket;
    const past = bucket.filter((moment) => moment <= now).sort(ascending);
    return [...past.slice(-MAX_MOMENTS), ...bucket.filter((moment) => moment > now)];
  },
  value: () => null,
  sql(condition) {
    const moment = millisecondsSql('occurred_at');
    return `arrayMap(moment -> -moment, groupArraySortedIf(${MAX_MOMENTS})(-${moment}, ${condition} AND ${moment} <= {now:Int64}))`;
  },
  show: String,
});

const FEW = 16;
const ascending = (a: number, b: number) => a - b;
const MINUTE = 60_000;
const BUCKETS = 20;

/** The window that keeps moments for at least `lengthMs`: buckets are dropped whole. */
export function momentsWindow(lengthMs: number): Window {
  const bucketMs = Math.ceil(lengthMs / BUCKETS / MINUTE) * MINUTE;
  return slidingWindow(`moments of ${lengthMs} ms`, (Math.ceil(lengthMs / bucketMs) + 1) * bucketMs, bucketMs);
}

/** All moments that are kept, in order. */
export function momentsIn(buckets: Buckets | undefined): number[] {
  const moments: number[] = [];
  for (const bucket of bucketsIn(buckets) as Iterable<number[]>) for (const moment of bucket) moments.push(moment);
  return moments.sort(ascending);
}
