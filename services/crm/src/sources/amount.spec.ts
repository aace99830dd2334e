import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { amountMicros } from './amount.js';

describe('amountMicros', () => {
  it.each([
    ['1500', 1_500_000_000], ['1500.00', 1_500_000_000], ['0.1', 100_000], [' 19.99 ', 19_990_000], ['-3.5', -3_500_000], ['-0', 0], ['1.5E4', 15_000_000_000], ['25e-1', 2_500_000],
    ['0.0000005', 1], ['0.0000004', 0], ['-0.0000005', -1], ['33.333333333', 33_333_333], ['9007199254.740991', 9_007_199_254_740_991],
  ])('%s is %d millionths', (text, micros) => {
    expect(amountMicros(text)).toBe(micros);
  });

  it.each(['', '.', '.5', '1,500.00', '1 500', '$5', 'NaN', 'Infinity', '1e999', '0x10', '1.2.3', '--1'])('%j is no amount', (text) => {
    expect(amountMicros(text)).toBe('invalid');
  });

  it.each(['9007199255', '1e20', '-1e50'])('%s is out of range', (text) => {
    expect(amountMicros(text)).toBe('range');
  });

  it('is exact for every amount with up to 6 decimals', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 9_007_199_253 }), fc.integer({ min: 0, max: 999_999 }), (whole, fraction) => {
      expect(amountMicros(`${whole}.${String(fraction).padStart(6, '0')}`)).toBe(whole * 1_000_000 + fraction);
    }));
  });
});
