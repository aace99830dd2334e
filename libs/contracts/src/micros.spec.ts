import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { micros, sumMicros } from './micros.js';

describe('micros', () => {
  it.each([
    [19.99, 19_990_000], ['19.99', 19_990_000], [0.1 + 0.2, 300_000], [1.005, 1_005_000], [4.35, 4_350_000], [1.1, 1_100_000],
    [0, 0], [-0, 0], ['-0', 0], [-5.5, -5_500_000], ['+7', 7_000_000], ['.5', 500_000], ['5.', 5_000_000], [' 3 ', 3_000_000],
    [1e-7, 0], ['0.0000005', 1], ['-0.0000005', -1], ['0.00000049', 0], [5e-324, 0], [1.5e3, 1_500_000_000], ['1.5E4', 15_000_000_000], ['25e-1', 2_500_000], ['33.333333333', 33_333_333], ['9007199254.740991', 9_007_199_254_740_991],
  ])('of %p are %p, with no drift', (amount, expected) => {
    const result = micros(amount);
    expect(result).toBe(expected);
    expect(Object.is(result, -0)).toBe(false);
  });

  it.each(['$19.99', '19,99', '1,299.00', '', '.', 'e5', 'abc', '0x10', 'Infinity', '1 000', '1.2.3', '--1', '1e9999', null, undefined, true, {}, [5], NaN])('of %p do not exist', (amount) => {
    expect(micros(amount)).toBe('type');
  });

  it.each([1e300, '9007199254.740992', -9_007_199_255, '1e200', '1e999', '-1e50'])('of %p are out of range, not rounded', (amount) => {
    expect(micros(amount)).toBe('range');
  });

  it('are exact for every price of two decimals', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 900_000_000_000 }), (cents) => {
      const expected = cents * 10_000;
      fc.pre(Number.isSafeInteger(expected));
      expect(micros(cents / 100)).toBe(expected);
      expect(micros(`${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`)).toBe(expected);
    }));
  });
});

describe('micros of a text', () => {
  it('are exact for every amount with up to 6 decimals', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 9_007_199_253 }), fc.integer({ min: 0, max: 999_999 }), (whole, fraction) => {
      expect(micros(`${whole}.${String(fraction).padStart(6, '0')}`)).toBe(whole * 1_000_000 + fraction);
    }));
  });
});

describe('sumMicros', () => {
  it('adds exactly and refuses what does not fit', () => {
    expect(sumMicros([100_000, 200_000, -50_000])).toBe(250_000);
    expect(sumMicros([Number.MAX_SAFE_INTEGER, 1])).toBeUndefined();
    expect(sumMicros([])).toBe(0);
  });
});
