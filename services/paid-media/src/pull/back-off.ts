// How long to wait before a platform is asked again: exponential with full jitter, and never less than it says itself.

const FIRST_MS = 1_000;
const LONGEST_MS = 5 * 60_000;

/**
 * Milliseconds that a Retry-After header asks for, in seconds or as an HTTP date; undefined where it asks for nothing.
 * Source: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export function retryAfterMs(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  if (/^\s*\d{1,9}\s*$/.test(header)) return Number(header) * 1_000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/**
 * Milliseconds to wait after the `attempt`th failure, from 0: any time up to a bound that doubles, so that many accounts
 * do not come back together (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/); on top of
 * `leastMs`, which the platform asked for. `random` is from 0 to 1.
 */
export function waitMs(attempt: number, leastMs: number, random: number): number {
  return Math.round(leastMs + random * Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt));
}
