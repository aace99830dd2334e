// When a rate counts as held, and by how much it was missed.
import { MOST_BEHIND_MS } from '../load/timings.js';
import { byThirds, lagGrows } from '../trend.js';

/** Of the rate, that the services must have taken in. */
export const LEAST_SHARE = 0.98;

/** What was measured at a rate. */
export interface Measured {
  eventsPerSecond: number;
  takenPerSecond: number;
  /** Records that are not processed yet, by group, over the measured time. */
  lag: Record<string, number>[];
  /** Event to membership, the slower of commit and consumer, as far as it was measured. NaN: no membership changed. */
  p99Ms: number;
  /** How far the generator was behind; undefined before the load has ended. */
  behindMs?: { p99: number; max: number };
  keptSchedule?: boolean;
  /** Answers that were not as they must be. */
  differences?: string[];
}

/** Why the rate was not held, for people; none where it was. `limitMs`: what p99 must stay below. */
export function reasonsAgainst(measured: Measured, limitMs: number): string[] {
  const { eventsPerSecond, takenPerSecond, lag, p99Ms, behindMs, keptSchedule = true, differences = [] } = measured;
  const reasons: string[] = [];
  if (takenPerSecond < eventsPerSecond * LEAST_SHARE) reasons.push(`took in ${((takenPerSecond / eventsPerSecond) * 100).toFixed(1)} %`);
  for (const group of Object.keys(lag[0] ?? {})) {
    const change = byThirds(lag.map((look) => look[group] ?? 0));
    if (lagGrows(change, eventsPerSecond)) reasons.push(`lag of ${group} grew from ${Math.round(change.before)} to ${Math.round(change.after)}`);
  }
  if (!(p99Ms < limitMs)) reasons.push(Number.isNaN(p99Ms) ? 'no membership changed' : `p99 ${Math.round(p99Ms)} ms`);
  if (!keptSchedule && behindMs) reasons.push(`the generator was behind (p99 ${Math.round(behindMs.p99)}, max ${Math.round(behindMs.max)} ms; at most ${MOST_BEHIND_MS.p99}, ${MOST_BEHIND_MS.max}): does not count`);
  if (differences.length > 0) reasons.push(`${differences.length} answers not as expected: ${differences[0]}`);
  return reasons;
}
