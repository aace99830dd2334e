// The size of a history follows from the events that are wanted.
import { describe, expect, it } from '@jest/globals';
import { shopRequests } from '@tideway/simulator';
import { historyFor } from './shop-run.js';

const DAY_MS = 86_400_000;

describe('historyFor', () => {
  it('spreads many events over all days, and few over few', () => {
    expect(historyFor(200_000, 90).days).toBe(90);
    expect(historyFor(1_500, 90)).toEqual({ days: 8, sessionsPerDay: 25 });
    expect(historyFor(1, 90).days).toBe(1);
  });

  it.each([1_500, 6_000])('leaves some of %d events for live people', (events) => {
    const { days, sessionsPerDay } = historyFor(events, 90);
    const from = Date.UTC(2026, 7, 1);
    for (const seed of [1, 2, 3]) {
      const sent = [...shopRequests({ seed, from, until: from + days * DAY_MS, sessionsPerDay })].reduce((sum, request) => sum + request.events, 0);
      expect(sent / events).toBeGreaterThan(0.55);
      expect(sent / events).toBeLessThan(1);
    }
  });
});
