// What a run came to, as a table for people. Pure.
import { KIND_NAMES, type KindName } from './kinds.js';
import { recoveryLimitMs, type FaultResult, type RunResult } from './run.js';

/** One line of the table. */
export interface KindRow {
  kind: KindName;
  times: number;
  skipped: number;
  /** In ms; undefined where nothing recovered, or nothing was done. */
  p50: number | undefined;
  /** Infinity where a recovery took more than its time. */
  max: number | undefined;
  lost: number;
  doubled: number;
}

/** By kind; what is lost or doubled counts for the fault that was last when it was promised or stored. */
export function kindRows({ faults, verdicts }: Pick<RunResult, 'faults' | 'verdicts'>): KindRow[] {
  const lost = blame(faults, verdicts.flatMap((verdict) => verdict.lost));
  const doubled = blame(faults, verdicts.flatMap((verdict) => verdict.doubled));
  return KIND_NAMES.flatMap((kind): KindRow[] => {
    const mine = faults.filter(({ fault }) => fault.kind === kind);
    if (mine.length === 0) return [];
    const done = mine.filter(({ skipped }) => !skipped);
    const recoveries = done.map(({ recoveryMs }) => recoveryMs ?? Infinity).sort((a, b) => a - b);
    return [{
      kind, times: done.length, skipped: mine.length - done.length, p50: recoveries[Math.floor((recoveries.length - 1) / 2)], max: recoveries.at(-1),
      lost: lost.get(kind) ?? 0, doubled: doubled.get(kind) ?? 0,
    }];
  });
}

function blame(faults: readonly FaultResult[], times: readonly number[]): Map<KindName, number> {
  const counts = new Map<KindName, number>();
  for (const at of times) {
    const kind = faults.findLast(({ beganAt }) => beganAt <= at)?.fault.kind;
    if (kind) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

/** Recoveries that took too long, as lines for people. */
export function tooLong({ faults, calmMs }: Pick<RunResult, 'faults' | 'calmMs'>): string[] {
  return faults.filter(({ recoveryMs, stolen }) => recoveryMs === undefined || recoveryMs > recoveryLimitMs(calmMs, stolen))
    .map(({ fault, recoveryMs, missing }) => `${fault.kind} of ${fault.target}: ${seconds(recoveryMs ?? Infinity)}${missing ? `, missing ${missing}` : ''}`);
}

/** Whether every promise held. */
export function passed(result: RunResult): boolean {
  return result.verdicts.every(({ ok }) => ok) && tooLong(result).length === 0;
}

export const HEADING = ['fault', 'times', 'recovery p50', 'recovery max', 'lost', 'doubled'];

/** A row of the table, below HEADING. */
export function cells({ kind, times, p50, max, lost, doubled }: KindRow): string[] {
  return [kind, String(times), seconds(p50), seconds(max), String(lost), String(doubled)];
}

/** Seconds with one digit; Infinity is what was given up. */
export function seconds(ms: number | undefined): string {
  if (ms === undefined) return '–';
  return ms === Infinity ? 'not within 180 s' : `${(ms / 1_000).toFixed(1)} s`;
}

/** The table, the checks and the verdict, for a terminal. */
export function renderText(result: RunResult): string {
  const rows = kindRows(result);
  const table = [HEADING, ...rows.map(cells)];
  const widths = HEADING.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  const lines = table.map((row) => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('   '));
  const checks = result.verdicts.map(({ name, ok, detail }) => `${ok ? 'ok    ' : 'FAILED'}  ${name}: ${detail}`);
  const slow = tooLong(result).map((line) => `FAILED  recovery: ${line}`);
  return [...lines, '', ...skips(rows), ...checks, ...slow, '', `${summary(result)}: ${passed(result) ? 'every promise held' : 'FAILED'}`].join('\n');
}

/** A line for each kind that this machine cannot do. */
export function skips(rows: KindRow[]): string[] {
  return rows.filter(({ skipped }) => skipped > 0).map(({ kind, skipped }) => `skipped ${kind}: ${skipped}, as it cannot be done here`);
}

/** What was run, in one line. */
export function summary({ options: { seed, brokers, eventsPerSecond }, faults, events, seconds: took, calmMs }: RunResult): string {
  const done = faults.filter(({ skipped }) => !skipped).length;
  return `seed ${seed}, ${brokers} broker${brokers === 1 ? '' : 's'}, ${eventsPerSecond} events/s, ${Math.round(took / 60)} minutes, ${events} events, ${done} faults, calm canary ${seconds(calmMs)}`;
}
