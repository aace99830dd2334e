// Windows of time and the buckets that they are counted in: the same arithmetic for the stream and for SQL.
//
// An activity belongs to the bucket that begins at floor(occurred_at / size) * size. At time T a window of
// length W holds the buckets that begin after floor(T / size) * size - W, up to the one that T is in. So what
// is in a window changes at bucket edges only, a window is never longer than it says and at most one bucket
// shorter, and an activity dated into the future counts from the moment its bucket begins.

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const UNITS: Record<string, number> = { s: SECOND, m: MINUTE, h: HOUR, d: DAY };

/** Sizes of buckets, in ms: a window takes the smallest that divides it into at most MAX_BUCKETS. */
const SIZES = [
  MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE,
  HOUR, 2 * HOUR, 3 * HOUR, 4 * HOUR, 6 * HOUR, 8 * HOUR, 12 * HOUR,
  DAY, 2 * DAY, 3 * DAY, 4 * DAY, 5 * DAY,
];
const MAX_BUCKETS = 100;
const [SHORTEST, LONGEST] = [5 * MINUTE, 400 * DAY];

/**
 * A window as a definition writes it. Moments are milliseconds since the epoch, never negative (contracts see to it);
 * a bucket is named by its start.
 */
export interface Window {
  text: string;
  bucketOf(at: number): number;
  /** Whether the bucket is in the window at `now`. */
  holds(bucket: number, now: number): boolean;
  /** Adds the times after `now` at which the bucket enters or leaves the window. */
  changes(bucket: number, now: number, into: number[]): void;
  /** How long (ms) after an activity's moment the window may still change by it; Infinity where that cannot be told. */
  reachMs: number;
  /** Buckets that a profile has of it at most, but for what is dated into the future. */
  buckets: number;
  /** Whether no time at or after `now` has the bucket in the window. */
  isOver(bucket: number, now: number): boolean;
  /** Whether what is in it now can only leave: nothing that has happened comes in later. */
  onlyLoses: boolean;
  /** Whether every time at or after `now` has it. */
  isForGood(bucket: number, now: number): boolean;
  /**
   * The same as a condition on an activity's time: `at` is an SQL expression in milliseconds, the evaluation time the
   * query parameter {now:Int64}. Compares with constants of the query, so nothing is divided per row.
   */
  sql(at: string): string;
}

/** Milliseconds of `90s`, `5m`, `24h` or `30d`; undefined for another text. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,6})([smhd])$/.exec(text);
  return match ? Number(match[1]) * UNITS[match[2]!]! : undefined;
}

/** Reads a window (`5m` to `400d`, or `all`). A text that is none gives the sentence that says what to do. */
export function parseWindow(text: string): Window | { problem: string } {
  if (text === 'all') return allTime;
  const lengthMs = parseDuration(text);
  if (lengthMs === undefined || text.endsWith('s')) {
    return { problem: `window "${text}" is not a length of time: write minutes, hours or days such as 5m, 24h or 30d, all, or a period of the calendar such as this_month` };
  }
  if (lengthMs < SHORTEST || lengthMs > LONGEST) {
    return { problem: `window "${text}" is out of range: write a length from 5m to 400d, or all` };
  }
  const bucketMs = sizeFor(lengthMs);
  if (bucketMs !== undefined) return slidingWindow(text, lengthMs, bucketMs);
  return { problem: `window "${text}" cannot be divided into ${MAX_BUCKETS} equal buckets: write ${nextDivisible(text, lengthMs)} instead` };
}

export interface SlidingWindow extends Window {
  lengthMs: number;
  bucketMs: number;
}

/** A window of `lengthMs`, a multiple of `bucketMs`, that moves on by a bucket at a time. */
export function slidingWindow(text: string, lengthMs: number, bucketMs: number): SlidingWindow {
  const bucketOf = (at: number) => at - (at % bucketMs);
  return {
    text,
    lengthMs,
    bucketMs,
    reachMs: lengthMs + bucketMs,
    buckets: lengthMs / bucketMs,
    onlyLoses: true,
    bucketOf,
    holds(bucket, now) {
      const current = bucketOf(now);
      return bucket <= current && bucket > current - lengthMs;
    },
    changes(bucket, now, into) {
      const current = bucketOf(now);
      if (bucket > current) into.push(bucket);
      if (bucket + lengthMs > current) into.push(bucket + lengthMs);
    },
    isOver: (bucket, now) => bucket + lengthMs <= bucketOf(now),
    isForGood: () => false,
    sql(at) {
      const current = `intDiv({now:Int64}, ${bucketMs}) * ${bucketMs}`;
      // Buckets after current - length begin at current - length + one bucket.
      return `${at} >= ${current} - ${lengthMs - bucketMs} AND ${at} < ${current} + ${bucketMs}`;
    },
  };
}

const minuteOf = (at: number) => at - (at % MINUTE);

/** Everything up to the current minute: nothing leaves. */
const allTime: Window = {
  text: 'all',
  reachMs: MINUTE,
  // What is over for good is one.
  buckets: 2,
  onlyLoses: true,
  bucketOf: minuteOf,
  holds: (bucket, now) => bucket <= minuteOf(now),
  changes(bucket, now, into) {
    if (bucket > minuteOf(now)) into.push(bucket);
  },
  isOver: () => false,
  isForGood: (bucket, now) => bucket <= minuteOf(now),
  sql: (at) => `${at} < intDiv({now:Int64}, ${MINUTE}) * ${MINUTE} + ${MINUTE}`,
};

function sizeFor(lengthMs: number): number | undefined {
  return SIZES.find((size) => lengthMs % size === 0 && lengthMs / size <= MAX_BUCKETS);
}

function nextDivisible(text: string, lengthMs: number): string {
  const unit = text.at(-1)!;
  let count = lengthMs / UNITS[unit]!;
  while (sizeFor(count * UNITS[unit]!) === undefined) count += 1;
  return `${count}${unit}`;
}
