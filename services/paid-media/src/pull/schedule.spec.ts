import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addDays, pieces } from './days.js';
import { advanced, firstRunAt, nextRunAt, spanOf, type Cursor, type Plan } from './schedule.js';

const HOUR = 3_600_000;
const plan: Plan = { intervalMs: HOUR, lookbackDays: 30 };

describe('the days of a run', () => {
  it('begin a lookback ago where nothing was fetched yet, or at the first day that is asked for', () => {
    expect(spanOf(undefined, plan, '2026-11-21')).toEqual({ from: '2026-10-22', to: '2026-11-21' });
    expect(spanOf(undefined, { ...plan, since: '2026-01-01' }, '2026-11-21')).toEqual({ from: '2026-01-01', to: '2026-11-21' });
  });

  it('are the lookback again each time, for late conversions', () => {
    expect(spanOf({ day: '2026-11-21', since: '2026-01-01' }, plan, '2026-11-21')).toEqual({ from: '2026-10-22', to: '2026-11-21' });
  });

  it('reach back to what may have been restated while the service was off', () => {
    expect(spanOf({ day: '2026-09-01', since: '2026-01-01' }, plan, '2026-11-21')).toEqual({ from: '2026-08-02', to: '2026-11-21' });
  });

  it('never begin before the first day that was asked for', () => {
    expect(spanOf({ day: '2026-11-10', since: '2026-11-01' }, plan, '2026-11-21').from).toBe('2026-11-01');
    expect(spanOf({ day: '2026-11-10', since: '2026-10-01' }, { ...plan, since: '2026-11-05' }, '2026-11-21').from).toBe('2026-11-05');
  });

  it('are all of them where the first day was moved back', () => {
    expect(spanOf({ day: '2026-11-21', since: '2026-06-01' }, { ...plan, since: '2026-01-01' }, '2026-11-21').from).toBe('2026-01-01');
  });

  it('are today at least, where the first day is still to come or the clock was set back', () => {
    expect(spanOf(undefined, { ...plan, since: '2027-01-01' }, '2026-11-21')).toEqual({ from: '2026-11-21', to: '2026-11-21' });
    expect(spanOf({ day: '2026-12-24', since: '2026-12-24' }, { ...plan, lookbackDays: 0 }, '2026-11-21')).toEqual({ from: '2026-11-21', to: '2026-11-21' });
  });
});

describe('a cursor', () => {
  const backfill = { from: '2026-01-01', to: '2026-11-21' };

  it('moves with each piece, and knows the run once that has ended', () => {
    const first = advanced(undefined, backfill, { from: '2026-01-01', to: '2026-01-31' });
    expect(first).toEqual({ day: '2026-01-31', since: '2026-01-01' });
    expect(advanced(first, backfill, { from: '2026-11-01', to: '2026-11-21' }, 7)).toEqual({ day: '2026-11-21', since: '2026-01-01', ranAt: 7 });
  });

  it('does not go back while a lookback is fetched', () => {
    expect(advanced({ day: '2026-11-20', since: '2026-01-01', ranAt: 5 }, { from: '2026-10-21', to: '2026-11-21' }, { from: '2026-10-21', to: '2026-10-27' }))
      .toEqual({ day: '2026-11-20', since: '2026-01-01', ranAt: 5 });
  });

  it('begins anew where the first day was moved back', () => {
    expect(advanced({ day: '2026-11-20', since: '2026-06-01' }, backfill, { from: '2026-01-01', to: '2026-01-31' })).toMatchObject({ day: '2026-01-31', since: '2026-01-01' });
  });

  it('leaves no day out, whenever runs are broken off', () => {
    const runs = fc.array(fc.record({ pause: fc.nat(9), pieces: fc.nat(6) }), { minLength: 1, maxLength: 8 });
    fc.assert(fc.property(runs, fc.integer({ min: 1, max: 9 }), (list, maxDays) => {
      const short = { ...plan, lookbackDays: 3, since: '2026-01-01' };
      let cursor: Cursor | undefined;
      let today = '2026-01-05';
      // When each day was last fetched.
      const fetched = new Map<string, string>();
      const run = (limit: number) => {
        const span = spanOf(cursor, short, today);
        for (const piece of pieces(span, maxDays).slice(0, limit)) {
          for (let day = piece.from; day <= piece.to; day = addDays(day, 1)) fetched.set(day, today);
          cursor = advanced(cursor, span, piece);
        }
      };
      for (const { pause, pieces: done } of list) {
        run(done);
        today = addDays(today, pause);
      }
      run(Infinity);
      for (let day = '2026-01-01'; day <= today; day = addDays(day, 1)) {
        // Once its lookback is over, a day does not change: fetched then or later, it is right for good.
        const settled = addDays(day, short.lookbackDays) < today ? addDays(day, short.lookbackDays) : today;
        expect([day, (fetched.get(day) ?? '') >= settled]).toEqual([day, true]);
      }
    }));
  });
});

describe('an account', () => {
  it('runs at once where it never did, else an interval after its last run, also of another instance', () => {
    expect(firstRunAt(undefined, plan, 1_000)).toBe(1_000);
    expect(firstRunAt({ day: '2026-11-20', since: '2026-11-01' }, plan, 1_000)).toBe(1_000);
    expect(firstRunAt({ day: '2026-11-20', since: '2026-11-01', ranAt: 5 * HOUR }, plan, 5.5 * HOUR)).toBe(6 * HOUR);
  });

  it('does not wait for a clock that was ahead', () => {
    expect(firstRunAt({ day: '2026-11-20', since: '2026-11-01', ranAt: 500 * HOUR }, plan, 2 * HOUR)).toBe(3 * HOUR);
  });

  it('runs an interval after its last run began, at once where that took longer', () => {
    expect([nextRunAt(0, 'done', plan, HOUR / 2), nextRunAt(0, 'done', plan, 2 * HOUR), nextRunAt(0, 'refused', plan, 1)]).toEqual([HOUR, 2 * HOUR, HOUR]);
  });

  it('that failed is tried again within a quarter of an hour', () => {
    expect([nextRunAt(0, 'failed', { ...plan, intervalMs: 24 * HOUR }, HOUR), nextRunAt(0, 'failed', { ...plan, intervalMs: 60_000 }, HOUR)]).toEqual([1.25 * HOUR, HOUR + 60_000]);
  });
});
