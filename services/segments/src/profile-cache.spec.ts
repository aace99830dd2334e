import { describe, expect, it } from '@jest/globals';
import { LeastRecentlyUsed } from './profile-cache.js';

/** Of texts, as large as they are long. */
const cacheOf = (limit: number) => new LeastRecentlyUsed<string>(limit, (text) => text.length);

describe('the cache of profiles', () => {
  it('forgets what was not used for longest', () => {
    const cache = cacheOf(3);
    for (const key of ['a', 'b', 'c']) cache.set(key, '1');
    cache.get('a');
    cache.set('b', '2');
    cache.set('d', '1');
    expect(['a', 'b', 'c', 'd'].map((key) => cache.get(key))).toEqual(['1', '2', undefined, '1']);
  });

  it('holds what its limit has room for, and no more', () => {
    const cache = cacheOf(100);
    for (let i = 0; i < 1_000; i += 1) cache.set(`p${i}`, 'xy');
    expect([cache.size, cache.bytes, [...cache.values()].length]).toEqual([50, 100, 50]);
    cache.set('large', 'x'.repeat(61));
    expect([cache.size, cache.bytes, cache.get('p980'), cache.get('p981')]).toEqual([20, 99, undefined, 'xy']);
  });

  it('holds one that is larger than all of it until the next comes', () => {
    const cache = cacheOf(10);
    cache.set('a', 'x'.repeat(11));
    expect(cache.get('a')).toHaveLength(11);
    cache.set('b', '1');
    expect([cache.get('a'), cache.get('b'), cache.bytes]).toEqual([undefined, '1', 1]);
  });

  it('reckons anew what is given again, and without what is deleted', () => {
    const cache = cacheOf(4);
    cache.set('a', '1');
    cache.set('b', '1');
    cache.set('b', '12');
    expect([cache.get('a'), cache.get('b'), cache.bytes]).toEqual(['1', '12', 3]);
    cache.delete('a');
    cache.delete('nobody');
    cache.set('c', '12');
    expect([cache.get('a'), cache.get('b'), cache.get('c'), cache.bytes]).toEqual([undefined, '12', '12', 4]);
  });
});
