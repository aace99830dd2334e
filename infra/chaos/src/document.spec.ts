import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { verdict } from './checker/verdict.js';
import { readRuns, record, renderDocument, type RecordedRun } from './document.js';
import type { KindName } from './kinds.js';
import type { FaultResult } from './run.js';

function fault(kind: KindName, recoveryMs: number | undefined): FaultResult {
  return { fault: { at: 0, kind, target: 'warehouse', seconds: 1, seed: 1 }, beganAt: 1, endedAt: 2, recoveryMs, missing: '' };
}

function recorded(brokers: 1 | 3, change: Partial<RecordedRun> = {}): RecordedRun {
  return {
    options: { seed: 7, minutes: 60, brokers, eventsPerSecond: 60 }, calmMs: 500, events: 1_000, seconds: 3_600, date: '2026-11-21', machine: '2 cores',
    faults: [fault('kill', 3_000), fault('kill', 1_000), fault('kill', 2_000), fault('cut', 12_000)], verdicts: [verdict('once in tables', true, 'each offset once')], ...change,
  };
}

describe('docs/reliability.md', () => {
  it('has the command, the machine, the table, what took longest and what the faults are', () => {
    const text = renderDocument([recorded(3)]);
    for (const part of [
      '2026-11-21, 2 cores.', '## Three brokers', '`npm run chaos -- --seed 7 --minutes 60 --brokers 3`', '**Every promise held.**', '| kill | 3 | 2.0 s | 3.0 s | 0 | 0 |', '- **zombie**: ',
      'at most, of a goal of 10.0 s: reached', 'The slowest recoveries: cut of warehouse 12.0 s, kill of warehouse 3.0 s,', '## What was not tried',
    ]) expect(text).toContain(part);
  });

  it('does not hide what failed', () => {
    const text = renderDocument([recorded(1, { verdicts: [verdict('b', false, 'a | b')], faults: [fault('crash', 10_001)] })]);
    expect(text).toContain('**Not every promise held.**');
    expect(text).toContain('| b | **failed** | a \\| b |');
    expect(text).toContain('10.0 s at most, of a goal of 10.0 s: **missed**');
  });

  it('tells what the host has taken away, and what the rest came to', () => {
    const text = renderDocument([recorded(1, { stolen: 0.123, faults: [{ ...fault('kill', 20_000), stolen: 0.4 }, { ...fault('crash', 9_000), stolen: 0.01 }] })]);
    expect(text).toContain('gave 12 % of its processor time to others meanwhile');
    expect(text).toContain('Of the 1 (of 2) in which less than 5 % of the processor time was stolen by the host: 9.0 s at most.');
    expect(text).toContain('kill of warehouse 20.0 s (40 % stolen), crash of warehouse 9.0 s.');
    expect(renderDocument([recorded(1, { stolen: 0.04 })])).not.toContain('meanwhile');
  });

  it('keeps the last run on each number of brokers, also one that never recovered', () => {
    const docs = mkdtempSync(path.join(os.tmpdir(), 'tideway-chaos-'));
    record(docs, recorded(3));
    record(docs, recorded(1, { events: 5 }));
    record(docs, recorded(1, { events: 6, faults: [fault('kill', undefined)] }));
    const runs = readRuns(docs);
    expect(runs.map(({ options, events }) => [options.brokers, events])).toEqual([[1, 6], [3, 1_000]]);
    expect(runs[0]!.faults[0]!.recoveryMs).toBeUndefined();
    expect(readFileSync(path.join(docs, 'reliability.json'), 'utf8').split('\n')).toHaveLength(7);
    expect(readFileSync(path.join(docs, 'reliability.md'), 'utf8')).toBe(renderDocument(runs));
    rmSync(docs, { recursive: true });
  });
});
