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

/** A window as a definition writes it. `lengthMs` is Infinity for `all`. */
export interface Window {
  text: string;
  lengthMs: number;
  bucketMs: number;
}

/** Milliseconds of `90s`, `5m`, `24h` or `30d`; undefined for another text. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,6})([smhd])$/.exec(text);
  return match ? Number(match[1]) * UNITS[match[2]!]! : undefined;
}

/** Reads a window (`5m` to `400d`, or `all`). A text that is none gives the sentence that says what to do. */
export function parseWindow(text: string): Window | { problem: string } {
  if (text === 'all') return { text, lengthMs: Infinity, bucketMs: MINUTE };
  const lengthMs = parseDuration(text);
  if (lengthMs === undefined || text.endsWith('s')) {
    return { problem: `window "${text}" is not a length of time: write minutes, hours or days such as 5m, 24h or 30d, or all` };
  }
  if (lengthMs < SHORTEST || lengthMs > LONGEST) {
    return { problem: `window "${text}" is out of range: write a length from 5m to 400d, or all` };
  }
  const bucketMs = sizeFor(lengthMs);
  if (bucketMs !== undefined) return { text, lengthMs, bucketMs };
  return { problem: `window "${text}" cannot be divided into ${MAX_BUCKETS} equal buckets: write ${nextDivisible(text, lengthMs)} instead` };
}

function sizeFor(lengthMs: number): number | undefined {
  return SIZES.find((size) => lengthMs % size === 0 && lengthMs / size <= MAX_BUCKETS);
}

function nextDivisible(text: string, lengthMs: number): string {
  const unit = text.at(-1)!;
  let count = lengthMs / UNITS[unit]!;
  while (sizeFor(count * UNITS[unit]!) === undefined) count += 1;
  return `${count}${unit}`;
}

/** Start of the bucket that a moment is in. Moments are milliseconds since the epoch, never negative (contracts see to it). */
export function bucketOf(window: Window, at: number): number {
  return at - (at % window.bucketMs);
}

/** Whether the bucket that begins at `bucket` is in the window at `now`. */
export function holds(window: Window, bucket: number, now: number): boolean {
  const current = bucketOf(window, now);
  return bucket <= current && bucket > current - window.lengthMs;
}

/**
 * The same as a condition on an activity's time: `at` is an SQL expression in milliseconds, the evaluation
 * time the query parameter {now:Int64}. Compares with constants of the query, so nothing is divided per row.
 */
export function windowSql(window: Window, at: string): string {
  const current = `intDiv({now:Int64}, ${window.bucketMs}) * ${window.bucketMs}`;
  const before = `${at} < ${current} + ${window.bucketMs}`;
  if (window.lengthMs === Infinity) return before;
  // Buckets after current - length begin at current - length + one bucket.
  return `${at} >= ${current} - ${window.lengthMs - window.bucketMs} AND ${before}`;
}
