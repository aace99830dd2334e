import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { v5 } from 'uuid';
import { IdSet, idWords } from './id-set.js';

const NAMESPACE = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';

describe('IdSet', () => {
  it('knows exactly what a Set of the same texts knows', () => {
    const id = fc.oneof(fc.uuid(), fc.uuid().map((uuid) => uuid.toUpperCase()), fc.string(), fc.constant('00000000-0000-0000-0000-000000000000'));
    fc.assert(fc.property(fc.array(id), fc.array(id), (added, asked) => {
      const ids = new IdSet();
      for (const text of added) ids.add(idWords(text));
      const expected = new Set(added);
      expect(ids.size).toBe(expected.size);
      for (const text of [...added, ...asked]) expect(ids.has(idWords(text))).toBe(expected.has(text));
    }));
  });

  it('finds every id again after growing, in at most 46 bytes each', () => {
    const ids = new IdSet();
    const names = Array.from({ length: 50_000 }, (_, index) => idWords(v5(`event ${index}`, NAMESPACE)));
    for (const words of names) ids.add(words);
    expect(ids.size).toBe(names.length);
    expect(names.every((words) => ids.has(words))).toBe(true);
    expect(ids.has(idWords(v5('another', NAMESPACE)))).toBe(false);
    expect(ids.bytes / ids.size).toBeLessThan(46);
  });

  it('stays fast for ids that differ in few bits, as time-ordered ones do', () => {
    const ids = new IdSet();
    const start = performance.now();
    for (let index = 0; index < 50_000; index++) ids.add(idWords(`01990000-${(index & 0xffff).toString(16).padStart(4, '0')}-7000-8000-000000000000`));
    expect(ids.size).toBe(50_000);
    // Without mixing, each of them would probe past all before it: minutes.
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});
