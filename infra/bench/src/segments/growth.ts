// How the segments service fares as there are more profiles, as their history grows longer, and with more instances of it on the same machine.
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import type { Workplace } from '@tideway/mesh';
import { percentilesOf, type Percentiles } from '../latency/window.js';
import { countActivities, spentBetween, startBed } from './bed.js';
import { Crowd } from './crowd.js';
import { writeDefinitions } from './definitions.js';
import { publishAtPace } from './pace.js';
import { makePopulation } from './population.js';

export interface GrowthOptions {
  /** Numbers of profiles, with SHORT_DAYS of history. */
  profiles: number[];
  /** Days of history, of DAYS_PROFILES profiles. */
  days: number[];
  /** Numbers of instances, with INSTANCES_PROFILES profiles. */
  instances: number[];
  segments: number;
  /** Activities a second. */
  rate: number;
  seconds: number;
  warmUpSeconds: number;
}

export interface GrowthRun {
  profiles: number;
  days: number;
  instances: number;
  activities: number;
  /** Until the first instance is ready. */
  startSeconds: number;
  /** Of all instances, at the end. */
  rssMb: number;
  microsPerActivity: number;
  /** From receipt to commit, by the first instance. */
  latency: Percentiles;
  /** Activities that were left at the end of the load, of which a second's worth is nothing. */
  left: number;
  /** Why the run came to no end. */
  failure?: string;
}

export interface GrowthResult extends GrowthOptions {
  byProfiles: GrowthRun[];
  byDays: GrowthRun[];
  byInstances: GrowthRun[];
}

export const SHORT_DAYS = 30;
export const DAYS_PROFILES = 100_000;
export const INSTANCES_PROFILES = 100_000;
const ACTIVITIES_EACH = 5;
/** A person does something every so many days. */
const DAYS_PER_ACTIVITY = 6;
const DRAIN_TIMEOUT_MS = 120_000;

export async function runGrowth(workplace: Workplace, options: GrowthOptions, onProgress: (line: string) => void): Promise<GrowthResult> {
  const schemas = path.join(workplace.dir, 'schemas-growth');
  writeDefinitions(schemas, options.segments, 'nothing');
  // What is of several lists is one run.
  const done = new Map<string, GrowthRun>();
  const each = async (sizes: readonly Omit<Size, 'activitiesEach'>[]): Promise<GrowthRun[]> => {
    const runs: GrowthRun[] = [];
    for (const size of sizes) {
      const name = `growth-${size.profiles}-${size.days}-${size.instances}`;
      const run = done.get(name) ?? await runOne(workplace, name, { ...size, activitiesEach: size.days === SHORT_DAYS ? ACTIVITIES_EACH : Math.max(2, Math.round(size.days / DAYS_PER_ACTIVITY)) }, schemas, options, onProgress);
      if (!done.has(name)) onProgress(describe(run));
      done.set(name, run);
      runs.push(run);
      // More of the same would take its time, and come to no end either.
      if (run.failure !== undefined) break;
    }
    return runs;
  };
  return {
    ...options,
    byProfiles: await each(options.profiles.map((profiles) => ({ profiles, days: SHORT_DAYS, instances: 1 }))),
    byDays: await each(options.days.map((days) => ({ profiles: DAYS_PROFILES, days, instances: 1 }))),
    byInstances: await each(options.instances.map((instances) => ({ profiles: INSTANCES_PROFILES, days: SHORT_DAYS, instances }))),
  };
}

interface Size extends Pick<GrowthRun, 'profiles' | 'days' | 'instances'> {
  activitiesEach: number;
}

async function runOne(workplace: Workplace, name: string, { profiles, days, instances, activitiesEach }: Size, schemas: string, options: GrowthOptions, onProgress: (line: string) => void): Promise<GrowthRun> {
  const { rate, seconds, warmUpSeconds } = options;
  const run: GrowthRun = { profiles, days, instances, activities: 0, startSeconds: NaN, rssMb: NaN, microsPerActivity: NaN, latency: { p50: NaN, p99: NaN, count: 0 }, left: NaN };
  const bed = await startBed(workplace, name, { schemas, instances }, onProgress);
  try {
    await bed.startService();
    await makePopulation(bed, { profiles, days, activitiesEach }, onProgress);
    await bed.stopService();
    run.activities = await countActivities(bed.clients);
    const begin = performance.now();
    await bed.startService();
    run.startSeconds = (performance.now() - begin) / 1000;
    const crowd = new Crowd({ people: profiles, known: true });
    await publishAtPace(bed.publish, (now) => crowd.next(now), rate, warmUpSeconds);
    await bed.drained(DRAIN_TIMEOUT_MS);
    const before = await bed.look();
    const { published } = await publishAtPace(bed.publish, (now) => crowd.next(now), rate, seconds);
    run.left = await bed.lag();
    await bed.drained(DRAIN_TIMEOUT_MS);
    const after = await bed.look();
    run.microsPerActivity = (spentBetween(before, after).cpuSeconds * 1e6) / published;
    run.latency = percentilesOf(after.samples, before.samples);
    run.rssMb = [...after.usage.values()].reduce((sum, { rssBytes }) => sum + rssBytes, 0) / 2 ** 20;
  } catch (error) {
    // What breaks first, and where, is what is looked for.
    if (workplace.closing) throw error;
    run.failure = error instanceof Error ? error.message : String(error);
  } finally {
    await bed.stop();
  }
  return run;
}

function describe({ profiles, days, instances, startSeconds, rssMb, microsPerActivity, latency, failure }: GrowthRun): string {
  const what = `${profiles} profiles, ${days} days, ${instances} instance${instances === 1 ? '' : 's'}`;
  if (failure !== undefined) return `${what}: ${failure}`;
  return `${what}: start ${startSeconds.toFixed(1)} s, ${rssMb.toFixed(0)} MB, ${microsPerActivity.toFixed(0)} µs an activity, p50 ${latency.p50.toFixed(0)} ms, p99 ${latency.p99.toFixed(0)} ms`;
}
