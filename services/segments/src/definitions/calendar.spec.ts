import { describe, expect, it } from '@jest/globals';
import { PERIOD_NAMES, readWindow } from './calendar.js';
import type { Window } from './windows.js';

function windowOf(text: string, timeZone?: string): Window {
  const window = readWindow(text, timeZone);
  if ('problem' in window) throw new Error(window.problem);
  return window;
}

const instant = (ms: number) => new Date(ms).toISOString();

/** From when until when the bucket of a moment is in the window. */
function stayOf(window: Window, at: string): string[] {
  const changes: number[] = [];
  window.changes(window.bucketOf(Date.parse(at)), 0, changes);
  return changes.map(instant);
}

describe('a window of the calendar', () => {
  // 2026-11-21 is a Saturday.
  it.each([
    ['today', '2026-11-21', '2026-11-22'],
    ['yesterday', '2026-11-22', '2026-11-23'],
    ['this_week', '2026-11-21', '2026-11-23'],
    ['last_week', '2026-11-23', '2026-11-30'],
    ['this_month', '2026-11-21', '2026-12-01'],
    ['last_month', '2026-12-01', '2027-01-01'],
    ['this_quarter', '2026-11-21', '2027-01-01'],
    ['last_quarter', '2027-01-01', '2027-04-01'],
    ['this_year', '2026-11-21', '2027-01-01'],
    ['last_year', '2027-01-01', '2028-01-01'],
  ])('%s holds what happened on 2026-11-21 from %s until %s', (text, enters, leaves) => {
    const window = windowOf(text);
    expect(stayOf(window, '2026-11-21T15:00:00Z')).toEqual([`${enters}T00:00:00.000Z`, `${leaves}T00:00:00.000Z`]);
    const [from, until, bucket] = [Date.parse(enters), Date.parse(leaves), window.bucketOf(Date.parse('2026-11-21T23:59:59.999Z'))];
    expect([from - 1, from, until - 1, until].map((now) => window.holds(bucket, now))).toEqual([false, true, true, false]);
    expect([from - 1, until - 1, until].map((now) => window.isOver(bucket, now))).toEqual([false, false, true]);
  });

  it('begins and ends with the days of its time zone', () => {
    // In Berlin the month of October is an hour longer, and the 1st begins in summer time.
    expect(stayOf(windowOf('this_month', 'Europe/Berlin'), '2026-09-30T22:00:00Z')).toEqual(['2026-09-30T22:00:00.000Z', '2026-10-31T23:00:00.000Z']);
    expect(stayOf(windowOf('last_week', 'America/New_York'), '2026-11-02T04:59:59Z')).toEqual(['2026-11-02T05:00:00.000Z', '2026-11-09T05:00:00.000Z']);
    expect(stayOf(windowOf('today', 'America/Sao_Paulo'), '2018-11-04T12:00:00Z')).toEqual(['2018-11-04T03:00:00.000Z', '2018-11-05T02:00:00.000Z']);
  });

  it('has the first Monday, month and year of all', () => {
    expect(stayOf(windowOf('this_week'), '1970-01-01T00:00:00Z')).toEqual(['1970-01-05T00:00:00.000Z']);
    expect(stayOf(windowOf('last_year', 'America/New_York'), '1970-01-01T00:00:00Z')).toEqual(['1970-01-01T05:00:00.000Z', '1971-01-01T05:00:00.000Z']);
  });

  it('holds nothing of a day before the day begins', () => {
    for (const text of PERIOD_NAMES) {
      const window = windowOf(text);
      expect(window.holds(window.bucketOf(Date.parse('2026-11-22T00:00:00Z')), Date.parse('2026-11-21T23:59:59.999Z'))).toBe(false);
    }
  });
});
