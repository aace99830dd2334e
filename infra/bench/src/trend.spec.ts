import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bySixths, byThirds, lagGrows, slope, span } from './trend.js';

const count = (n: number) => Array.from({ length: n }, (_, i) => i);

describe('span', () => {
  it('cuts a list at shares of its length', () => {
    expect(span(count(12), 1 / 6, 2 / 6)).toEqual([2, 3]);
    expect(span(count(12), 5 / 6, 1)).toEqual([10, 11]);
  });

  it('is never empty, and never more than there is', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 50 }), fc.double({ min: 0, max: 0.5, noNaN: true }), fc.double({ min: 0.5, max: 1, noNaN: true }), (length, from, to) => {
      const cut = span(count(length), from, to);
      expect(cut.length).toBeGreaterThan(0);
      expect(cut.every((value) => value >= 0 && value < length)).toBe(true);
    }));
  });
});

describe('byThirds and bySixths', () => {
  it('see what rises between their spans, whatever a single value does', () => {
    expect(byThirds([1, 90, 1, 5, 5, 5, 7, 7, 0])).toEqual({ before: 1, after: 7 });
    expect(bySixths([90, 90, 2, 4, 5, 5, 5, 5, 5, 5, 6, 8])).toEqual({ before: 3, after: 7 });
  });

  it('see no change in a single value', () => {
    expect([byThirds([4]), bySixths([4])]).toEqual([{ before: 4, after: 4 }, { before: 4, after: 4 }]);
  });
});

describe('slope', () => {
  it('is that of the line on which the values lie', () => {
    fc.assert(fc.property(fc.double({ min: -100, max: 100, noNaN: true }), fc.double({ min: -100, max: 100, noNaN: true }), (rise, start) => {
      expect(slope([0, 1, 2, 5], [0, 1, 2, 5].map((time) => start + rise * time))).toBeCloseTo(rise, 6);
    }));
  });

  it('is 0 where there is no time between', () => {
    expect([slope([], []), slope([3], [8]), slope([3, 3], [1, 9])]).toEqual([0, 0, 0]);
  });
});

describe('lagGrows', () => {
  it('begins above a second of events', () => {
    expect([lagGrows({ before: 50, after: 550 }, 500), lagGrows({ before: 50, after: 551 }, 500), lagGrows({ before: 900, after: 0 }, 500)]).toEqual([false, true, false]);
  });
});
