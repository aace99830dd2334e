import { describe, expect, it } from '@jest/globals';
import type { SegmentsMemberships } from '@tideway/contracts';
import { MembershipLog } from '@tideway/mesh';
import type { Write } from '../definitions/author.js';
import { Removals } from './removals.js';

const segment = { name: 'chaos-written-1', shape: 'count' as const, version: 1, inForce: false };
const write = (what: Write['what'], askedAt: number, alone = true): Write => ({ what, segment, version: 1, askedAt, answeredAt: askedAt + 10, alone });
type Told = Pick<SegmentsMemberships, 'sequence' | 'change' | 'evaluated_at'> & Partial<SegmentsMemberships>;
const change = (told: Told): SegmentsMemberships => ({ profile_id: 'p', segment: segment.name, segment_version: 1, reason: 'definition', caused_at: 0, effective_at: null, origin: null, segments: [], ...told });
const entered = change({ sequence: 1, change: 'entered', evaluated_at: 50, reason: 'activity' });
const left = (evaluated_at: number, reason: SegmentsMemberships['reason']) => change({ sequence: 2, change: 'exited', evaluated_at, reason });

function check(writes: Write[], ...changes: SegmentsMemberships[]) {
  const removals = new Removals(writes);
  const log = new MembershipLog(1_000);
  for (const one of changes) {
    removals.add(one);
    log.add(one);
  }
  return removals.verdict(log);
}

describe('removed segments', () => {
  it('are left by everyone because of it', () => {
    expect(check([write('write', 10), write('remove', 100)], entered, left(120, 'definition'))).toMatchObject({ ok: true, detail: expect.stringContaining('1 removals, left by 1 members') });
  });

  it('have no member left', () => {
    expect(check([write('write', 10), write('remove', 100)], entered, { ...entered, profile_id: 'q' }, left(120, 'definition'))).toMatchObject({ ok: false, detail: expect.stringMatching(/^1 members are left \(q in/) });
  });

  it('are not left for another reason, nor entered, once the removal is in force', () => {
    const done = change({ profile_id: 'q', sequence: 1, change: 'exited', evaluated_at: 105 });
    expect(check([write('remove', 100)], done, entered, left(109, 'activity'))).toMatchObject({ ok: true });
    expect(check([write('remove', 100)], done, entered, left(110, 'activity'))).toMatchObject({ ok: false });
    expect(check([write('remove', 100)], done, entered, left(110, 'merge'))).toMatchObject({ ok: true });
    expect(check([write('remove', 100)], done, change({ sequence: 1, change: 'entered', evaluated_at: 110 }), left(111, 'definition'))).toMatchObject({ ok: false });
    expect(check([write('remove', 100, false)], done, entered, left(110, 'activity'))).toMatchObject({ ok: true });
  });

  it('may be written again', () => {
    const again = change({ sequence: 3, change: 'entered', evaluated_at: 210 });
    expect(check([write('remove', 100), write('write', 200)], entered, left(105, 'definition'), again)).toMatchObject({ ok: true });
    expect(check([write('remove', 100), write('write', 300)], entered, left(105, 'definition'), again)).toMatchObject({ ok: false });
  });

  it('prove nothing where nobody left them', () => {
    expect(check([100, 200, 300].map((at) => write('remove', at)))).toMatchObject({ ok: false, detail: 'nobody left for the reason definition' });
    expect(check([])).toMatchObject({ ok: true });
  });
});
