// Days of an ad account as its platform writes them, `2026-11-21`, and the spans of days that a pull asks for.

/** `YYYY-MM-DD` in the account's time zone; compares as text. */
export type Day = string;

/** Days from..to, both included. */
export interface Span {
  from: Day;
  to: Day;
}

const DAY_MS = 86_400_000;

/** The day that it is at `now` (ms) in an IANA time zone. */
export function dayIn(timeZone: string, now: number): Day {
  // Sweden's dates are ISO 8601's.
  return new Intl.DateTimeFormat('sv-SE', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(now);
}

export function addDays(day: Day, days: number): Day {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** `span` in pieces of at most `maxDays` days, the oldest first; none where it is empty. */
export function pieces({ from, to }: Span, maxDays: number): Span[] {
  const spans: Span[] = [];
  for (let start = from; start <= to; start = addDays(start, maxDays)) {
    const end = addDays(start, maxDays - 1);
    spans.push({ from: start, to: end < to ? end : to });
  }
  return spans;
}

/** Every day of `span`, the oldest first. */
export function daysOf(span: Span): Day[] {
  return pieces(span, 1).map(({ from }) => from);
}
