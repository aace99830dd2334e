// What was measured, as docs/benchmarks.json keeps it beside docs/benchmarks.md.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { HeldResult } from '../held/run.js';
import type { IntakeResult } from '../intake/run.js';
import type { LatencyResult } from '../latency/run.js';
import type { ClientsResult } from '../clients/run.js';
import type { GeneratorResult } from '../load/run.js';
import type { SegmentsResults } from '../segments/run.js';
import type { SegmentsStartResult } from '../segments-start/run.js';
import type { SegmentsTimersResult } from '../segments-timers/run.js';
import type { SoakResult } from '../soak/run.js';
import type { StreamsResult } from '../streams/run.js';
import type { SinkCommand } from '../warehouse/command-sink.js';
import type { ContenderResult } from '../warehouse/run.js';
import type { About } from './about.js';
import { render } from './render.js';

export interface Results {
  warehouse?: About & { records: number; rounds: number; contenders: ContenderResult[]; sameRows: boolean; sinks?: SinkCommand[] };
  latency?: About & { runs: LatencyResult[] };
  intake?: About & IntakeResult;
  load?: About & GeneratorResult;
  /** One for the segments of schemas/, and one for each other number of them. */
  held?: (About & HeldResult)[];
  soak?: About & SoakResult;
  segments?: SegmentsResults;
  segmentsStart?: About & SegmentsStartResult;
  segmentsTimers?: About & SegmentsTimersResult;
  clients?: About & ClientsResult;
  streams?: About & StreamsResult;
}

/** Those that were measured with the same number of segments give way. */
export function withHeld(before: Results['held'] = [], result: About & HeldResult): NonNullable<Results['held']> {
  return [...before.filter(({ segments }) => segments !== result.segments), result].sort((a, b) => a.definitions.segments - b.definitions.segments);
}

const JSON_FILE = 'benchmarks.json';

/** The results of earlier runs; none where there was no run. */
export function readResults(docs: string): Results {
  const file = path.join(docs, JSON_FILE);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Results) : {};
}

/** Writes both files. */
export function writeResults(docs: string, results: Results): void {
  writeFileSync(path.join(docs, JSON_FILE), `${JSON.stringify(results, rounded, 2)}\n`);
  writeFileSync(path.join(docs, 'benchmarks.md'), `${render(results)}\n`);
}

/** Nobody measures more than a thousandth here. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Math.round(value * 1000) / 1000 : value;
}
