// A measured span of time of a mesh under load: what it took in, how far its groups were behind, and what that cost.
import { setTimeout as sleep } from 'node:timers/promises';
import { lagByGroup, quantile, scrape, sumBy, type Sample } from '@tideway/mesh';
import { takenEvents, type MeshUnderLoad } from '../load/mesh-under-load.js';
import { cpuBetween, usageOf } from '../processes.js';

/** Milliseconds. */
export interface Percentiles {
  p50: number;
  p99: number;
  count: number;
}

export interface Window {
  /** Begin and end, ms since the epoch. */
  since: number;
  until: number;
  /** From receipt to commit, by the segments service's own histogram. */
  histogram: Percentiles;
  takenPerSecond: number;
  /** Records that are not processed yet, by group, from the begin to the end. */
  lag: Record<string, number>[];
  processes: { name: string; cores: number; rssMb: number }[];
}

const HISTOGRAM = 'tideway_event_to_membership_seconds';

/** Measures for `seconds`, looking at the lag at the begin, `looks` times in between, and at the end. */
export async function measureWindow({ mesh, clients, pids }: MeshUnderLoad, seconds: number, looks: number): Promise<Window> {
  const look = async () => ({ at: Date.now(), usage: usageOf(pids()), segments: await scrape(mesh.urls.segments), taken: await takenEvents(mesh) });
  const lag = [await lagByGroup(clients)];
  const begin = await look();
  for (let n = 1; n <= looks; n++) {
    await sleep(Math.max(0, begin.at + (n * seconds * 1000) / (looks + 1) - Date.now()));
    lag.push(await lagByGroup(clients));
  }
  await sleep(Math.max(0, begin.at + seconds * 1000 - Date.now()));
  const end = await look();
  lag.push(await lagByGroup(clients));
  const elapsedSeconds = (end.at - begin.at) / 1000;
  const cpu = cpuBetween(begin.usage, end.usage);
  const processes = [...cpu].map(([name, used]) => ({ name, cores: used / elapsedSeconds, rssMb: end.usage.get(name)!.rssBytes / 2 ** 20 }));
  return { since: begin.at, until: end.at, histogram: percentilesOf(end.segments, begin.segments), takenPerSecond: (end.taken - begin.taken) / elapsedSeconds, lag, processes };
}

/** Between two scrapes of segments; NaN where no membership changed. */
export function percentilesOf(samples: Sample[], since: Sample[]): Percentiles {
  const ms = (q: number) => (quantile(samples, HISTOGRAM, q, since) ?? NaN) * 1000;
  const count = (all: Sample[]) => sumBy(all, `${HISTOGRAM}_count`).get('') ?? 0;
  return { p50: ms(0.5), p99: ms(0.99), count: count(samples) - count(since) };
}

export const sumOf = (values: Record<string, number>) => Object.values(values).reduce((sum, value) => sum + value, 0);
