import { describe, expect, it } from '@jest/globals';
import { MOST_BEHIND_MS, Timings, keptSchedule } from './timings.js';

const timing = (dueAt: number, freeAt: number, sentAt: number, answeredAt: number) => ({ dueAt, freeAt, sentAt, answeredAt });

describe('Timings', () => {
  it('tells what was waited from what was served', () => {
    const timings = new Timings();
    for (let n = 0; n < 99; n++) timings.record(timing(n, n, n + 1, n + 11));
    // One waited for half a second for the answer before it, and was answered as fast as the others.
    timings.record(timing(100, 600, 601, 611));
    const { requests, fromDue, fromSend, behind, waited } = timings.summary();
    expect(requests).toBe(100);
    expect(fromSend.p99).toBeCloseTo(10, 1);
    expect(fromDue.p50).toBeCloseTo(11, 1);
    expect(fromDue.max / 511).toBeCloseTo(1, 2);
    expect(behind.max).toBeCloseTo(1, 2);
    expect(waited.max / 500).toBeCloseTo(1, 2);
    expect(waited.p99).toBeLessThan(0.01);
  });

  it('begins anew', () => {
    const timings = new Timings();
    timings.record(timing(0, 0, 900, 901));
    timings.reset();
    expect(timings.summary()).toMatchObject({ requests: 0, behind: { p50: 0, p99: 0, max: 0 } });
  });
});

describe('keptSchedule', () => {
  const late = (p99: number, max: number) => keptSchedule({ ...new Timings().summary(), behind: { p50: 0, p99, max } });

  it('counts a run whose generator was in time, up to the bound', () => {
    expect(late(MOST_BEHIND_MS.p99, MOST_BEHIND_MS.max)).toBe(true);
  });

  it('does not count one that was often or far behind', () => {
    expect([late(MOST_BEHIND_MS.p99 + 1, MOST_BEHIND_MS.max), late(1, MOST_BEHIND_MS.max + 1)]).toEqual([false, false]);
  });
});
