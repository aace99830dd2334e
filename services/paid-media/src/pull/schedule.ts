// When an account is pulled, and which days are asked for: pure, so that its rules are tested alone.
import { addDays, type Day, type Span } from './days.js';

/** How far an account has got; kept in Kafka. */
export interface Cursor {
  /** Every day from `since` to this one was fetched on this day or later, and acknowledged by Kafka. */
  day: Day;
  /** First day that was ever asked for. */
  since: Day;
  /** Time (ms) at which the last run that reached its end began; absent until the first one has. */
  ranAt?: number;
}

export interface Plan {
  intervalMs: number;
  /** So many days before the cursor's are fetched again: late conversions restate theirs. */
  lookbackDays: number;
  /** First day to fetch; without one, history begins `lookbackDays` before the first run. */
  since?: Day | undefined;
}

/** How a run ended: at its end, refused by the platform, or for lack of an answer. */
export type RunOutcome = 'done' | 'refused' | 'failed';

/** A failed run is tried again no later than this, whatever its account's interval. */
const RETRY_AT_MOST_MS = 15 * 60_000;

/**
 * The days that a run asks for. What was fetched on the cursor's day may have been restated since for `lookbackDays`
 * before that day, however long the service was off meanwhile. A `since` that was moved back makes everything be fetched again.
 */
export function spanOf(cursor: Cursor | undefined, plan: Plan, today: Day): Span {
  const first = plan.since ?? cursor?.since ?? addDays(today, -plan.lookbackDays);
  if (!cursor || first < cursor.since) return { from: first < today ? first : today, to: today };
  const again = addDays(cursor.day < today ? cursor.day : today, -plan.lookbackDays);
  return { from: again > first ? again : first < today ? first : today, to: today };
}

/** The cursor once `piece` of a run's `span` is acknowledged; it never goes back, but for a `since` that was moved back. */
export function advanced(cursor: Cursor | undefined, span: Span, piece: Span, ranAt?: number): Cursor {
  const since = cursor && cursor.since < span.from ? cursor.since : span.from;
  const day = cursor && cursor.since === since && cursor.day > piece.to ? cursor.day : piece.to;
  const at = ranAt ?? cursor?.ranAt;
  return { day, since, ...(at === undefined ? {} : { ranAt: at }) };
}

/** When (ms) an account is to run that a process has just taken over: at once, or an interval after its last run. */
export function firstRunAt(cursor: Cursor | undefined, plan: Plan, now: number): number {
  return cursor?.ranAt === undefined ? now : Math.min(cursor.ranAt + plan.intervalMs, now + plan.intervalMs);
}

/** When (ms) the next run is, after one that began at `ranAt` and has ended at `now`. */
export function nextRunAt(ranAt: number, outcome: RunOutcome, plan: Plan, now: number): number {
  if (outcome === 'failed') return now + Math.min(plan.intervalMs, RETRY_AT_MOST_MS);
  return Math.max(now, ranAt + plan.intervalMs);
}
