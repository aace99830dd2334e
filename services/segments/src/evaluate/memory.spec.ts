import { describe, expect, it } from '@jest/globals';
import type { Buckets } from './accumulator.js';
import type { Consents } from './consents.js';
import { memoryOf } from './memory.js';

describe('the memory of a state', () => {
  const memory = (lists: Buckets[], consents: Consents = new Map()) => memoryOf({ profileId: 'p', buckets: new Map(lists.entries()), consents });
  const nothing = memory([]);

  it('grows with lists, their buckets, what these hold, and decisions', () => {
    const one = memory([[60, 1]]);
    expect(one).toBeGreaterThan(nothing);
    expect(memory([[60, 1], [60, 1]]) - nothing).toBe(2 * (one - nothing));
    expect(memory([[60, 1, 120, 1]])).toBeGreaterThan(one);
    expect(memory([[60, { value: 1 }]])).toBeGreaterThan(one);
    expect(memory([[60, ['a', 'b']]])).toBeGreaterThan(memory([[60, ['a']]]));
    expect(memory([[60, [1, 2]]])).toBeLessThan(memory([[60, ['a', 'b']]]));
    expect(memory([[60, new Set(['a', 'b'])]])).toBeGreaterThan(memory([[60, new Set(['a'])]]));
    expect(memory([], new Map([['analytics\nany', []]]))).toBeGreaterThan(nothing);
  });
});
