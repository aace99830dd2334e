import { describe, expect, it, jest } from '@jest/globals';
import type { Compiled } from './compiled.js';
import type { ProfileState } from './evaluate/index.js';
import { KeptCaches } from './kept-cache.js';
import { LeastRecentlyUsed } from './profile-cache.js';

const COMMITTED = { activities: 10, handovers: undefined };
const compiledOf = (takeOver: (state: ProfileState) => void): Compiled => ({ evaluator: { takesOver: () => takeOver } }) as unknown as Compiled;
const compiled = compiledOf(() => undefined);

function keeping(): { caches: KeptCaches; state: ProfileState } {
  const [caches, cache] = [new KeptCaches(100), new LeastRecentlyUsed<ProfileState>(100, () => 1)];
  const state = { profileId: 'p', standing: {} } as unknown as ProfileState;
  cache.set('p', state);
  caches.keep(3, { cache, compiled, committed: COMMITTED });
  return { caches, state };
}

describe('the cache of a partition', () => {
  it('is given to who opens it next, once, without what was found by ranks', () => {
    const { caches, state } = keeping();
    expect(caches.take(3, COMMITTED, compiled).get('p')).toBe(state);
    expect(state.standing).toBeUndefined();
    expect(caches.take(3, COMMITTED, compiled).get('p')).toBeUndefined();
  });

  it.each([{ ...COMMITTED, activities: 11 }, { ...COMMITTED, activities: undefined }, { ...COMMITTED, handovers: 1 }])('is empty where somebody has committed %j meanwhile', (committed) => {
    const { caches } = keeping();
    expect(caches.take(3, committed, compiled).get('p')).toBeUndefined();
    expect(caches.take(3, COMMITTED, compiled).get('p')).toBeUndefined();
  });

  it('is no other partition’s', () => {
    expect(keeping().caches.take(2, COMMITTED, compiled).get('p')).toBeUndefined();
  });

  it('is made one of the definitions that are in force by now', () => {
    const { caches, state } = keeping();
    const takeOver = jest.fn();
    caches.take(3, COMMITTED, compiledOf(takeOver));
    expect(takeOver.mock.calls).toEqual([[state]]);
  });

  it('is forgotten after a minute', () => {
    jest.useFakeTimers();
    try {
      const { caches } = keeping();
      jest.advanceTimersByTime(60_000);
      expect(caches.take(3, COMMITTED, compiled).get('p')).toBeUndefined();
    } finally {
      jest.useRealTimers();
    }
  });
});
