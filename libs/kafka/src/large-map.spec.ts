import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { LargeMap } from './large-map.js';

const filled = (count: number, keyOf: (i: number) => string) => {
  const map = new LargeMap<number>();
  for (let i = 0; i < count; i += 1) map.set(keyOf(i), i);
  return map;
};

describe('LargeMap', () => {
  it('keeps, replaces and forgets as a Map does', () => {
    const [large, map] = [new LargeMap<number>(), new Map<string, number>()];
    for (let i = 0; i < 5_000; i += 1) {
      const key = ['', 'a', 'é'][i % 3]! + String((i * 7919) % 1_000);
      if (i % 4 === 3) expect([key, large.delete(key)]).toEqual([key, map.delete(key)]);
      else for (const either of [large, map]) either.set(key, i);
    }
    expect(new Map(large.entries())).toEqual(map);
    expect([large.size, large.get('a999'), large.has('b'), large.get('b')]).toEqual([map.size, map.get('a999'), false, undefined]);
  });

  it.each([
    ['uuids', (i: number) => createHash('md5').update(String(i)).digest('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')],
    ['counted ids', (i: number) => `user_id:${i}`],
    ['ids that end in the same three characters', (i: number) => `anonymous_id:${createHash('md5').update(String(i)).digest('hex')}.eu`],
  ])('spreads %s, so that it holds at least a hundred million of them', (_, keyOf) => {
    const map = filled(20_000, keyOf);
    expect((8_388_608 / map.largestPart) * map.size).toBeGreaterThan(100_000_000);
  });
});
