import { describe, expect, it } from '@jest/globals';
import { Unprompted } from './unprompted.js';

/** The limit after each of these turns: of how many profiles, in how many ms. */
function limits(...turns: [number, number][]): number[] {
  const unprompted = new Unprompted();
  return turns.map(([count, ms]) => {
    unprompted.took(count, ms);
    return unprompted.limit;
  });
}

describe('the limit of those who are evaluated unprompted', () => {
  it('grows as long as turns that use it up are quick, to a bound', () => expect(limits([25, 5], [50, 10], [100, 20], [200, 24], [400, 24], [500, 20])).toEqual([50, 100, 200, 400, 500, 500]));

  it('falls where they take long, and not below what goes on in any case', () => expect(limits([25, 5], [50, 5], [100, 51], [3, 900], [25, 900])).toEqual([50, 100, 50, 25, 25]));

  it('stays where there are few of them, or none', () => expect(limits([24, 1], [0, 5_000], [25, 40])).toEqual([25, 25, 25]));
});
