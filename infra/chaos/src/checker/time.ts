// Whether every timer that was due has fired, and whether memberships changed for all the reasons that a run gives them.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clients, MembershipLog, Reason } from '@tideway/mesh';
import { verdict, type Verdict } from './verdict.js';

const DUE_TIMEOUT_MS = 60_000;
const POLL_MS = 300;

/** Waits until no state has a timer that was due by `frozen` (ms): who is still to be evaluated is in no comparison. */
export async function checkTimers(clients: Clients, frozen: number): Promise<Verdict> {
  const begin = Date.now();
  for (let found: Timers | undefined; ; await sleep(POLL_MS)) {
    // A question that is not answered is asked again.
    found = await readTimers(clients, frozen).catch(() => found);
    if (found?.due === 0) return verdict('timers', true, `${found.pending} are pending, none that was due; they were through in ${((Date.now() - begin) / 1_000).toFixed(1)} s`);
    if (Date.now() - begin > DUE_TIMEOUT_MS) return verdict('timers', false, `${found?.due ?? 'nobody knows how many'} profiles were not evaluated when they were due, a minute after it`, { lost: Array.from({ length: found?.due ?? 0 }, () => frozen) });
  }
}

interface Timers {
  due: number;
  pending: number;
}

async function readTimers({ rows }: Clients, now: number): Promise<Timers> {
  const [states] = await rows<Timers>('SELECT countIf(next_timer_at <= fromUnixTimestamp64Milli({now:Int64})) AS due, countIf(next_timer_at IS NOT NULL) AS pending FROM segments.state', { now });
  return { due: Number(states!.due), pending: Number(states!.pending) };
}

/** What moves people in and out in every run. Nobody is erased. */
const EXPECTED: readonly Reason[] = ['activity', 'time', 'consent', 'merge', 'definition'];

/** Of so many profiles that were split, some were in a segment by what others did. */
const ENOUGH_SPLITS = 5;

/** Pure. `splits`: how many profiles were split. */
export function checkReasons({ reasons, changes }: Pick<MembershipLog, 'reasons' | 'changes'>, splits: number): Verdict {
  const expected = splits >= ENOUGH_SPLITS ? [...EXPECTED, 'split' as const] : EXPECTED;
  const missing = expected.filter((reason) => !reasons.has(reason));
  const counts = [...reasons].sort(([, a], [, b]) => b - a).map(([reason, count]) => `${count} by ${reason}`).join(', ');
  return verdict('reasons', missing.length === 0, missing.length === 0 ? `of ${changes} changes, ${counts}` : `nothing changed by ${missing.join(', ')}: what moves people so was not tried${counts ? ` (${counts})` : ''}`);
}
