// What an activity costs the segments service, by the number of segments.
import path from 'node:path';
import type { Workplace } from '@tideway/mesh';
import { spentBetween, startBed } from './bed.js';
import { Crowd } from './crowd.js';
import { writeDefinitions } from './definitions.js';
import { publishAtPace } from './pace.js';

export interface CostOptions {
  /** Numbers of segments. */
  sizes: number[];
  /** Activities a second. */
  rate: number;
  seconds: number;
  warmUpSeconds: number;
  people: number;
}

export interface CostRun {
  segments: number;
  traits: number;
  activities: number;
  /** Microseconds of the service's processor time for each activity, and of evaluation alone. */
  microsPerActivity: number;
  evaluationMicrosPerActivity: number;
}

export interface CostResult extends CostOptions {
  runs: CostRun[];
}

const DRAIN_TIMEOUT_MS = 120_000;

/** Each size has a platform of its own, and the same activities. */
export async function runCost(workplace: Workplace, options: CostOptions, onProgress: (line: string) => void): Promise<CostResult> {
  const runs: CostRun[] = [];
  for (const size of options.sizes) {
    const run = await costOf(workplace, size, options, onProgress);
    runs.push(run);
    onProgress(`${run.segments} segments: ${run.microsPerActivity.toFixed(1)} µs an activity, ${run.evaluationMicrosPerActivity.toFixed(1)} µs of it evaluation`);
  }
  return { ...options, runs };
}

async function costOf(workplace: Workplace, size: number, { rate, seconds, warmUpSeconds, people }: CostOptions, onProgress: (line: string) => void): Promise<CostRun> {
  const schemas = path.join(workplace.dir, `schemas-cost-${size}`);
  const written = writeDefinitions(schemas, size, 'nothing');
  const bed = await startBed(workplace, `cost-${size}`, { schemas }, onProgress);
  try {
    await bed.startService();
    const crowd = new Crowd({ people });
    onProgress(`${size} segments: ${warmUpSeconds} s to warm up, ${seconds} s at ${rate} activities/s…`);
    await publishAtPace(bed.publish, (now) => crowd.next(now), rate, warmUpSeconds);
    await bed.drained(DRAIN_TIMEOUT_MS);
    const before = await bed.look();
    const { published } = await publishAtPace(bed.publish, (now) => crowd.next(now), rate, seconds);
    await bed.drained(DRAIN_TIMEOUT_MS);
    const { cpuSeconds, evaluationCpuSeconds } = spentBetween(before, await bed.look());
    return { ...written, activities: published, microsPerActivity: (cpuSeconds * 1e6) / published, evaluationMicrosPerActivity: (evaluationCpuSeconds * 1e6) / published };
  } finally {
    await bed.stop();
  }
}

/** How many times as much an activity costs with the most segments as with the fewest. */
export function growthOf(runs: readonly CostRun[], of: 'microsPerActivity' | 'evaluationMicrosPerActivity' = 'microsPerActivity'): number {
  const sorted = [...runs].sort((a, b) => a.segments - b.segments);
  return sorted.at(-1)![of] / sorted[0]![of];
}
