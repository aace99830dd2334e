// The highest rate that the whole mesh holds: a new mesh for each rate that is tried.
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { schemasDir } from '@tideway/contracts';
import { waitForLagZero, type Workplace } from '@tideway/mesh';
import { versionOf } from '../latency/run.js';
import { measureWindow, type Window } from '../latency/window.js';
import { startMeshUnderLoad, type MeshUnderLoad } from '../load/mesh-under-load.js';
import { delaysOfAll } from '../load/observer.js';
import { POPULATION } from '../load/population.js';
import { keptSchedule, type LoadTimings } from '../load/timings.js';
import { countDefinitions, writeDefinitions, type Written } from '../segments/definitions.js';
import { percentile } from '../statistics.js';
import { reasonsAgainst, type Measured } from './rule.js';
import { searchHeld, type SearchOptions } from './search.js';

export interface HeldOptions extends SearchOptions {
  seconds: number;
  warmUpSeconds: number;
  /** What p99 from event to membership must stay below, in ms. */
  limitMs: number;
  /** So many segments, made for the measurement, instead of those of schemas/. */
  segments?: number;
}

export interface HeldTry extends Omit<Measured, 'lag' | 'differences'> {
  /** Why it was not held; none where it was. */
  reasons: string[];
  /** All groups together, at the begin, middle and end. */
  lag: number[];
  /** Event to membership: of segments' own histogram, and of a consumer where it came to that. */
  commitP99Ms: number;
  consumerP99Ms?: number;
  /** Cores that all processes of the mesh used. */
  cores: number;
}

export interface HeldResult extends HeldOptions {
  /** Events a second; undefined where no rate was held. */
  highest?: number;
  tries: HeldTry[];
  definitions: Written;
  clickhouseVersion: string;
}

const LOOK_EVERY_SECONDS = 2;
const REPORT_EVERY_SECONDS = 5;
const AFTER_SECONDS = 2;
const FINISH_TIMEOUT_MS = 180_000;

export async function runHeld(workplace: Workplace, options: HeldOptions, onProgress: (line: string) => void): Promise<HeldResult> {
  const tries: HeldTry[] = [];
  let clickhouseVersion = '';
  const { env, definitions } = definitionsOf(workplace, options);
  const highest = await searchHeld(async (rate) => {
    const one = await tryRate(workplace, rate, options, env, onProgress);
    clickhouseVersion = one.clickhouseVersion;
    tries.push(one.result);
    onProgress(`${rate} events/s: ${one.result.reasons.length === 0 ? 'held' : `not held: ${one.result.reasons.join('; ')}`}`);
    return one.result.reasons.length === 0;
  }, options);
  return { ...options, ...(highest === undefined ? {} : { highest }), tries, definitions, clickhouseVersion };
}

function definitionsOf(workplace: Workplace, { segments }: HeldOptions): { env: Record<string, string>; definitions: Written } {
  const count = (part: string) => countDefinitions(path.join(schemasDir(), part));
  if (segments === undefined) return { env: {}, definitions: { traits: count('traits'), segments: count('segments') } };
  const folder = path.join(workplace.dir, `schemas-${segments}`);
  return { env: { TIDEWAY_SCHEMAS: folder }, definitions: writeDefinitions(folder, segments, 'nothing') };
}

async function tryRate(workplace: Workplace, eventsPerSecond: number, options: HeldOptions, env: Record<string, string>, onProgress: (line: string) => void): Promise<{ result: HeldTry; clickhouseVersion: string }> {
  const { seconds, warmUpSeconds, limitMs } = options;
  const simulation = { ...POPULATION, events: eventsPerSecond * (warmUpSeconds + seconds + AFTER_SECONDS) };
  const reports: LoadTimings[] = [];
  const order = { simulation, eventsPerSecond, reportEverySeconds: REPORT_EVERY_SECONDS };
  const under = await startMeshUnderLoad(workplace, `held-${eventsPerSecond}`, order, onProgress, (timings) => reports.push(timings), { env });
  try {
    onProgress(`${eventsPerSecond} events/s: warming up for ${warmUpSeconds} s, measuring for ${seconds} s…`);
    await Promise.race([sleep(warmUpSeconds * 1000), under.load.failed]);
    const window = await Promise.race([measureWindow(under, seconds, Math.floor(seconds / LOOK_EVERY_SECONDS)), under.load.failed]);
    const measured: Measured = { eventsPerSecond, takenPerSecond: window.takenPerSecond, lag: window.lag, p99Ms: window.histogram.p99 };
    // What is already clear needs no end of the load, nor of what is left to process; whether it was the generator's fault is told all the same.
    const more = reasonsAgainst(measured, limitMs).length > 0 ? scheduleSoFar(reports) : await afterTheLoad(under, window);
    const all = { ...measured, ...more };
    const { lag, differences: _differences, ...rest } = all;
    const sums = lag.map((look) => Object.values(look).reduce((sum, n) => sum + n, 0));
    return {
      clickhouseVersion: await versionOf(under.clients),
      result: {
        ...rest, reasons: reasonsAgainst(all, limitMs), commitP99Ms: window.histogram.p99,
        lag: [sums[0]!, sums[Math.floor(sums.length / 2)]!, sums.at(-1)!],
        cores: window.processes.filter(({ name }) => !['load', 'bench'].includes(name)).reduce((sum, { cores }) => sum + cores, 0),
      },
    };
  } finally {
    await under.stop();
  }
}

/** The worst of the reports. */
function scheduleSoFar(reports: readonly LoadTimings[]): Pick<Measured, 'behindMs' | 'keptSchedule'> {
  const worst = (pick: (timings: LoadTimings) => number) => Math.max(0, ...reports.map(pick));
  return { behindMs: { p99: worst(({ behind }) => behind.p99), max: worst(({ behind }) => behind.max) }, keptSchedule: reports.every(keptSchedule) };
}

async function afterTheLoad({ clients, load, observer }: MeshUnderLoad, { histogram, since, until }: Window) {
  const { totals, timings: { behind }, keptSchedule: kept } = await load.result;
  await waitForLagZero(clients, FINISH_TIMEOUT_MS, () => undefined);
  const observed = await delaysOfAll(clients, observer.takeBefore(until).filter(({ at }) => at >= since));
  const consumerP99Ms = percentile(observed, 0.99) ?? NaN;
  return { p99Ms: Math.max(histogram.p99, consumerP99Ms), consumerP99Ms, behindMs: behind, keptSchedule: kept, differences: totals.differences };
}
