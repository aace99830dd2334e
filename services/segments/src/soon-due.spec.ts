import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AHEAD_MS, LOOK_AGAIN_MS, SoonDue } from './soon-due.js';
import { Timers } from './timers.js';

function timersAt(times: number[]): Timers {
  const timers = new Timers();
  for (const [i, at] of times.entries()) timers.set(`p${i}`, at);
  return timers;
}

const nobody = () => false;

describe('who is due soon', () => {
  it('is given before the time comes, once, by a look every so often at most', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 5_000, max: 60_000 }), { minLength: 1, maxLength: 60 }), (times) => {
      const timers = timersAt(times);
      const soonDue = new SoonDue(timers);
      const given = new Map<string, number>();
      let looks = 0;
      for (let now = soonDue.nextLook!; given.size < times.length; now = soonDue.nextLook!) {
        timers.due(now, 100);
        for (const profileId of soonDue.look(now, 100, (id) => given.has(id))) given.set(profileId, now);
        looks += 1;
        expect(soonDue.nextLook).toBeGreaterThan(now);
      }
      for (const [i, at] of times.entries()) expect(at - given.get(`p${i}`)!).toBeGreaterThanOrEqual(AHEAD_MS);
      expect(looks).toBeLessThanOrEqual(55_000 / AHEAD_MS + 1);
    }));
  });

  it('keeps its timer', () => {
    const timers = timersAt([10_000, 10_500]);
    const soonDue = new SoonDue(timers);
    expect(soonDue.look(9_000, 10, nobody)).toEqual(['p0', 'p1']);
    expect(timers.due(20_000, 10)).toEqual([{ at: 10_000, profileId: 'p0' }, { at: 10_500, profileId: 'p1' }]);
  });

  it('is nobody who is ready, or whose time is not soon, or where there is no timer', () => {
    const soonDue = new SoonDue(timersAt([10_000, 10_001, 20_000]));
    expect(soonDue.look(10_000 - AHEAD_MS - 1, 10, nobody)).toEqual([]);
    expect(soonDue.look(10_000 - AHEAD_MS, 10, (profileId) => profileId === 'p0')).toEqual(['p1']);
    expect(new SoonDue(new Timers()).nextLook).toBeUndefined();
    expect(new SoonDue(new Timers()).look(0, 10, nobody)).toEqual([]);
  });

  it('is given in pieces where there are more, the earliest first', () => {
    const ready = new Set<string>();
    const soonDue = new SoonDue(timersAt([10_000, 10_400, 10_800, 11_200]));
    const look = (now: number) => {
      const given = soonDue.look(now, 2, (profileId) => ready.has(profileId));
      for (const profileId of given) ready.add(profileId);
      return given;
    };
    expect(look(9_000)).toEqual(['p0', 'p1']);
    expect(soonDue.nextLook).toBe(9_000 + LOOK_AGAIN_MS);
    expect(look(9_000 + LOOK_AGAIN_MS - 1)).toEqual([]);
    expect(look(9_000 + LOOK_AGAIN_MS)).toEqual(['p2', 'p3']);
  });

  it('is looked at again after a while, not at once, where thousands are due at the same moment', () => {
    const soonDue = new SoonDue(timersAt(Array.from({ length: 3_000 }, () => 10_000)));
    expect(soonDue.look(9_500, 10, () => true)).toEqual([]);
    expect(soonDue.nextLook).toBe(9_500 + LOOK_AGAIN_MS);
  });
});
