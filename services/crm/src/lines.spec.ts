import { describe, expect, it } from '@jest/globals';
import { lineSlices } from './lines.js';

const read = (text: string) => lineSlices(Buffer.from(text)).map(({ bytes, number }) => [number, bytes.toString()]);

describe('the lines of an import', () => {
  it('are numbered as an editor numbers them, blank ones left out', () => {
    expect(read('{"a":1}\n\n  \r\n{"b":2}\r\n{"c":3}')).toEqual([[1, '{"a":1}'], [4, '{"b":2}'], [5, '{"c":3}']]);
  });

  it('are none in an empty body', () => {
    expect([read(''), read('\n\n')]).toEqual([[], []]);
  });
});
