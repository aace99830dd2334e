// One run of one account: the days that are due, piece by piece, each acknowledged by Kafka before the cursor moves.
import type { OutcomeItem } from '@tideway/kafka';
import { addDays, dayIn, pieces, type Day, type Span } from './days.js';
import { advanced, spanOf, type Cursor, type Plan } from './schedule.js';

/** How one account is asked for its reports. */
export interface AccountReports {
  /** Most days that one request may span. */
  maxDays: number;
  /**
   * Gives all rows of these days to `handOver`, an answer at a time, and waits for each; what is never restated need be
   * given from the day `fresh` on only. Rejects as Asker does.
   */
  fetch(days: Span, fresh: Day, handOver: HandOver): Promise<void>;
}

/** Resolves when Kafka has acknowledged the rows. */
export type HandOver = (items: OutcomeItem[]) => Promise<void>;

export interface RunParts {
  plan: Plan;
  /** Of the account's days; UTC where it is not known. */
  timezone: string | undefined;
  cursor: Cursor | undefined;
  /** Time (ms) at which the run began. */
  now: number;
  reports: AccountReports;
  handOver: HandOver;
  /** Resolves when Kafka has acknowledged the cursor. */
  moveTo(cursor: Cursor): Promise<void>;
}

/** Resolves with the days that were fetched. What was acknowledged before a rejection stays so, and need not be fetched again. */
export async function runAccount({ plan, timezone, cursor, now, reports, handOver, moveTo }: RunParts): Promise<Span> {
  const span = spanOf(cursor, plan, dayIn(timezone ?? 'UTC', now));
  // The cursor's own day may not have been over when it was fetched.
  const fresh = cursor && cursor.since <= span.from ? addDays(cursor.day, -1) : span.from;
  let reached = cursor;
  for (const piece of pieces(span, reports.maxDays)) {
    await reports.fetch(piece, fresh, handOver);
    reached = advanced(reached, span, piece, piece.to === span.to ? now : undefined);
    await moveTo(reached);
  }
  return span;
}
