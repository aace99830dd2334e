import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { inOrder } from './inputs.js';

const record = (name: string, receivedAt: number) => ({ name, receivedAt });

describe('records of several partitions', () => {
  it('come by when they were received', () => {
    const ordered = inOrder([[record('a1', 1), record('a2', 4)], [record('b1', 2), record('b2', 3)]]);
    expect(ordered.map(({ name }) => name)).toEqual(['a1', 'b1', 'b2', 'a2']);
  });

  it('stay in the order of their partition, whatever the clocks say', () => {
    // An instance took a2 in, stood still, and wrote it after another instance had written a1.
    const ordered = inOrder([[record('a1', 9), record('a2', 5)], [record('b1', 7), record('b2', 10)]]);
    expect(ordered.map(({ name }) => name)).toEqual(['b1', 'a1', 'a2', 'b2']);
    fc.assert(fc.property(fc.array(fc.array(fc.nat({ max: 20 }), { maxLength: 8 }), { maxLength: 4 }), (partitions) => {
      const given = partitions.map((times, partition) => times.map((receivedAt, offset) => ({ partition, offset, receivedAt })));
      const result = inOrder(given);
      for (const [partition, records] of given.entries()) expect(result.filter((one) => one.partition === partition)).toEqual(records);
    }));
  });
});
