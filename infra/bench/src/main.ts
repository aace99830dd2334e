// `npm run bench`: measures, prints, and writes docs/benchmarks.md.
import path from 'node:path';
import { PlatformError, workspaceRoot } from '@tideway/embedded';
import { errorText } from '@tideway/service';
import { runClients } from './clients/run.js';
import { HELP, parseCommand, type Command } from './command.js';
import { runHeld } from './held/run.js';
import { runIntake } from './intake/run.js';
import { runLatency, type LatencyResult } from './latency/run.js';
import { runLoad } from './load/run.js';
import { describeMachine, loadAverage } from './machine.js';
import { render } from './report/render.js';
import { readResults, withHeld, writeResults, type Results } from './report/results.js';
import { segmentsPictures } from './report/many-segments.js';
import { runSegments } from './segments/run.js';
import { runSegmentsStart } from './segments-start/run.js';
import { runSegmentsTimers } from './segments-timers/run.js';
import { writePictures } from './soak/pictures.js';
import { runSoak, type Soak } from './soak/run.js';
import { runStreams } from './streams/run.js';
import { runWarehouse } from './warehouse/run.js';
import { measureStolen, Workplace } from '@tideway/mesh';

/** Above it, something else takes a good part of a core. */
const BUSY_LOAD = 0.7;

const progress = (line: string) => console.error(`${new Date().toISOString().slice(11, 19)} ${line}`);

const docs = path.join(workspaceRoot, 'docs');

/** `soak`: what its pictures are drawn from. */
interface Measured {
  results: Results;
  soak?: Soak;
}

async function measure(command: Command, workplace: Workplace): Promise<Measured> {
  const results: Results = {};
  let soak: Soak | undefined;
  const stolen = measureStolen();
  const about = (clickhouse: string | undefined, load: number) => ({ date: new Date().toISOString().slice(0, 10), machine: describeMachine(clickhouse), loadBefore: load, stolen: stolen() });
  let load = loadAverage();
  if (load > BUSY_LOAD) progress(`The machine is busy (load ${load.toFixed(1)}): what is measured now says little.`);
  if (command.warehouse) {
    const { clickhouseVersion, ...result } = await runWarehouse(workplace, command.warehouse, progress);
    results.warehouse = { ...about(clickhouseVersion, load), ...result };
    load = loadAverage();
  }
  if (command.latency) {
    const { rates, ...options } = command.latency;
    const runs: LatencyResult[] = [];
    for (const eventsPerSecond of rates) runs.push(await runLatency(workplace, { ...options, eventsPerSecond }, progress));
    results.latency = { ...about(runs[0]!.clickhouseVersion, load), runs };
  }
  if (command.intake) results.intake = { ...about(undefined, load), ...(await runIntake(workplace, command.intake, progress)) };
  if (command.load) results.load = { ...about(undefined, load), ...(await runLoad(workplace, command.load, progress)) };
  if (command.held) {
    const result = await runHeld(workplace, command.held, progress);
    results.held = withHeld(readResults(docs).held, { ...about(result.clickhouseVersion, load), ...result });
  }
  if (command.soak) {
    soak = await runSoak(workplace, { ...command.soak, rate: command.soak.rate ?? halfOfHeld() }, progress);
    results.soak = { ...about(soak.result.clickhouseVersion, load), ...soak.result };
  }
  if (command.segments) {
    // Each part is kept as soon as it is measured; those that are not measured now stay as they were.
    const before = readResults(docs).segments;
    await runSegments(workplace, command.segments, progress, (measured) => {
      results.segments = { ...before, ...measured };
      if (command.write) writeResults(docs, { ...readResults(docs), segments: results.segments });
    });
  }
  if (command.segmentsStart) {
    const result = await runSegmentsStart(workplace, command.segmentsStart, progress);
    results.segmentsStart = { ...about(result.clickhouseVersion, load), ...result };
  }
  if (command.segmentsTimers) {
    const result = await runSegmentsTimers(workplace, command.segmentsTimers, progress);
    results.segmentsTimers = { ...about(result.clickhouseVersion, load), ...result };
  }
  if (command.clients) results.clients = { ...about(undefined, load), ...(await runClients(workplace, command.clients, progress)) };
  if (command.streams) {
    const result = await runStreams(workplace, command.streams, progress);
    results.streams = { ...about(result.clickhouseVersion, load), ...result };
  }
  return { results, ...(soak ? { soak } : {}) };
}

function halfOfHeld(): number {
  const highest = readResults(docs).held?.find(({ segments }) => segments === undefined)?.highest;
  if (highest === undefined) throw new Error('docs/benchmarks.json knows no rate that is held: run `npm run bench -- held` first, or give --rate.');
  return Math.round(highest / 2);
}

async function main(): Promise<number> {
  const command = parseCommand(process.argv.slice(2));
  if (command === 'help') {
    console.log(HELP);
    return 0;
  }
  if (process.platform !== 'linux') throw new Error('The benchmarks read processor time from /proc: they run on Linux only.');
  const workplace = new Workplace('bench');
  const stop = () => {
    progress('Stopping…');
    void workplace.close().finally(() => process.exit(130));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect'] as const) process.once(signal, stop);
  try {
    const { results, soak } = await measure(command, workplace);
    console.log(render(results));
    if (command.write) {
      // What was not measured now stays as it was measured before.
      writeResults(docs, { ...readResults(docs), ...results });
      if (soak) writePictures(docs, soak);
      if (results.segments) segmentsPictures(docs, results.segments);
      progress(`Written: docs/benchmarks.md and docs/benchmarks.json${soak ? ', docs/soak.ndjson and docs/images/soak-*.svg' : ''}.`);
    }
    return soak?.result.findings.some(({ ok }) => !ok) ? 1 : 0;
  } finally {
    await workplace.close();
  }
}

main().then((code) => process.exit(code), (error: unknown) => {
  console.error(error instanceof PlatformError ? error.message : errorText(error));
  process.exit(1);
});
