import { describe, expect, it } from '@jest/globals';
import { rejoined } from './splits.js';

const split = { from: 'p', left: ['a', 'b'], stayed: ['c', 'd'] };

describe('identifiers that left a profile', () => {
  it('may be with each other, with anybody else, or apart', () => {
    expect(rejoined([split], new Map([['a', 'q'], ['b', 'r'], ['c', 'p'], ['d', 's']]))).toEqual([]);
  });

  it('must not be with who stayed, nor be lost', () => {
    expect(rejoined([split], new Map([['a', 'q'], ['b', 's'], ['c', 'p'], ['d', 's']]))).toEqual(['b, which left p, is with who stayed']);
    expect(rejoined([split], new Map([['a', 'q'], ['c', 'p'], ['d', 'p']]))).toEqual(['b, which left p, is nobody']);
  });
});
