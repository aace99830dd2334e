import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { reasonsAgainst, type Measured } from './rule.js';
import { searchHeld } from './search.js';

const steady: Measured = {
  eventsPerSecond: 1_000, takenPerSecond: 980, p99Ms: 699, behindMs: { p99: 3, max: 40 }, keptSchedule: true, differences: [],
  lag: Array.from({ length: 9 }, (_, i) => ({ warehouse: i % 2 === 0 ? 4_000 : 20, segments: i < 6 ? 0 : 1_000 })),
};

describe('reasonsAgainst', () => {
  it('has none where everything is just within its bounds', () => {
    expect(reasonsAgainst(steady, 700)).toEqual([]);
  });

  it.each([
    [{ takenPerSecond: 979 }, 'took in 97.9 %'],
    [{ lag: steady.lag.map((look, i) => ({ ...look, segments: i < 6 ? 0 : 1_001 })) }, 'lag of segments grew from 0 to 1001'],
    [{ p99Ms: 700 }, 'p99 700 ms'],
    [{ p99Ms: NaN }, 'no membership changed'],
    [{ keptSchedule: false, behindMs: { p99: 101, max: 900 } }, 'the generator was behind (p99 101, max 900 ms; at most 100, 1000): does not count'],
    [{ differences: ['request 4: web was refused', 'b'] }, '2 answers not as expected: request 4: web was refused'],
  ])('names %j', (change, reason) => {
    expect(reasonsAgainst({ ...steady, ...change }, 700)).toEqual([reason]);
  });
});

describe('searchHeld', () => {
  const search = async (limit: number, options = { from: 1_000, to: 6_000, resolution: 250 }) => {
    const tried: number[] = [];
    const held = await searchHeld(async (rate) => {
      tried.push(rate);
      return rate <= limit;
    }, options);
    return { held, tried };
  };

  it('doubles, then halves the distance', async () => {
    expect(await search(2_600)).toEqual({ held: 2_500, tried: [1_000, 2_000, 4_000, 3_000, 2_500, 2_750] });
  });

  it('ends with the highest rate that it may try', async () => {
    expect(await search(9_000)).toEqual({ held: 6_000, tried: [1_000, 2_000, 4_000, 6_000] });
  });

  it('goes below the first rate, and says where none is held', async () => {
    expect(await search(600)).toMatchObject({ held: 500 });
    expect(await search(0)).toMatchObject({ held: undefined });
  });

  it('finds what is held to the resolution, and tries nothing twice', async () => {
    await fc.assert(fc.asyncProperty(fc.integer({ min: 0, max: 8_000 }), fc.integer({ min: 1, max: 3_000 }), fc.integer({ min: 1, max: 500 }), async (limit, from, resolution) => {
      const { held = 0, tried } = await search(limit, { from, to: 6_000, resolution });
      expect(held).toBeLessThanOrEqual(limit);
      if (held < 6_000) expect(Math.min(...tried.filter((rate) => rate > limit)) - held).toBeLessThanOrEqual(resolution * 1.5);
      expect(new Set(tried).size).toBe(tried.length);
    }));
  });
});
