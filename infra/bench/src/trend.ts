// Whether something grows over time: medians of two spans against each other, and the slope of a straight line.
import { median } from './statistics.js';

/** A share of a list, from and to as fractions of its length; never empty for a list that is not. */
export function span<T>(values: readonly T[], from: number, to: number): T[] {
  const begin = Math.min(values.length - 1, Math.floor(values.length * from));
  return values.slice(begin, Math.max(begin + 1, Math.floor(values.length * to)));
}

export interface Change {
  /** Medians of the two spans. */
  before: number;
  after: number;
}

/** The first third against the last: for a window that begins after a warm-up. Throws a RangeError for no values. */
export const byThirds = (values: readonly number[]): Change => ({ before: median(span(values, 0, 1 / 3)), after: median(span(values, 2 / 3, 1)) });

/** The second sixth against the last: the first sixth is the warm-up. Throws a RangeError for no values. */
export const bySixths = (values: readonly number[]): Change => ({ before: median(span(values, 1 / 6, 2 / 6)), after: median(span(values, 5 / 6, 1)) });

/** Least-squares slope of values over their times, in values for each unit of time; 0 for fewer than two times. */
export function slope(times: readonly number[], values: readonly number[]): number {
  const mean = (list: readonly number[]) => list.reduce((sum, value) => sum + value, 0) / list.length;
  const [meanTime, meanValue] = [mean(times), mean(values)];
  const spread = times.reduce((sum, time) => sum + (time - meanTime) ** 2, 0);
  if (!(spread > 0)) return 0;
  return times.reduce((sum, time, i) => sum + (time - meanTime) * (values[i]! - meanValue), 0) / spread;
}

/**
 * Whether a group's lag grows: its median rises by more than a second's worth of events. Less is the swing of batches and
 * transactions; over a third of a minute to the last third of it, more would be a fortieth of the rate that is never caught up with.
 */
export const lagGrows = ({ before, after }: Change, eventsPerSecond: number): boolean => after - before > eventsPerSecond;
