// Draws places of a list by weight, in a time that grows with the list's logarithm; and Zipf's law as weights.
import type { Random } from './random.js';

export class WeightedDraw {
  /** Sum of the weights up to each place. */
  readonly #upTo: Float64Array;
  /** Sum of all weights. */
  readonly weight: number;

  /** `weights`: not negative, at least one, and one of them above 0. */
  constructor(weights: ArrayLike<number>) {
    let sum = 0;
    this.#upTo = Float64Array.from(weights, (weight) => (sum += weight));
    this.weight = sum;
    if (!(sum > 0 && Number.isFinite(sum))) throw new RangeError('At least one weight must be above 0, and none infinite.');
  }

  /** A place from 0, each as often as its weight says: the first one up to which the weights exceed a random share of all. */
  draw(random: Random): number {
    const wanted = random.fraction() * this.weight;
    let low = 0;
    let high = this.#upTo.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#upTo[middle]! > wanted) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/**
 * Zipf's law with an exponent, as of "Zipf-like" distributions: what has rank r (from 1) comes r^-s times as often as what
 * has rank 1. s = 0 makes all equal. Breslau, Cao, Fan, Phillips, Shenker: Web Caching and Zipf-like Distributions,
 * INFOCOM 1999.
 */
export const zipfWeight = (rank: number, exponent: number): number => rank ** -exponent;
