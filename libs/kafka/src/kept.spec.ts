import { describe, expect, it } from '@jest/globals';
import { bufferOf, keep } from './kept.js';

describe('a record that is kept', () => {
  it('has every byte that it was made of', () => {
    const bytes = Buffer.from(Array.from({ length: 512 }, (_, i) => i % 256));
    expect(bufferOf(keep(bytes)).equals(bytes)).toBe(true);
    expect(bufferOf(keep(Buffer.alloc(0)))).toEqual(Buffer.alloc(0));
  });

  it('shares no memory with the fetch that it came with', () => {
    const fetched = Buffer.from('before-record-after');
    const kept = keep(fetched.subarray(7, 13));
    fetched.fill('x');
    expect(bufferOf(kept).toString()).toBe('record');
  });
});
