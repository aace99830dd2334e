import { describe, expect, it } from '@jest/globals';
import type { SegmentsMemberships } from '@tideway/contracts';
import { MembershipLog, differences, sizeOf } from './memberships.js';

const FROZEN = 1_000;
type Told = Partial<SegmentsMemberships> & { sequence: number };
const change = (told: Told): SegmentsMemberships => ({
  profile_id: 'p', segment: 'a', segment_version: 1, change: 'entered', reason: 'activity', caused_at: 500, evaluated_at: 500, effective_at: null, origin: null, segments: [], ...told,
});

function log(...told: Told[]): MembershipLog {
  const made = new MembershipLog(FROZEN);
  for (const one of told) made.add(change(one));
  return made;
}

describe('the log of memberships', () => {
  it('has who is in what, and how many changes came for what reason', () => {
    const { now, then, changes, broken, reasons } = log({ sequence: 1 }, { sequence: 2, segment: 'b', reason: 'consent' }, { sequence: 3, change: 'exited', reason: 'time' }, { profile_id: 'q', sequence: 1 });
    expect([changes, broken, Object.fromEntries(reasons)]).toEqual([4, 0, { activity: 2, consent: 1, time: 1 }]);
    expect([now, then]).toEqual([new Map([['p', new Set(['b'])], ['q', new Set(['a'])]]), now]);
    expect(sizeOf(now)).toBe(2);
  });

  it('finds what is said twice, what is left without having been entered, and numbers that are left out', () => {
    expect(log({ sequence: 1 }, { sequence: 2 }).broken).toBe(1);
    expect(log({ sequence: 1, change: 'exited' }).broken).toBe(1);
    expect(log({ sequence: 1 }, { sequence: 3, change: 'exited' }).broken).toBe(1);
    expect(log({ sequence: 1 }, { sequence: 1, segment: 'b' }).broken).toBe(1);
  });

  it('counts a timer at its time, and everything else when it was found', () => {
    const late = { sequence: 1, caused_at: FROZEN, evaluated_at: FROZEN + 1 };
    expect(log({ ...late, reason: 'time' }).then.size).toBe(1);
    expect(log({ ...late, reason: 'activity' }).then.size).toBe(0);
  });

  it('knows whom time was changing at that moment', () => {
    expect([...log({ sequence: 1, reason: 'time', caused_at: FROZEN, evaluated_at: FROZEN + 1 }).underWay]).toEqual(['p']);
    expect(log({ sequence: 1, reason: 'time', caused_at: FROZEN, evaluated_at: FROZEN }, { sequence: 2, change: 'exited', reason: 'time', caused_at: FROZEN + 1, evaluated_at: FROZEN + 2 }).underWay.size).toBe(0);
  });
});

describe('the difference of two sets of memberships', () => {
  const left = new Map([['p', new Set(['a', 'b'])], ['q', new Set(['a'])]]);

  it('is what only one side has', () => {
    expect(differences(left, new Map([['p', ['b', 'c']], ['r', ['a']]]))).toEqual({ missing: ['p a', 'q a'], extra: ['p c', 'r a'] });
    expect(differences(left, new Map([['p', ['a', 'b']], ['q', ['a']]]))).toEqual({ missing: [], extra: [] });
  });

  it('leaves out those of whom nothing is known', () => {
    expect(differences(left, new Map([['p', ['c']], ['r', ['a']]]), new Set(['p', 'r']))).toEqual({ missing: ['q a'], extra: [] });
  });
});
