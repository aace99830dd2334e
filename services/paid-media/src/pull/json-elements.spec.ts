import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { JsonElements } from './json-elements.js';

function cut(chunks: Buffer[]): { elements: unknown[]; complete: boolean } {
  const elements = new JsonElements();
  const found = chunks.flatMap((chunk) => [...elements.push(chunk)]).map((bytes) => JSON.parse(bytes.toString()) as unknown);
  return { elements: found, complete: elements.complete };
}

describe('the elements of a list that comes in pieces', () => {
  it('are those of the list, wherever it is cut', () => {
    const list = fc.array(fc.dictionary(fc.string(), fc.jsonValue()));
    fc.assert(fc.property(list, fc.integer({ min: 1, max: 50 }), fc.constantFrom(undefined, 1), (values, size, indent) => {
      const bytes = Buffer.from(JSON.stringify(values, null, indent));
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
      expect(cut(chunks)).toEqual({ elements: JSON.parse(bytes.toString()), complete: true });
    }));
  });

  it('are given as soon as each is whole, and a list that breaks off is not complete', () => {
    expect(cut([Buffer.from('[{"results":[{"a":"}]"}]}\n,\n{"results":[')])).toEqual({ elements: [{ results: [{ a: '}]' }] }], complete: false });
    expect(cut([])).toEqual({ elements: [], complete: false });
    expect(cut([Buffer.from('[]')])).toEqual({ elements: [], complete: true });
  });
});
