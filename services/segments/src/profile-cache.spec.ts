import { describe, expect, it } from '@jest/globals';
import { LeastRecentlyUsed } from './profile-cache.js';

describe('the cache of profiles', () => {
  it('forgets what was not used for longest', () => {
    const cache = new LeastRecentlyUsed<number>(3);
    for (const key of ['a', 'b', 'c']) cache.set(key, 1);
    cache.get('a');
    cache.set('b', 2);
    cache.set('d', 1);
    expect(['a', 'b', 'c', 'd'].map((key) => cache.get(key))).toEqual([1, 2, undefined, 1]);
  });

  it('holds as many as its limit, and no more', () => {
    const cache = new LeastRecentlyUsed<number>(100);
    for (let i = 0; i < 1_000; i += 1) cache.set(`p${i}`, i);
    const held = Array.from({ length: 1_000 }, (_, i) => cache.get(`p${i}`)).filter((value) => value !== undefined);
    expect(held).toEqual(Array.from({ length: 100 }, (_, i) => 900 + i));
  });

  it('keeps its size when an entry is replaced or deleted', () => {
    const cache = new LeastRecentlyUsed<number>(2);
    cache.set('a', 1);
    cache.set('b', 1);
    cache.set('b', 2);
    expect([cache.get('a'), cache.get('b')]).toEqual([1, 2]);
    cache.delete('a');
    cache.set('c', 3);
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([undefined, 2, 3]);
  });
});
