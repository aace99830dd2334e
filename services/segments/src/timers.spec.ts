import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Timers } from './timers.js';

const profileId = fc.integer({ min: 0, max: 12 }).map((n) => `p${n}`);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ profileId, at: fc.option(fc.integer({ min: 0, max: 60 }), { freq: 8 }) }) },
  { weight: 2, arbitrary: fc.record({ now: fc.integer({ min: 0, max: 70 }), limit: fc.integer({ min: 1, max: 6 }) }) },
);
const sorted = (list: Map<string, number>) => [...list.values()].sort((a, b) => a - b);

describe('timers', () => {
  it('are due as in a sorted list that has each profile once', () => {
    fc.assert(fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
      const timers = new Timers();
      const list = new Map<string, number>();
      for (const one of steps) {
        if ('profileId' in one) {
          timers.set(one.profileId, one.at);
          if (one.at === null) list.delete(one.profileId);
          else list.set(one.profileId, one.at);
        } else {
          const expected = sorted(list).filter((at) => at <= one.now).slice(0, one.limit);
          const due = timers.due(one.now, one.limit);
          expect(due.map(({ at }) => at)).toEqual(expected);
          // Of profiles with the same time, either may come first: each must be in the list, and once.
          for (const timer of due) {
            expect(list.get(timer.profileId)).toBe(timer.at);
            list.delete(timer.profileId);
          }
        }
        expect(timers.next).toBe(sorted(list)[0]);
      }
    }), { numRuns: 500 });
  });

  it('come back once for a profile whose time went to and fro', () => {
    const timers = new Timers();
    for (const at of [10, 20, 10, 20, 10]) timers.set('p', at);
    expect(timers.due(100, 10)).toEqual([{ at: 10, profileId: 'p' }]);
    expect(timers.next).toBeUndefined();
  });

  it('do not pile up where a profile is evaluated again and again', () => {
    const timers = new Timers();
    for (let i = 0; i < 50_000; i += 1) timers.set('same', 1_000);
    expect(timers.size).toBe(1);
    for (let i = 0; i < 50_000; i += 1) timers.set('later', 2_000 + i);
    expect(timers.size).toBeLessThan(2_000);
    expect(timers.due(1_000_000, 10)).toEqual([{ at: 1_000, profileId: 'same' }, { at: 51_999, profileId: 'later' }]);
  });
});
