// What a subscriber saw of a kill.
import { describe, expect, it } from '@jest/globals';
import { delaysOf, recoveryOf, type Change } from './observer.js';

const change = (at: number, delayMs: number, byTime = false): Change => ({ at, delayMs, byTime });

describe('recoveryOf', () => {
  const told = [change(9_990, 40), change(10_020, 60), change(13_000, 2_900), change(13_500, 3_400), change(15_000, 1_500), change(15_400, 300), change(18_000, 90)];

  it('counts from the kill to the first change that was caused after it, and to the last that was late', () => {
    expect(recoveryOf(told, 10_000, 21_000, 3_000)).toEqual({ firstMs: 3_000, currentMs: 5_000, longestMs: 3_400 });
  });

  it('is over only when none was late for a while', () => {
    expect(recoveryOf(told, 10_000, 17_000, 3_000)).toBeUndefined();
    expect(recoveryOf(told.slice(0, 2), 10_000, 60_000, 3_000)).toBeUndefined();
  });

  it('leaves out what time alone caused', () => {
    expect(recoveryOf([...told, change(18_500, 9_000, true)], 10_000, 21_000, 3_000)).toMatchObject({ currentMs: 5_000, longestMs: 3_400 });
  });
});

describe('delaysOf', () => {
  it('gives percentiles that were measured', () => {
    expect(delaysOf([30, 10, 20].map((ms) => change(0, ms)))).toEqual({ count: 3, p50: 20, p99: 30, max: 30 });
  });
});
