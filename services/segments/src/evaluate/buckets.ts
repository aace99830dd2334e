// What a profile's state holds of one trait: a bucket per stretch of time, and what changes as time goes by.
import type { Trait } from '../definitions/trait.js';
import { bucketOf, holds } from '../definitions/windows.js';
import type { Test } from '../operators/comparisons.js';
import type { TraitValue } from '../operators/traits/operator.js';

/** What the trait's operator knows of a bucket, by the start of the bucket in ms. */
export type Buckets = Map<number, unknown>;

/** Where a trait over all time keeps what happened before the last prune, in one. */
const FOLDED = -1;

/** The value at `now`. */
export function valueAt({ window, aggregation }: Trait, buckets: Buckets | undefined, now: number): TraitValue {
  const held: unknown[] = [];
  if (buckets) for (const [start, bucket] of buckets) if (holds(window, start, now)) held.push(bucket);
  return aggregation.value(held);
}

/** The times after `now` at which buckets enter or leave the window, in no order; some may come twice. */
export function changesAfter({ window }: Trait, buckets: Buckets | undefined, now: number): number[] {
  const changes: number[] = [];
  if (!buckets) return changes;
  const current = bucketOf(window, now);
  for (const start of buckets.keys()) {
    if (start > current) changes.push(start);
    // Of a window without end, nothing leaves.
    if (window.lengthMs !== Infinity && start + window.lengthMs > current) changes.push(start + window.lengthMs);
  }
  return changes;
}

/** Looking further ahead costs more than the early evaluation that it may save. */
const MAX_STEPS = 16;

/**
 * The first time after `now` at which time alone changes the outcome of a test, or a time before it (after
 * 16 changes of the value that do not matter); Infinity where it never does.
 */
export function nextFlip(trait: Trait, buckets: Buckets | undefined, test: Test, now: number, value: TraitValue): number {
  const changes = changesAfter(trait, buckets, now).sort((a, b) => a - b);
  const outcome = test.holds(value);
  for (const [step, time] of changes.entries()) {
    if (step === MAX_STEPS || test.holds(valueAt(trait, buckets, time)) !== outcome) return time;
  }
  return Infinity;
}

/** Drops what no evaluation at `now` or later can reach, and folds what every one holds. */
export function prune({ window, aggregation }: Trait, buckets: Buckets, now: number): void {
  const current = bucketOf(window, now);
  for (const [start, bucket] of buckets) {
    if (window.lengthMs !== Infinity) {
      if (start + window.lengthMs <= current) buckets.delete(start);
    } else if (start !== FOLDED && start <= current) {
      buckets.delete(start);
      buckets.set(FOLDED, buckets.has(FOLDED) ? aggregation.join(buckets.get(FOLDED), bucket) : bucket);
    }
  }
}
