import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { median, percentile } from './statistics.js';

describe('median', () => {
  it('is the middle value, in whatever order they come', () => {
    expect(median([30, 2, 10])).toBe(10);
  });

  it('is the mean of the two in the middle', () => {
    expect(median([4, 1, 3, 100])).toBe(3.5);
  });

  it('leaves the values as they were', () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });

  it('refuses to say anything about nothing', () => {
    expect(() => median([])).toThrow(RangeError);
  });
});

describe('percentile', () => {
  it('is the nearest rank', () => {
    const values = Array.from({ length: 100 }, (_, i) => 100 - i);
    expect(percentile(values, 0.5)).toBe(50);
    expect(percentile(values, 0.99)).toBe(99);
    expect(percentile(values, 1)).toBe(100);
  });

  it('is undefined for nothing', () => {
    expect(percentile([], 0.5)).toBeUndefined();
  });

  it('is a value that as many values do not exceed, and no smaller one is', () => {
    fc.assert(fc.property(fc.array(fc.double({ noNaN: true }), { minLength: 1 }), fc.double({ min: 0.01, max: 1, noNaN: true }), (values, q) => {
      const found = percentile(values, q)!;
      expect(values).toContain(found);
      expect(values.filter((value) => value <= found).length).toBeGreaterThanOrEqual(q * values.length - 1e-9);
      expect(values.filter((value) => value < found).length).toBeLessThan(q * values.length);
    }));
  });
});
