// Places are drawn as often as their weights say, and ranks by Zipf's law.
import { describe, expect, it } from '@jest/globals';
import { Random } from './random.js';
import { WeightedDraw, zipfWeight } from './weighted-draw.js';

function frequencies(draw: WeightedDraw, places: number, draws: number): number[] {
  const random = new Random(11, 0);
  const counts = new Array<number>(places).fill(0);
  for (let i = 0; i < draws; i++) counts[draw.draw(random)]!++;
  return counts;
}

describe('WeightedDraw', () => {
  it.each([0, 0.5, 0.8, 1, 1.5])('draws ranks by Zipf\'s law with exponent %d', (exponent) => {
    const [ranks, draws] = [50, 200_000];
    const weights = Array.from({ length: ranks }, (_, place) => zipfWeight(place + 1, exponent));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const counts = frequencies(new WeightedDraw(weights), ranks, draws);
    // Pearson's chi-squared with 49 degrees of freedom is above 94.6 once in 10,000 times.
    const chiSquared = counts.reduce((sum, count, place) => {
      const expected = (draws * weights[place]!) / total;
      return sum + (count - expected) ** 2 / expected;
    }, 0);
    expect(chiSquared).toBeLessThan(94.6);
  });

  it('never draws what weighs nothing, and the only place that there is always', () => {
    expect(frequencies(new WeightedDraw([0, 1, 0, 3, 0]), 5, 5000).map((count) => count > 0)).toEqual([false, true, false, true, false]);
    expect(frequencies(new WeightedDraw([0.1]), 1, 10)).toEqual([10]);
  });

  it('draws the same for the same seed', () => {
    const draw = new WeightedDraw([1, 2, 3]);
    expect(frequencies(draw, 3, 1000)).toEqual(frequencies(draw, 3, 1000));
  });

  it.each([[[]], [[0, 0]], [[1, Infinity]]])('refuses the weights %j', (weights) => {
    expect(() => new WeightedDraw(weights)).toThrow(RangeError);
  });
});
