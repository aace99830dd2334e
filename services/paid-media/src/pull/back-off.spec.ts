import { describe, expect, it } from '@jest/globals';
import { retryAfterMs, waitMs } from './back-off.js';

const NOW = Date.parse('2026-11-21T12:00:00Z');

describe('Retry-After', () => {
  it.each([
    ['30', 30_000], [' 5 ', 5_000], ['0', 0], ['Sat, 21 Nov 2026 12:01:30 GMT', 90_000], ['Sat, 21 Nov 2026 11:00:00 GMT', 0], ['soon', undefined], ['', undefined], [null, undefined],
  ])('%j is %j ms', (header, ms) => {
    expect(retryAfterMs(header, NOW)).toBe(ms);
  });
});

describe('the wait', () => {
  it('doubles its bound up to five minutes, and is spread over all of it', () => {
    expect([0, 1, 2, 8, 9, 50].map((attempt) => waitMs(attempt, 0, 1))).toEqual([1_000, 2_000, 4_000, 256_000, 300_000, 300_000]);
    expect([waitMs(3, 0, 0), waitMs(3, 0, 0.5)]).toEqual([0, 4_000]);
  });

  it('is never shorter than the platform asked for', () => {
    expect([waitMs(0, 30_000, 0), waitMs(0, 30_000, 1)]).toEqual([30_000, 31_000]);
  });
});
