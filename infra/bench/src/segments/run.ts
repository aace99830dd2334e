// The segments' benchmark: each part by itself, with a platform of its own.
import { measureStolen, type Workplace } from '@tideway/mesh';
import { loadAverage, describeMachine } from '../machine.js';
import type { About } from '../report/about.js';
import { runBackfill, type BackfillOptions, type BackfillResult } from './backfill.js';
import { runCost, type CostOptions, type CostResult } from './cost.js';
import { runGrowth, type GrowthOptions, type GrowthResult } from './growth.js';
import { runSegmentsHeld, type SegmentsHeldOptions, type SegmentsHeldResult } from './held.js';
import { runSegmentsLatency, type SegmentsLatencyOptions, type SegmentsLatencyResult } from './latency.js';
import { runPreviews, type PreviewOptions, type PreviewResult } from './preview.js';

export interface SegmentsOptions {
  cost?: CostOptions;
  latency?: SegmentsLatencyOptions;
  held?: SegmentsHeldOptions;
  backfill?: BackfillOptions;
  preview?: PreviewOptions;
  growth?: GrowthOptions;
}

export interface SegmentsResults {
  cost?: About & CostResult;
  latency?: About & SegmentsLatencyResult;
  held?: About & SegmentsHeldResult;
  backfill?: About & BackfillResult;
  preview?: About & PreviewResult;
  growth?: About & GrowthResult;
}

/** Calls `onResult` with all that there is after each part: what comes later may fail. */
export async function runSegments(workplace: Workplace, options: SegmentsOptions, onProgress: (line: string) => void, onResult: (results: SegmentsResults) => void): Promise<SegmentsResults> {
  const results: SegmentsResults = {};
  const measure = async <P extends keyof SegmentsResults>(part: P, run: () => Promise<Omit<NonNullable<SegmentsResults[P]>, keyof About>>) => {
    if (!options[part] || workplace.closing) return;
    const about: About = { date: new Date().toISOString().slice(0, 10), machine: describeMachine(undefined), loadBefore: loadAverage() };
    const stolen = measureStolen();
    onProgress(`${part}…`);
    results[part] = { ...about, ...(await run()), stolen: stolen() } as SegmentsResults[P];
    onResult(results);
  };
  await measure('cost', () => runCost(workplace, options.cost!, onProgress));
  await measure('latency', () => runSegmentsLatency(workplace, options.latency!, onProgress));
  await measure('backfill', () => runBackfill(workplace, options.backfill!, onProgress));
  await measure('preview', () => runPreviews(workplace, options.preview!, onProgress));
  await measure('held', () => runSegmentsHeld(workplace, options.held!, onProgress));
  await measure('growth', () => runGrowth(workplace, options.growth!, onProgress));
  return results;
}
