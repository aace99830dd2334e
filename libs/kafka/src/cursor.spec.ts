// How what is fetched becomes blocks.
import { describe, expect, it } from '@jest/globals';
import type { KafkaMessage } from 'kafkajs';
import { Cursor, type Block } from './cursor.js';
import type { OffsetMetadata, Position } from './positions.js';

const message = (offset: number) => ({ offset: String(offset), value: Buffer.from(String(offset)) }) as KafkaMessage;
const position = (offset: number | undefined, metadata?: OffsetMetadata): Position => ({ offset, metadata, low: 0, high: 1_000 });
const limits = { maxRecords: 3, maxBytes: 1_000 };
const now = () => 42;
const offsets = (block: Block) => block.messages.map(({ offset }) => Number(offset));

describe('a cursor', () => {
  it('begins where the log begins when nothing was committed', () => {
    expect(new Cursor('t', 0, { ...position(undefined), low: 17 }, undefined, 5)).toMatchObject({ next: 17, epoch: 5 });
  });

  it('cuts by records and by bytes', () => {
    const byRecords = [...new Cursor('t', 0, position(0), undefined, 1).cut([0, 1, 2, 3].map(message), 3, limits, now)];
    expect(byRecords.map(({ from, to }) => [from, to])).toEqual([[0, 2], [3, 3]]);
    const byBytes = [...new Cursor('t', 0, position(0), undefined, 1).cut([0, 1, 2, 3].map(message), 3, { maxRecords: 10, maxBytes: 2 }, now)];
    expect(byBytes.map(({ from, to }) => [from, to])).toEqual([[0, 1], [2, 3]]);
  });

  it('goes on after the markers that end a fetch, but not beyond records that are still to come', () => {
    const fetched = [...new Cursor('t', 0, position(0), undefined, 1).cut([0, 1, 2, 3].map(message), 6, limits, now)];
    expect(fetched.map(({ to, next }) => [to, next])).toEqual([[2, 3], [3, 7]]);
  });

  it('goes on behind what this process has processed itself, though less is committed', () => {
    const cursor = new Cursor('t', 0, position(10, { epoch: 7 }), 16, 1);
    expect(cursor).toMatchObject({ next: 16, epoch: 7 });
    expect([...cursor.cut([10, 15, 16].map(message), 16, limits, now)].map(offsets)).toEqual([[16]]);
    expect([...cursor.cut([10, 15].map(message), 15, limits, now)]).toEqual([]);
  });
});
