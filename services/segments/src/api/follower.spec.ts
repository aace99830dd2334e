import { describe, expect, it } from '@jest/globals';
import { eventId, offsetsOf } from './event-ids.js';
import { Follower, type Located } from './follower.js';

const at = (partition: number, offset: number): Located<string> => ({ partition, offset, value: `${partition}:${offset}` });

function follower(next: [number, number][], maxWaiting?: number) {
  const taken: string[] = [];
  return { taken, one: new Follower<string>(new Map(next), (value) => taken.push(value), maxWaiting) };
}

describe('a client that comes back', () => {
  it('gets what it missed and what came meanwhile, each once and in order', () => {
    const { one, taken } = follower([[0, 5], [1, 2]]);
    for (const record of [at(0, 7), at(1, 2)]) one.live(record);
    for (const record of [at(0, 4), at(0, 5), at(0, 6), at(0, 7), at(1, 2)]) one.missed(record);
    one.live(at(0, 8));
    one.caughtUp();
    one.live(at(1, 3));
    expect(taken).toEqual(['0:5', '0:6', '0:7', '1:2', '0:8', '1:3']);
    expect(eventId(one.next)).toBe('0:9,1:4');
  });

  it('is given up where more comes than is held for it', () => {
    const { one } = follower([[0, 0]], 2);
    expect([at(0, 0), at(0, 1), at(0, 2)].map((record) => one.live(record))).toEqual([true, true, false]);
  });

  it('gets a partition that it does not know from its beginning', () => {
    const { one, taken } = follower([[0, 5]]);
    one.caughtUp();
    one.live(at(3, 0));
    expect(taken).toEqual(['3:0']);
  });
});

describe('the id of an event', () => {
  it('is read as it was written, whatever order partitions came in', () => {
    const offsets = new Map([[10, 0], [2, 9_007_199_254_740], [0, 7]]);
    expect(eventId(offsets)).toBe('0:7,2:9007199254740,10:0');
    expect(offsetsOf(eventId(offsets))).toEqual(new Map([...offsets].sort(([a], [b]) => a - b)));
  });

  it.each(['', '7', '0:-1', '0:1;1:2', '0:1,', '0:x', '0:1234567890123456'])('%j is refused', (id) => {
    expect(() => offsetsOf(id)).toThrow(expect.objectContaining({ status: 400, message: expect.stringContaining('last-event-id') }));
  });
});
