import { describe, expect, it } from '@jest/globals';
import { addDays, dayIn, daysOf, pieces } from './days.js';

describe('a day', () => {
  it('is that of the account, not of the server', () => {
    const now = Date.parse('2026-11-21T04:30:00Z');
    expect([dayIn('UTC', now), dayIn('America/New_York', now), dayIn('Pacific/Kiritimati', now)]).toEqual(['2026-11-21', '2026-11-20', '2026-11-21']);
    expect(dayIn('Pacific/Kiritimati', Date.parse('2026-12-31T10:00:00Z'))).toBe('2027-01-01');
  });

  it('is followed by the next, over ends of months, leap days and changes of the clock', () => {
    expect([addDays('2026-02-28', 1), addDays('2028-02-28', 1), addDays('2026-12-31', 1), addDays('2026-03-29', 1), addDays('2026-03-01', -1)])
      .toEqual(['2026-03-01', '2028-02-29', '2027-01-01', '2026-03-30', '2026-02-28']);
  });
});

describe('a span', () => {
  it('is cut into pieces that neither overlap nor leave a day out', () => {
    expect(pieces({ from: '2026-01-30', to: '2026-02-08' }, 4)).toEqual([
      { from: '2026-01-30', to: '2026-02-02' }, { from: '2026-02-03', to: '2026-02-06' }, { from: '2026-02-07', to: '2026-02-08' },
    ]);
    expect(pieces({ from: '2026-01-30', to: '2026-01-30' }, 31)).toEqual([{ from: '2026-01-30', to: '2026-01-30' }]);
  });

  it('that is empty has no piece and no day', () => {
    expect([pieces({ from: '2026-01-02', to: '2026-01-01' }, 7), daysOf({ from: '2026-01-02', to: '2026-01-01' })]).toEqual([[], []]);
  });

  it('has each of its days once', () => {
    expect(daysOf({ from: '2026-02-27', to: '2026-03-01' })).toEqual(['2026-02-27', '2026-02-28', '2026-03-01']);
  });
});
