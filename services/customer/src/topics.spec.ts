import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Resends } from './activities/resends.js';
import { eventIdMessages, readEventIds } from './topics.js';

const DAY = 86_400_000;

describe('the ids of events', () => {
  it('are read as they were written, in pieces that a topic takes', () => {
    const resends = new Resends(() => 0);
    for (let i = 0; i < 25_000; i += 1) resends.add(`event ${i}`, 0);
    const planned = resends.planned();
    const messages = eventIdMessages(planned);
    expect(messages.map(({ key, value }) => [key, value.length])).toEqual([['0', 160_000], ['0', 160_000], ['0', 80_000]]);
    expect(messages.flatMap(({ key, value }) => readEventIds({ key: Buffer.from(key), value })!.ids)).toEqual(planned[0]!.ids);
  });

  it('are those of any uuids and texts, of all days that are remembered', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.oneof(fc.uuid(), fc.string()), fc.integer({ min: 0, max: 7 * DAY - 1 }))), (events) => {
      const [written, read] = [new Resends(() => 7 * DAY), new Resends(() => 7 * DAY)];
      for (const [id, receivedAt] of events) written.add(id, receivedAt);
      for (const { key, value } of eventIdMessages(written.planned())) read.restore(readEventIds({ key: Buffer.from(key), value })!);
      written.commit();
      expect(read.size).toBe(written.size);
      for (const [id] of events) expect(read.has(id)).toBe(written.has(id));
    }));
  });

  it('are not looked for in what somebody else wrote', () => {
    expect(readEventIds({ key: Buffer.from('today'), value: Buffer.alloc(16) })).toBeUndefined();
    expect(readEventIds({ key: Buffer.from('20000'), value: Buffer.from('plain text') })).toBeUndefined();
    expect(readEventIds({ key: Buffer.from('20000'), value: null })).toBeUndefined();
  });
});
