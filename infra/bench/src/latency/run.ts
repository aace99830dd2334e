// One run: the whole mesh, events at one rate, a time to warm up and one that is measured.
import { setTimeout as sleep } from 'node:timers/promises';
import { waitForLagZero, type Workplace } from '@tideway/mesh';
import { startMeshUnderLoad, type Beforehand } from '../load/mesh-under-load.js';
import { delaysOfAll } from '../load/observer.js';
import { POPULATION } from '../load/population.js';
import type { LoadTimings } from '../load/timings.js';
import { percentile } from '../statistics.js';
import { measureWindow, sumOf, type Percentiles, type Window } from './window.js';

export interface LatencyOptions {
  eventsPerSecond: number;
  seconds: number;
  warmUpSeconds: number;
}

export interface LatencyResult extends LatencyOptions, Pick<Window, 'histogram' | 'takenPerSecond' | 'processes'> {
  /** From receipt to arrival at a consumer of segments.memberships.v1. */
  observed: Percentiles & { max: number };
  /** Of the load's HTTP requests, from the moment at which they were sent; none of the warm-up. */
  answerMs: { p50: number; p99: number };
  /** The same from the moment at which they were due, and how far the generator was behind; results of earlier versions have none. */
  timings?: LoadTimings;
  /** False where the generator did not make the load that it was asked for: the run does not count. */
  keptSchedule?: boolean;
  /** Records that are not processed yet, all groups together: at the begin, middle and end of the measured time. */
  lag: number[];
  /** From the end of the load until nothing was left. */
  catchUpSeconds: number;
  /** Answers that were not as they must be. */
  differences: string[];
  clickhouseVersion: string;
}

/** The load goes on for longer than is measured, so that its end is not. */
const AFTER_SECONDS = 5;
const FINISH_TIMEOUT_MS = 180_000;

/** Measures at one rate. Rejects where an event is missing at the end, or a process died. */
export async function runLatency(workplace: Workplace, options: LatencyOptions, onProgress: (line: string) => void, beforehand: Beforehand = {}): Promise<LatencyResult> {
  const { eventsPerSecond, seconds, warmUpSeconds } = options;
  const simulation = { ...POPULATION, events: eventsPerSecond * (warmUpSeconds + seconds + AFTER_SECONDS) };
  const under = await startMeshUnderLoad(workplace, `mesh-${eventsPerSecond}`, { simulation, eventsPerSecond, timedAfterSeconds: warmUpSeconds }, onProgress, undefined, beforehand);
  const { clients, load, observer } = under;
  try {
    onProgress(`${eventsPerSecond} events/s: warming up for ${warmUpSeconds} s…`);
    // A load that ends before its time has failed: that is reported at once.
    await Promise.race([sleep(warmUpSeconds * 1000), load.failed]);
    onProgress(`${eventsPerSecond} events/s: measuring for ${seconds} s…`);
    const window = await Promise.race([measureWindow(under, seconds, 1), load.failed]);
    const { totals, timings, keptSchedule } = await load.result;
    const sentAt = performance.now();
    onProgress(`${eventsPerSecond} events/s: waiting until everything is processed…`);
    await waitForLagZero(clients, FINISH_TIMEOUT_MS, () => undefined);
    const catchUpSeconds = (performance.now() - sentAt) / 1000;
    const observed = await delaysOfAll(clients, observer.takeBefore(window.until).filter(({ at }) => at >= window.since));
    const { histogram, takenPerSecond, lag, processes } = window;
    return {
      ...options, histogram, takenPerSecond, lag: lag.map(sumOf), processes, answerMs: timings.fromSend, timings, keptSchedule, catchUpSeconds,
      differences: totals.differences, clickhouseVersion: await versionOf(clients), observed: spreadOf(observed),
    };
  } finally {
    await under.stop();
  }
}

/** Percentiles of single measurements, in milliseconds; NaN for none. */
export function spreadOf(ms: readonly number[]): Percentiles & { max: number } {
  return { p50: percentile(ms, 0.5) ?? NaN, p99: percentile(ms, 0.99) ?? NaN, max: percentile(ms, 1) ?? NaN, count: ms.length };
}

/** ClickHouse's own answer. */
export async function versionOf({ rows }: { rows<T>(query: string): Promise<T[]> }): Promise<string> {
  const [version] = await rows<{ version: string }>('SELECT version() AS version');
  return version!.version;
}
