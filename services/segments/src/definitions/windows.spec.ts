import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseDuration, parseWindow, type SlidingWindow } from './windows.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function windowOf(text: string): SlidingWindow {
  const window = parseWindow(text);
  if ('problem' in window) throw new Error(window.problem);
  return window as SlidingWindow;
}

describe('a window', () => {
  it.each([
    ['5m', MINUTE], ['1h', MINUTE], ['100m', MINUTE], ['2h', 2 * MINUTE], ['24h', 15 * MINUTE], ['1d', 15 * MINUTE], ['7d', 2 * HOUR],
    ['30d', 8 * HOUR], ['90d', DAY], ['365d', 5 * DAY], ['400d', 4 * DAY],
  ])('of %s has buckets of %d ms', (text, bucketMs) => {
    expect(windowOf(text).bucketMs).toBe(bucketMs);
  });

  it('of any length that is accepted is a multiple of its bucket, at most 100 of them', () => {
    for (let days = 1; days <= 400; days += 1) {
      const parsed = parseWindow(`${days}d`);
      if ('problem' in parsed) continue;
      const window = parsed as SlidingWindow;
      expect([window.lengthMs % window.bucketMs, window.lengthMs / window.bucketMs <= 100]).toEqual([0, true]);
    }
  });

  it.each([
    ['4m', 'write a length from 5m to 400d'],
    ['401d', 'write a length from 5m to 400d'],
    ['300s', 'is not a length of time'],
    ['1w', 'is not a length of time'],
    ['-5m', 'is not a length of time'],
    ['1.5h', 'is not a length of time'],
    ['101d', 'write 102d instead'],
  ])('of %s is refused with what to do', (text, advice) => {
    expect(parseWindow(text)).toEqual({ problem: expect.stringContaining(advice) });
  });

  it('holds a bucket from its first millisecond until a window after it, to the millisecond', () => {
    const window = windowOf('5m');
    const at = 1_800_000_000_000 - (1_800_000_000_000 % MINUTE);
    for (const within of [0, 1, 30_000, MINUTE - 1]) {
      const bucket = window.bucketOf(at + within);
      expect(bucket).toBe(at);
      expect([at - 1, at, at + 5 * MINUTE - 1, at + 5 * MINUTE].map((now) => window.holds(bucket, now))).toEqual([false, true, true, false]);
    }
  });

  it('holds what floor(occurred_at/B)*B > floor(T/B)*B - W says, and nothing of the future', () => {
    const lengths = fc.constantFrom('5m', '7m', '90m', '1d', '7d', '365d', '400d');
    fc.assert(fc.property(lengths, fc.nat({ max: 4_000_000_000_000 }), fc.integer({ min: -800, max: 5 }), fc.constantFrom(-1, 0, 1), (text, now, steps, edge) => {
      const window = windowOf(text);
      const { bucketMs: size, lengthMs } = window;
      const at = Math.max(0, Math.floor(now / size) * size + steps * size + edge);
      const [bucket, current] = [Math.floor(at / size) * size, Math.floor(now / size) * size];
      expect(window.holds(window.bucketOf(at), now)).toBe(bucket > current - lengthMs && bucket <= current);
    }));
  });

  it('without end holds everything but the future', () => {
    const window = windowOf('all');
    expect([0, 5 * MINUTE, 6 * MINUTE].map((bucket) => window.holds(bucket, 5 * MINUTE + 1))).toEqual([true, true, false]);
  });
});

describe('a duration', () => {
  it('is a number and a unit', () => {
    expect(['90s', '5m', '2h', '3d', '', 'd', '5', '5 m'].map(parseDuration)).toEqual([90_000, 300_000, 7_200_000, 259_200_000, undefined, undefined, undefined, undefined]);
  });
});
