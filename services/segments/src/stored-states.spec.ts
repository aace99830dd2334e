import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { StoredStates } from './stored-states.js';

const profileId = fc.integer({ min: 0, max: 8 }).map((n) => `p${n}`);
const value = fc.tuple(fc.integer({ min: 0, max: 255 }), fc.constantFrom(0, 1, 5, 5, 300, 400_000, 1_500_000)).map(([byte, length]) => Buffer.alloc(length, byte));
const step = fc.oneof({ weight: 5, arbitrary: fc.record({ profileId, value }) }, { weight: 1, arbitrary: fc.record({ profileId }) });

describe('stored states', () => {
  it('are as in a map, however often they are replaced and deleted, also while memory is cleared', () => {
    fc.assert(fc.property(fc.array(step, { maxLength: 120 }), fc.constantFrom(1, 3, 50), (steps, lookedAtOnce) => {
      const states = new StoredStates(lookedAtOnce);
      const map = new Map<string, Buffer>();
      for (const one of steps) {
        if ('value' in one) {
          states.set(one.profileId, one.value);
          map.set(one.profileId, one.value);
        } else {
          states.delete(one.profileId);
          map.delete(one.profileId);
        }
        expect(states.size).toBe(map.size);
      }
      for (let n = 0; n <= 8; n += 1) {
        const found = states.get(`p${n}`);
        expect(states.has(`p${n}`)).toBe(map.has(`p${n}`));
        expect(found === undefined ? undefined : Buffer.compare(found, map.get(`p${n}`)!)).toBe(map.has(`p${n}`) ? 0 : undefined);
      }
      expect([...states.entries()].every(([id, bytes]) => Buffer.compare(bytes, map.get(id)!) === 0)).toBe(true);
      expect([...states.entries()]).toHaveLength(map.size);
    }), { numRuns: 60 });
  });

  it('do not change with the buffer that they came in', () => {
    const states = new StoredStates();
    const buffer = Buffer.from('before');
    states.set('p', buffer);
    buffer.fill('x');
    expect(String(states.get('p'))).toBe('before');
  });

  it('take no more memory than half more than what stands, and some, after very many replacements', () => {
    const states = new StoredStates();
    for (let i = 0; i < 200_000; i += 1) states.set(`p${i % 1_000}`, Buffer.alloc(200 + (i % 7)));
    expect(states.size).toBe(1_000);
    expect(states.bytes).toBeLessThan(4 * 2 ** 20);
  });

  it('are copied bit by bit where much was replaced, and what is cleared is given back', () => {
    const states = new StoredStates(10);
    const all = (bytes: number) => {
      for (let i = 0; i < 20_000; i += 1) states.set(`p${i}`, Buffer.alloc(bytes, i));
    };
    all(100);
    const before = states.bytes;
    all(101);
    // What stands, half of it that was replaced, what is copied of it, and up to a piece for each.
    expect(states.bytes).toBeLessThan(3 * before);
    all(102);
    all(103);
    expect(states.bytes).toBeLessThan(3 * before);
    expect(states.get('p19999')).toEqual(Buffer.alloc(103, 19_999));
  });
});
