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
  it('grows as long as turns that use it up are quick, to a bound', () => expect(limits([100, 20], [200, 40], [400, 99], [500, 50])).toEqual([200, 400, 500, 500]));

  it('falls where they take long, and not below what goes on in any case', () => expect(limits([100, 20], [200, 20], [400, 201], [3, 900], [100, 900])).toEqual([200, 400, 200, 100, 100]));

  it('stays where there are few of them, or none', () => expect(limits([99, 1], [0, 5_000], [100, 150])).toEqual([100, 100, 100]));
});
