import { describe, expect, it } from '@jest/globals';
import { verdict } from './checker/verdict.js';
import type { KindName } from './kinds.js';
import { kindRows, passed, renderText, tooLong } from './report.js';
import type { FaultResult, RunResult } from './run.js';

function fault(kind: KindName, beganAt: number, recoveryMs: number | undefined, skipped?: string): FaultResult {
  return { fault: { at: 0, kind, target: 'warehouse', seconds: 1, seed: 1 }, beganAt, endedAt: beganAt + 1, recoveryMs, missing: recoveryMs === undefined ? 'its rows' : '', skipped };
}

function result(change: Partial<RunResult> = {}): RunResult {
  return {
    options: { seed: 7, minutes: 60, brokers: 3, eventsPerSecond: 60 }, calmMs: 500, events: 1_000, seconds: 3_600,
    faults: [fault('kill', 100, 3_000), fault('kill', 200, 1_000), fault('kill', 300, 2_000), fault('cut', 400, 500)],
    verdicts: [verdict('once in tables', true, 'each offset once')], ...change,
  };
}

describe('kindRows', () => {
  it('has times, median and maximum of each kind that came', () => {
    expect(kindRows(result())).toEqual([
      { kind: 'kill', times: 3, skipped: 0, p50: 2_000, max: 3_000, lost: 0, doubled: 0 },
      { kind: 'cut', times: 1, skipped: 0, p50: 500, max: 500, lost: 0, doubled: 0 },
    ]);
  });

  it('blames the fault that was last when an event was promised or stored, and nobody for a time that is not known', () => {
    const verdicts = [verdict('a', false, '', { lost: [50, 250, 399, NaN], doubled: [400] })];
    expect(kindRows(result({ verdicts })).map(({ kind, lost, doubled }) => [kind, lost, doubled])).toEqual([['kill', 2, 0], ['cut', 0, 1]]);
  });

  it('counts what this machine cannot do apart', () => {
    expect(kindRows(result({ faults: [fault('full-disk', 1, 100, 'no right to mount')] }))).toEqual([{ kind: 'full-disk', times: 0, skipped: 1, p50: undefined, max: undefined, lost: 0, doubled: 0 }]);
  });
});

describe('passed', () => {
  it('takes every check, and every recovery within a minute', () => {
    expect(passed(result())).toBe(true);
    expect(passed(result({ verdicts: [verdict('a', true, ''), verdict('b', false, 'lost')] }))).toBe(false);
    expect(passed(result({ faults: [fault('kill', 1, 60_001)] }))).toBe(false);
    expect(passed(result({ faults: [fault('kill', 1, undefined)] }))).toBe(false);
  });

  it('gives a machine that is slow without faults 15 times what it takes there', () => {
    expect(passed(result({ calmMs: 7_600, faults: [fault('kill', 1, 113_000)] }))).toBe(true);
    expect(passed(result({ calmMs: 7_600, faults: [fault('kill', 1, 115_000)] }))).toBe(false);
  });

  it('counts the time that the host did not steal, and gives up at three minutes', () => {
    const half = (recoveryMs: number) => passed(result({ faults: [{ ...fault('kill', 1, recoveryMs), stolen: 0.5 }] }));
    expect([half(119_000), half(121_000)]).toEqual([true, false]);
    expect(passed(result({ faults: [{ ...fault('kill', 1, 181_000), stolen: 0.9 }] }))).toBe(false);
  });

  it('says what took too long, and what was missing', () => {
    expect(tooLong(result({ faults: [fault('kill', 1, undefined), fault('cut', 1, 61_000), fault('cut', 2, 59_000)] }))).toEqual(['kill of warehouse: not within 180 s, missing its rows', 'cut of warehouse: 61.0 s']);
  });
});

describe('what is printed', () => {
  it('is a table, the checks and a verdict', () => {
    expect(renderText(result()).split('\n')).toEqual([
      'fault   times   recovery p50   recovery max   lost   doubled',
      'kill        3          2.0 s          3.0 s      0         0',
      'cut         1          0.5 s          0.5 s      0         0',
      '',
      'ok      once in tables: each offset once',
      '',
      'seed 7, 3 brokers, 60 events/s, 60 minutes, 1000 events, 4 faults, calm canary 0.5 s: every promise held',
    ]);
    expect(renderText(result({ verdicts: [verdict('once in tables', false, 'two rows too many')] }))).toMatch(/FAILED {2}once in tables: two rows too many\n[^]*: FAILED$/);
  });
});
