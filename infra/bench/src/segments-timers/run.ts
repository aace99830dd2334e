// How late profiles are evaluated whose time comes, when very many come within a minute.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Workplace } from '@tideway/mesh';
import { cpuBetween, totalOf, usageOf } from '../processes.js';
import { makeBed, type Bed } from '../segments-start/bed.js';
import { followChanges } from '../segments-start/changes.js';
import { FORGOTTEN_AFTER_MS, SHOPPER } from '../segments-start/people.js';
import { preload } from '../segments-start/preload.js';
import { makeProfiles } from '../segments-start/run.js';
import { Lateness, type LatenessFigures } from './lateness.js';

export interface SegmentsTimersOptions {
  /** Without a timer that comes while it is measured. */
  profiles: number;
  timers: number;
  /** The timers are due evenly over so many seconds. */
  spreadSeconds: number;
}

export interface SegmentsTimersResult extends SegmentsTimersOptions, LatenessFigures {
  /** Cores that the service, and that Kafka, the registry and ClickHouse used while timers were due. */
  cores: number;
  platformCores: number;
  clickhouseVersion: string;
}

/** The service has this long to start; its timers are due after that. */
const START_MS = 45_000;
const AFTER_MS = 60_000;
const POLL_MS = 200;
/** Numbers of the profiles with timers: above those of the others. */
const FIRST_NUMBER = 3_000_000_000;

/** Rejects where a profile has not entered the segment by its time a minute after the last is due. */
export async function runSegmentsTimers(workplace: Workplace, options: SegmentsTimersOptions, onProgress: (line: string) => void): Promise<SegmentsTimersResult> {
  const { profiles, timers, spreadSeconds } = options;
  const bed = await makeBed(workplace, 'segments-timers', onProgress);
  let unfollow = async () => undefined as void;
  try {
    onProgress(`making ${profiles} profiles, and ${timers} with a timer…`);
    await makeProfiles(bed, profiles);
    const first = firstTimer(bed);
    const dueFrom = Date.now() + START_MS + Math.ceil(timers / 10);
    const spreadMs = spreadSeconds * 1000;
    await preload(bed, { of: bed.shopper, from: FIRST_NUMBER, to: FIRST_NUMBER + timers, shift: dueFrom - first, spreadMs });
    const lateness = new Lateness(dueFrom, dueFrom + spreadMs);
    unfollow = await followChanges(bed.clients, (change) => lateness.add(change));
    await bed.startService();
    if (Date.now() > dueFrom) throw new Error(`segments was not ready before the first timer was due: try it with fewer profiles`);
    onProgress(`waiting ${Math.round((dueFrom - Date.now()) / 1000)} s for the first timer, then ${spreadSeconds} s…`);
    await sleep(dueFrom - Date.now());
    const usage = () => usageOf({ ...bed.pids(), ...bed.platformPids() });
    const before = usage();
    for (const deadline = dueFrom + spreadMs + AFTER_MS; lateness.profiles < timers; await sleep(POLL_MS)) {
      if (Date.now() > deadline) throw new Error(`${timers - lateness.profiles} of ${timers} profiles were not evaluated within ${AFTER_MS / 1000} s after their time`);
    }
    const cpu = cpuBetween(before, usage());
    const seconds = (Date.now() - dueFrom) / 1000;
    const cores = cpu.get('segments')! / seconds;
    const figures = lateness.figures();
    onProgress(`segments used ${cpu.get('segments')!.toFixed(1)} CPU-s, the platform ${(totalOf(cpu) - cpu.get('segments')!).toFixed(1)}`);
    onProgress(`evaluated: p50 ${figures.evaluatedMs.p50} ms, p99 ${figures.evaluatedMs.p99} ms, max ${figures.evaluatedMs.max} ms; with a consumer: p50 ${figures.seenMs.p50} ms, p99 ${figures.seenMs.p99} ms, max ${figures.seenMs.max} ms`);
    const [{ version } = { version: '' }] = await bed.clients.rows<{ version: string }>('SELECT version() AS version');
    return { ...options, ...figures, cores, platformCores: totalOf(cpu) / seconds - cores, clickhouseVersion: version };
  } finally {
    await unfollow();
    await bed.stop();
  }
}

/** When (ms) the shopper's timer is due. Rejects where another definition than that of forgotten carts comes first. */
function firstTimer({ shopper: { state } }: Bed): number {
  const left = SHOPPER.at(-1)!.ago;
  const expected = state.evaluated_at + FORGOTTEN_AFTER_MS - left;
  if (state.next_timer_at !== null && Math.abs(state.next_timer_at - expected) < 60_000 && state.next_timer_at > state.evaluated_at) return state.next_timer_at;
  throw new Error(`the shopper of segments-start/people.ts is to be evaluated at ${state.next_timer_at}, not ${expected} when the cart is forgotten: give it activities that no other segment waits for`);
}
