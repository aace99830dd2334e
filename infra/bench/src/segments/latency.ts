// Event to membership with many segments and profiles: the same load and the same clocks as `latency`.
import type { Workplace } from '@tideway/mesh';
import { runLatency, type LatencyOptions, type LatencyResult } from '../latency/run.js';
import type { Written } from './definitions.js';
import { definitionsFor, populate, type Populated } from './mesh.js';

export interface SegmentsLatencyOptions extends LatencyOptions, Populated {}

export interface SegmentsLatencyResult extends Populated, Written {
  run: LatencyResult;
}

export async function runSegmentsLatency(workplace: Workplace, { segments, profiles, ...options }: SegmentsLatencyOptions, onProgress: (line: string) => void): Promise<SegmentsLatencyResult> {
  const { schemas, written } = definitionsFor(workplace, { segments, profiles });
  const run = await runLatency(workplace, options, onProgress, {
    env: { TIDEWAY_SCHEMAS: schemas },
    prepare: (mesh, clients) => populate(mesh, clients, { segments, profiles }, onProgress),
  });
  return { profiles, ...written, run };
}
