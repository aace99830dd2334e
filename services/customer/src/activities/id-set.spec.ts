import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { v5 } from 'uuid';
import { IdSet, idWords } from './id-set.js';

const NAMESPACE = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';

describe('the words of an id', () => {
  it('are those of a uuid in order, and of other texts a hash of theirs', () => {
    fc.assert(fc.property(fc.uuid(), (uuid) => {
      const hex = uuid.replaceAll('-', '');
      expect([...idWords(uuid)]).toEqual([0, 8, 16, 24].map((start) => Number.parseInt(hex.slice(start, start + 8), 16)));
    }));
    const near = ['0000000g-0000-4000-8000-000000000001', '00000000-0000-4000-8000-00000000000A', '00000000_0000-4000-8000-000000000001', '00000000-0000-4000-8000-00000000000é', '00000000-0000-0000-0000-000000000000', ''];
    expect(new Set(near.map((text) => idWords(text).join())).size).toBe(near.length);
    expect(near.every((text) => idWords(text).some((word) => word !== 0))).toBe(true);
  });
});

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

  it('mixes ids that differ in few bits, as time-ordered ones do', () => {
    const ids = new IdSet();
    const count = 500_000;
    for (let ms = 0; ms < count; ms += 1) {
      const time = (0x0199_0000_0000 + ms).toString(16).padStart(12, '0');
      ids.add(idWords(`${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`));
    }
    // Without mixing, each of them would pass by all before it: that takes longer than a test may.
    expect(ids.size).toBe(count);
  });
});
