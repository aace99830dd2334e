import { describe, expect, it } from '@jest/globals';
import { Unprompted } from './unprompted.js';

/** The limit after each of these turns, which should take no more than 100 ms: of how many profiles, in how many ms. */
function limits(...turns: [number, number][]): number[] {
  const unprompted = new Unprompted();
  return turns.map(([count, ms]) => {
    unprompted.took(count, ms, 100);
    return unprompted.limit;
  });
}

describe('the limit of those who are evaluated unprompted', () => {
  it('grows as long as turns that use it up are quick, to a bound', () => expect(limits([50, 5], [100, 10], [200, 49], [400, 49], [500, 20])).toEqual([100, 200, 400, 500, 500]));

  it('falls where they take long, and not below what goes on in any case', () => expect(limits([50, 5], [100, 5], [200, 101], [3, 900], [50, 900], [25, 101], [12, 101])).toEqual([100, 200, 100, 50, 25, 12, 10]));

  it('stays where there are few of them, or none', () => expect(limits([49, 1], [0, 5_000], [50, 80])).toEqual([50, 50, 50]));
});
