// docs/reliability.md from the runs that docs/reliability.json keeps: the last one on each number of brokers.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { KINDS, KIND_NAMES, type KindName } from './kinds.js';
import { HEADING, cells, kindRows, passed, seconds, skips, summary, tooLong } from './report.js';
import { DISTURBED_SHARE, isDisturbed, percent, type FaultResult, type RunResult } from './run.js';

/** A run, with when (YYYY-MM-DD) and on what it was. */
export interface RecordedRun extends RunResult {
  date: string;
  machine: string;
}

const JSON_FILE = 'reliability.json';
/** What ends a process without a word. */
const KILLS: readonly KindName[] = ['kill', 'crash'];
const GOAL_MS = 10_000;
const SLOWEST = 8;

/** Adds a run to the folder `docs`, in place of the last one on as many brokers, and writes both files. */
export function record(docs: string, run: RecordedRun): void {
  const runs = [...readRuns(docs).filter(({ options }) => options.brokers !== run.options.brokers), run].sort((a, b) => a.options.brokers - b.options.brokers);
  // A line for each fault: that is what a reader looks for.
  writeFileSync(path.join(docs, JSON_FILE), `${JSON.stringify(runs).replaceAll('{"fault":', '\n{"fault":')}\n`);
  writeFileSync(path.join(docs, 'reliability.md'), renderDocument(runs));
}

/** The runs that are kept; none where there was no run. */
export function readRuns(docs: string): RecordedRun[] {
  const file = path.join(docs, JSON_FILE);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as RecordedRun[]) : [];
}

/** The page, in Markdown. */
export function renderDocument(runs: readonly RecordedRun[]): string {
  return [
    '# Reliability',
    '',
    'Written by `npm run chaos -- --report`, with every single fault in [reliability.json](reliability.json); do not edit. The whole mesh takes',
    'a steady load of native payloads of all domains, with resends, late events, restated reports, clocks that are an hour off and bad payloads,',
    'while a seeded schedule of faults befalls it, and while an author writes, raises and removes segments over HTTP, of which there are 200 at',
    'least, and an operator takes identifiers out of profiles. After each fault a new person does what moves them into a segment: **recovery** is the time',
    'from the end of the fault until their row, membership and profile are there. At the end a checker decides by what remains; that it finds',
    'what is wrong is tested with builds that are broken on purpose (`npm run chaos -- --control no-intent`, `no-token`, `no-fencing`).',
    ...runs.flatMap(sectionOf),
    '',
    '## What the faults are',
    '',
    ...KIND_NAMES.map((kind) => `- **${kind}**: ${KINDS[kind].about}`),
    '',
    '## What was not tried',
    '',
    ...NOT_TRIED.map((line) => `- ${line}`),
    '',
  ].join('\n');
}

const NOT_TRIED = [
  'A full disk comes only when it is asked for (`--only full-disk`): ClickHouse 26.7 once committed a merged part with empty marks after one.',
  'Networks between brokers: the proxies stand before brokers, registry, ClickHouse and services, not between brokers.',
  'Several machines, their clocks, and power cuts: everything runs on one, and what the kernel has in hand survives `kill -9`.',
  'Loss of a disk, or damaged files, of a broker or of ClickHouse; replicated and sharded ClickHouse.',
  'Faults together: each begins after the mesh has recovered from the one before, though a fault may have several effects.',
];

function sectionOf(run: RecordedRun): string[] {
  const { brokers, seed, minutes } = run.options;
  const rows = kindRows(run);
  return [
    '',
    `## ${brokers === 1 ? 'One broker' : 'Three brokers, replication 3, at least 2 in sync'}`,
    '',
    `\`npm run chaos -- --seed ${seed} --minutes ${minutes} --brokers ${brokers}\`: ${summary(run)}. **${passed(run) ? 'Every promise held.' : 'Not every promise held.'}**`,
    '',
    `${run.date}, ${run.machine}.${isDisturbed(run.stolen) ? ` The host of this machine gave ${percent(run.stolen!)} of its processor time to others meanwhile.` : ''}`,
    '',
    `| ${HEADING.join(' | ')} |`,
    `| --- |${' ---: |'.repeat(HEADING.length - 1)}`,
    ...rows.map((row) => `| ${cells(row).join(' | ')} |`),
    '',
    `${killGoal(run)} The slowest recoveries: ${slowest(run.faults)}.`,
    '',
    '| check | | |',
    '| --- | --- | --- |',
    ...run.verdicts.map(({ name, ok, detail }) => `| ${name} | ${ok ? 'ok' : '**failed**'} | ${detail.replaceAll('|', '\\|')} |`),
    ...tooLong(run).map((line) => `| recovery | **failed** | ${line} |`),
    ...(skips(rows).length > 0 ? ['', ...skips(rows)] : []),
  ];
}

function killGoal(run: RecordedRun): string {
  const kills = run.faults.filter(({ fault, skipped }) => KILLS.includes(fault.kind) && !skipped);
  const worstOf = (some: readonly FaultResult[]) => Math.max(0, ...some.map(({ recoveryMs = Infinity }) => recoveryMs));
  const worst = worstOf(kills);
  const undisturbed = kills.filter(({ stolen }) => !isDisturbed(stolen));
  const alone = undisturbed.length === kills.length ? '' : ` Of the ${undisturbed.length} (of ${kills.length}) in which less than ${percent(DISTURBED_SHARE)} of the processor time was stolen by the host: ${seconds(worstOf(undisturbed))} at most.`;
  return `Recovery from any kill (${KILLS.join(', ')}): ${seconds(worst)} at most, of a goal of ${seconds(GOAL_MS)}: ${worst < GOAL_MS ? 'reached' : '**missed**'}.${alone}`;
}

function slowest(faults: readonly FaultResult[]): string {
  const recovered = ({ recoveryMs }: FaultResult) => recoveryMs ?? Infinity;
  const worst = faults.filter(({ skipped }) => !skipped).sort((a, b) => recovered(b) - recovered(a)).slice(0, SLOWEST);
  return worst.map((result) => `${result.fault.kind} of ${result.fault.target} ${seconds(recovered(result))}${isDisturbed(result.stolen) ? ` (${percent(result.stolen!)} stolen)` : ''}`).join(', ');
}
