import { describe, expect, it } from '@jest/globals';
import { UsedTokens } from './used-tokens.js';

describe('a token', () => {
  it('is taken once, until its window is over', () => {
    const tokens = new UsedTokens(1_000);
    expect([tokens.take('a', 0), tokens.take('a', 1), tokens.take('b', 1), tokens.take('a', 999), tokens.take('a', 1_000)]).toEqual([true, false, true, false, true]);
  });

  it('can be taken again where it was given back', () => {
    const tokens = new UsedTokens(1_000);
    tokens.take('a', 0);
    tokens.giveBack('a');
    expect(tokens.take('a', 1)).toBe(true);
  });

  it('is forgotten, the oldest first, where there are too many', () => {
    const tokens = new UsedTokens(1_000, 2);
    for (const token of ['a', 'b', 'c']) tokens.take(token, 0);
    expect([tokens.take('c', 1), tokens.take('a', 1)]).toEqual([false, true]);
  });
});
