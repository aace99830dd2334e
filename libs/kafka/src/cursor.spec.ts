// Block redo: whatever is fetched in whatever pieces, and wherever the process dies, each record is stored once.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
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
    expect(new Cursor('t', 0, { ...position(undefined), low: 17 }, undefined, 5)).toMatchObject({ next: 17, epoch: 5, collecting: false });
  });

  it('cuts by records and by bytes', () => {
    const byRecords = [...new Cursor('t', 0, position(0), undefined, 1).cut([0, 1, 2, 3].map(message), 3, limits, now)];
    expect(byRecords.map(({ from, to }) => [from, to])).toEqual([[0, 2], [3, 3]]);
    const byBytes = [...new Cursor('t', 0, position(0), undefined, 1).cut([0, 1, 2, 3].map(message), 3, { maxRecords: 10, maxBytes: 2 }, now)];
    expect(byBytes.map(({ from, to }) => [from, to])).toEqual([[0, 1], [2, 3]]);
  });

  it('redoes a begun block with its old range and time, over several fetches and gaps', () => {
    const cursor = new Cursor('t', 0, position(10, { epoch: 7, to: 15, at: 99 }), undefined, 1);
    expect([...cursor.cut([10, 11].map(message), 12, limits, now)]).toEqual([]);
    expect(cursor.collecting).toBe(true);
    const [redone, ...rest] = [...cursor.cut([13, 15, 16].map(message), 16, limits, now)];
    expect(redone).toMatchObject({ from: 10, to: 15, at: 99, epoch: 7, redo: true });
    expect(offsets(redone!)).toEqual([10, 11, 13, 15]);
    expect(rest.map((block) => [block.from, block.to, block.redo])).toEqual([[16, 16, false]]);
  });

  it('ends a redo where the last record of the block was compacted away', () => {
    const cursor = new Cursor('t', 0, position(10, { epoch: 7, to: 15, at: 99 }), undefined, 1);
    const blocks = [...cursor.cut([10, 20].map(message), 20, limits, now)];
    expect(blocks.map((block) => [block.redo, offsets(block)])).toEqual([[true, [10]], [false, [20]]]);
  });

  it('goes on after the markers that end a fetch, but not beyond records that are still to come', () => {
    const fetched = [...new Cursor('t', 0, position(0), undefined, 1).cut([0, 1, 2, 3].map(message), 6, limits, now)];
    expect(fetched.map(({ to, next }) => [to, next])).toEqual([[2, 3], [3, 7]]);
    const redone = [...new Cursor('t', 0, position(0, { epoch: 7, to: 1, at: 9 }), undefined, 1).cut([0, 1, 2].map(message), 3, limits, now)];
    expect(redone.map(({ to, next }) => [to, next])).toEqual([[1, 2], [2, 4]]);
    expect([...new Cursor('t', 0, position(0, { epoch: 7, to: 1, at: 9 }), undefined, 1).cut([0, 1].map(message), 3, limits, now)].map(({ next }) => next)).toEqual([4]);
  });

  it('does not redo a block that this process finished itself', () => {
    const cursor = new Cursor('t', 0, position(10, { epoch: 7, to: 15, at: 99 }), 16, 1);
    expect(cursor).toMatchObject({ next: 16, collecting: false });
    expect([...cursor.cut([10, 15, 16].map(message), 16, limits, now)].map(offsets)).toEqual([[16]]);
  });

  it('stores each record exactly once over any crashes, when inserts deduplicate by range', () => {
    const run = fc.record({
      gaps: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 40 }),
      fetches: fc.infiniteStream(fc.integer({ min: 1, max: 9 })),
      ends: fc.infiniteStream(fc.constantFrom('none', 'none', 'none', 'before-intent', 'before-insert', 'after-insert')),
    });
    fc.assert(fc.property(run, ({ gaps, fetches, ends }) => {
      let last = -1;
      const log = gaps.map((gap) => (last += gap));
      const inserted = new Map<string, number[]>();
      let committed: { offset?: number; metadata?: OffsetMetadata } = {};
      let crashes = 0;
      for (;;) {
        const cursor = new Cursor('t', 0, position(committed.offset, committed.metadata), undefined, 1);
        if (!life(cursor)) break;
        crashes += 1;
      }
      const stored = [...inserted.values()].flat().sort((a, b) => a - b);
      expect([stored, crashes <= 60]).toEqual([log, true]);

      /** Runs until a crash (true) or the end of the log (false). */
      function life(cursor: Cursor): boolean {
        let at = cursor.position;
        while (at <= last) {
          const end = Math.min(last, at + fetches.next().value! - 1);
          for (const block of cursor.cut(log.filter((offset) => offset >= at && offset <= end).map(message), end, limits, now)) {
            const crash = crashes < 60 ? ends.next().value! : 'none';
            if (crash === 'before-intent') return true;
            if (!block.redo) committed = { offset: block.from, metadata: { epoch: 1, to: block.to, at: 1 } };
            if (crash === 'before-insert') return true;
            const token = `${block.from}-${block.to}`;
            if (!inserted.has(token)) inserted.set(token, offsets(block));
            if (crash === 'after-insert') return true;
            cursor.next = block.to + 1;
          }
          at = end + 1;
        }
        return false;
      }
    }), { numRuns: 2_000 });
  });
});
