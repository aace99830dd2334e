// One run: the whole mesh, events at one rate, a time to warm up and one that is measured.
import { fork } from 'node:child_process';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, lagByGroup, quantile, scrape, startMesh, sumBy, waitForLagZero, type Clients, type Mesh, type Sample, type Workplace } from '@tideway/mesh';
import { cpuBetween, usageOf, type Usage } from '../processes.js';
import { percentile } from '../statistics.js';
import type { LoadOrder, LoadResult } from './load.js';
import { delays, observeMemberships } from './observer.js';

export interface LatencyOptions {
  eventsPerSecond: number;
  seconds: number;
  warmUpSeconds: number;
}

/** Milliseconds. */
export interface Percentiles {
  p50: number;
  p99: number;
  count: number;
}

export interface LatencyResult extends LatencyOptions {
  /** From receipt to commit, by the segments service's own histogram. */
  histogram: Percentiles;
  /** From receipt to arrival at a consumer of segments.memberships.v1. */
  observed: Percentiles & { max: number };
  /** Native events that the services took in, a second. */
  takenPerSecond: number;
  /** Of the load's HTTP requests, all of them. */
  answerMs: { p50: number; p99: number };
  /** Records that are not processed yet, all groups together: at the begin, middle and end of the measured time. */
  lag: number[];
  /** From the end of the load until nothing was left. */
  catchUpSeconds: number;
  /** Answers that were not as they must be. */
  differences: string[];
  processes: { name: string; cores: number; rssMb: number }[];
  clickhouseVersion: string;
}

const HISTOGRAM = 'tideway_event_to_membership_seconds';
const SEED = 7;
/** The load goes on for longer than is measured, so that its end is not. */
const AFTER_SECONDS = 5;
const FINISH_TIMEOUT_MS = 180_000;

/** Measures at one rate. Rejects where an event is missing at the end, or a process died. */
export async function runLatency(workplace: Workplace, options: LatencyOptions, onProgress: (line: string) => void): Promise<LatencyResult> {
  const { eventsPerSecond, seconds, warmUpSeconds } = options;
  const dir = path.join(workplace.dir, `mesh-${eventsPerSecond}`);
  const [mesh, stopMesh] = await workplace.own(startMesh({ dir, onProgress }), (started) => started.stop());
  const [clients, closeClients] = await workplace.own(Promise.resolve(connect(mesh.env)), (made) => made.clickhouse.close());
  const [observer, stopObserver] = await workplace.own(observeMemberships(clients), (made) => made.stop());
  try {
    const load = startLoad({ targets: mesh.targets, seed: SEED, events: eventsPerSecond * (warmUpSeconds + seconds + AFTER_SECONDS), eventsPerSecond });
    const [, stopLoad] = await workplace.own(Promise.resolve(load), async ({ stop }) => stop());
    onProgress(`${eventsPerSecond} events/s: warming up for ${warmUpSeconds} s…`);
    // A load that ends before its time has failed: that is reported at once.
    const watched = load.result.then(() => new Promise<never>(() => undefined));
    await Promise.race([sleep(warmUpSeconds * 1000), watched]);
    onProgress(`${eventsPerSecond} events/s: measuring for ${seconds} s…`);
    const pids = () => usageOf({ ...mesh.platform!.pids(), ...mesh.supervisor.pids(), load: load.pid, bench: process.pid });
    const window = await Promise.race([measureWindow(mesh, clients, seconds, pids), watched]);
    const { totals, answerMs } = await load.result;
    const sentAt = performance.now();
    onProgress(`${eventsPerSecond} events/s: waiting until everything is processed…`);
    await waitForLagZero(clients, FINISH_TIMEOUT_MS, () => undefined);
    const catchUpSeconds = (performance.now() - sentAt) / 1000;
    const observed = await delays(clients, observer.arrivals, window.since, window.until);
    await stopLoad();
    const [version] = await clients.rows<{ version: string }>('SELECT version() AS version');
    const { histogram, takenPerSecond, lag, processes } = window;
    return {
      ...options, histogram, takenPerSecond, lag, processes, answerMs, catchUpSeconds, differences: totals.differences, clickhouseVersion: version!.version,
      observed: { p50: percentile(observed, 0.5) ?? NaN, p99: percentile(observed, 0.99) ?? NaN, max: percentile(observed, 1) ?? NaN, count: observed.length },
    };
  } finally {
    await stopObserver();
    await closeClients();
    await stopMesh();
  }
}

function startLoad(order: LoadOrder): { pid: number; result: Promise<LoadResult>; stop: () => void } {
  const child = fork(path.join(import.meta.dirname, 'load.js'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const result = new Promise<LoadResult>((resolve, reject) => {
    child.once('message', (message) => resolve(message as LoadResult));
    child.once('error', reject);
    child.once('exit', (code, signal) => reject(new Error(`the load ended before its time (${signal ?? code})`)));
  });
  // Whoever awaits it reports it.
  result.catch(() => undefined);
  child.send(order);
  return { pid: child.pid!, result, stop: () => void child.kill('SIGKILL') };
}

async function measureWindow(mesh: Mesh, clients: Clients, seconds: number, usage: () => Map<string, Usage>) {
  const look = async () => ({ at: Date.now(), usage: usage(), segments: await scrape(mesh.urls.segments), taken: await takenEvents(mesh) });
  const lag: number[] = [];
  const noteLag = async () => void lag.push(Object.values(await lagByGroup(clients)).reduce((sum, n) => sum + n, 0));
  await noteLag();
  const begin = await look();
  await sleep((seconds * 1000) / 2);
  await noteLag();
  await sleep(Math.max(0, begin.at + seconds * 1000 - Date.now()));
  const end = await look();
  await noteLag();
  const elapsedSeconds = (end.at - begin.at) / 1000;
  const cpu = cpuBetween(begin.usage, end.usage);
  const processes = [...cpu].map(([name, used]) => ({ name, cores: used / elapsedSeconds, rssMb: end.usage.get(name)!.rssBytes / 2 ** 20 }));
  return { since: begin.at, until: end.at, histogram: percentilesOf(end.segments, begin.segments), takenPerSecond: (end.taken - begin.taken) / elapsedSeconds, lag, processes };
}

function percentilesOf(samples: Sample[], since: Sample[]): Percentiles {
  const ms = (q: number) => (quantile(samples, HISTOGRAM, q, since) ?? NaN) * 1000;
  const count = (all: Sample[]) => sumBy(all, `${HISTOGRAM}_count`).get('') ?? 0;
  return { p50: ms(0.5), p99: ms(0.99), count: count(samples) - count(since) };
}

/** Native events that the domain services have answered, whatever became of them. */
async function takenEvents(mesh: Mesh): Promise<number> {
  const samples = await Promise.all([scrape(mesh.urls.web), scrape(mesh.urls.crm)]);
  return sumBy(samples.flat(), 'tideway_intake_events_total').get('') ?? 0;
}
