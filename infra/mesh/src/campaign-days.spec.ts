// What differs between sent and stored days of ads is found and named.
import { describe, expect, it } from '@jest/globals';
import type { SentDay } from '@tideway/simulator';
import { compareDays } from './campaign-days.js';

const day = (over: Partial<SentDay> = {}): SentDay => ({
  platform: 'google', accountId: '1', date: '2026-11-20', campaignId: '2', adGroupId: '3', adId: '4', impressions: 100, clicks: 4, costMicros: 3_200_000, conversions: 1, conversionValueMicros: 59_000_000, ...over,
});

describe('compareDays', () => {
  it('says how many days and clicks agree', () => {
    expect(compareDays([day()], [day()], 2, 2, 7)).toEqual({ name: 'campaign days', ok: true, detail: '1 days of ads, restated 7 times, each as reported last; 2 clicks' });
  });

  it.each([
    ['a number of an earlier report', [day({ conversions: 0 })], 2, /conversions 1 sent, 0 stored/],
    ['a day that is missing', [], 2, /impressions 100 sent, nothing stored; and 1 more/],
    ['a day that is doubled under another key', [day(), day({ adId: '5' })], 2, /1 days sent, 2 stored/],
    ['a click that is missing', [day()], 1, /2 clicks sent, 1 stored/],
  ])('names %s', (_, stored, storedClicks, detail) => {
    expect(compareDays([day()], stored, 2, storedClicks, 0)).toMatchObject({ ok: false, detail: expect.stringMatching(detail) });
  });
});
