// Streams of random numbers are determined by their seed, apart from one another, and evenly spread.
import { describe, expect, it } from '@jest/globals';
import { Random } from './random.js';

const draws = (seed: number, stream: number, count = 1000) => {
  const random = new Random(seed, stream);
  return Array.from({ length: count }, () => random.uint32());
};

describe('Random', () => {
  it('repeats a stream for the same seed and no other', () => {
    expect(draws(7, 1)).toEqual(draws(7, 1));
    for (const [seed, stream] of [[7, 2], [8, 1], [7 + 2 ** 40, 1]] as const) {
      const other = new Set(draws(seed, stream));
      expect(draws(7, 1).filter((value) => other.has(value)).length).toBeLessThan(3);
    }
  });

  it('spreads evenly over all bits from the first draw on', () => {
    const firsts = Array.from({ length: 2000 }, (_, stream) => new Random(1, stream).uint32());
    for (let bit = 0; bit < 32; bit++) {
      const ones = firsts.filter((value) => (value >>> bit) & 1).length;
      // 1000 expected, a standard deviation of 22.
      expect(Math.abs(ones - 1000)).toBeLessThan(120);
    }
  });

  it('keeps whole numbers within their bounds and reaches both', () => {
    const random = new Random(3, 0);
    const values = new Set(Array.from({ length: 500 }, () => random.int(-2, 3)));
    expect([...values].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2, 3]);
  });

  it('picks by weight', () => {
    const random = new Random(3, 0);
    const picks = Array.from({ length: 4000 }, () => random.weighted({ rare: 1, often: 3, never: 0 }));
    expect(picks.filter((pick) => pick === 'rare').length).toBeGreaterThan(850);
    expect(picks.filter((pick) => pick === 'rare').length).toBeLessThan(1150);
    expect(picks).not.toContain('never');
  });

  it('makes uuids of version 4 that differ', () => {
    const random = new Random(3, 0);
    const uuids = Array.from({ length: 5000 }, () => random.uuid());
    for (const uuid of uuids) expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(uuids).size).toBe(uuids.length);
  });
});
