import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { SegmentsState } from '@tideway/contracts';
import { emptyState, transition, type Before, type Evaluated, type Trigger } from './membership.js';

const PROFILE = '00000000-0000-4000-8000-000000000001';
const LATENESS_MS = 600;
const definitions = (segments: Record<string, { version: number; latenessMs?: number }>, fingerprint = 'f1') => {
  const filled = Object.entries(segments).map(([name, { version, latenessMs = LATENESS_MS }]) => [name, { version, latenessMs, purposes: [] }] as const);
  return { segments: new Map(filled), longestLatenessMs: Math.max(0, ...filled.map(([, { latenessMs }]) => latenessMs)), fingerprint };
};
const defined = definitions({ a: { version: 1 }, b: { version: 2 }, c: { version: 3 }, d: { version: 4 }, e: { version: 5 } });
const trigger: Trigger = { reason: () => 'activity', causedAt: 900, origin: 'topic:0:7' };
const evaluated = (members: string[], change: Partial<Evaluated> = {}): Evaluated => ({ members, traits: {}, nextChangeAt: null, now: 1_000, ...change });
const after = (members: string[], now: number, before = emptyState(PROFILE)): SegmentsState => transition(before, evaluated(members, { now }), defined, trigger).state;

describe('a transition', () => {
  it('tells exits before entries, each with the whole set after it, numbered on', () => {
    const before = { ...after(['a', 'c'], 500), sequence: 41 };
    const { changes, state } = transition(before, evaluated(['b', 'c', 'e']), defined, trigger);
    expect(changes.map(({ change, segment, sequence, segments }) => [change, segment, sequence, segments])).toEqual([
      ['exited', 'a', 42, ['c']],
      ['entered', 'b', 43, ['b', 'c']],
      ['entered', 'e', 44, ['b', 'c', 'e']],
    ]);
    expect(state.sequence).toBe(44);
  });

  it('tells what caused it, when and by which version', () => {
    const { changes: [entered] } = transition(emptyState(PROFILE), evaluated(['d']), defined, trigger);
    expect(entered).toEqual({
      profile_id: PROFILE, sequence: 1, segment: 'd', segment_version: 4, change: 'entered', reason: 'activity',
      caused_at: 900, evaluated_at: 1_000, origin: 'topic:0:7', segments: ['d'], effective_at: 900,
    });
  });

  it('asks for the reason of each segment', () => {
    const byConsent: Trigger = { ...trigger, reason: (segment) => (segment === 'a' ? 'consent' : 'activity') };
    const { changes } = transition(after(['a', 'b'], 500), evaluated([]), defined, byConsent);
    expect(changes.map(({ segment, reason }) => [segment, reason])).toEqual([['a', 'consent'], ['b', 'activity']]);
  });

  it('says nothing where the members are the same, and keeps since when they are', () => {
    const before = after(['a', 'b'], 500);
    const { changes, state } = transition(before, evaluated(['a', 'b'], { now: 2_000, traits: { n: '1' }, nextChangeAt: 3_000 }), { ...defined, fingerprint: 'f2' }, trigger);
    expect(changes).toEqual([]);
    expect(state).toEqual({ ...before, traits: { n: '1' }, next_timer_at: 3_000, evaluated_at: 2_000, caused_at: 900, definitions: 'f2', effective: {}, effective_floor: 1_400 });
    expect(state.segments.map(({ since }) => since)).toEqual([500, 500]);
  });

  it('keeps since of who stays, and starts anew for who comes back', () => {
    const left = after(['b'], 600, after(['a', 'b'], 500));
    expect(after(['a', 'b'], 700, left).segments).toEqual([{ segment: 'a', version: 1, since: 700 }, { segment: 'b', version: 2, since: 500 }]);
  });

  it('raises the version of who stays without a change, and tells an exit by the version that was entered', () => {
    const before = after(['a', 'b'], 500);
    const { changes, state } = transition(before, evaluated(['a']), definitions({ a: { version: 9 }, b: { version: 9 } }, 'f2'), trigger);
    expect(state.segments).toEqual([{ segment: 'a', version: 9, since: 500 }]);
    expect(changes).toEqual([expect.objectContaining({ change: 'exited', segment: 'b', segment_version: 2 })]);
  });

  it('leads to the evaluated members, whatever they were, and a replay of it to nothing', () => {
    const members = fc.subarray(['a', 'b', 'c', 'd', 'e']);
    fc.assert(fc.property(fc.array(members, { minLength: 1, maxLength: 8 }), (sets) => {
      let state = emptyState(PROFILE);
      let sequence = 0;
      const held = new Set<string>();
      for (const [i, set] of sets.entries()) {
        const result = transition(state, evaluated(set, { now: i + 1 }), defined, trigger);
        for (const change of result.changes) {
          sequence += 1;
          expect(change.sequence).toBe(sequence);
          // Entries and exits alternate, and whoever reads only the last change knows the whole set.
          expect(held.has(change.segment)).toBe(change.change === 'exited');
          if (change.change === 'entered') held.add(change.segment);
          else held.delete(change.segment);
          expect(change.segments).toEqual([...held].sort());
        }
        expect(result.state.segments.map(({ segment }) => segment)).toEqual([...set].sort());
        expect(transition(result.state, evaluated(set, { now: i + 1 }), defined, trigger).changes).toEqual([]);
        state = result.state;
      }
    }));
  });
});

describe('the time from which a change counts', () => {
  const at = (before: Before, members: string[], now: number, causedAt: number, of = defined) => transition(before, evaluated(members, { now }), of, { ...trigger, causedAt });
  const effective = (...parameters: Parameters<typeof at>) => at(...parameters).changes.map((change) => change.effective_at);

  it.each<[string, number, number]>([
    ['is that of its cause', 9_700, 9_700],
    ['is within the lateness where the cause is before it', 9_399, 9_400],
    ['is not after the evaluation where the cause is dated into the future', 10_500, 10_000],
  ])('%s', (_, causedAt, expected) => expect(effective(emptyState(PROFILE), ['a'], 10_000, causedAt)).toEqual([expected]));

  it('goes by the lateness of each segment', () => {
    const of = definitions({ a: { version: 1, latenessMs: 0 }, b: { version: 1, latenessMs: 5_000 } });
    expect(effective(emptyState(PROFILE), ['a', 'b'], 10_000, 100, of)).toEqual([10_000, 5_000]);
  });

  it('is not before the change of the same segment that precedes it, and of another it may be', () => {
    const entered = at(emptyState(PROFILE), ['a'], 10_000, 9_900).state;
    expect(effective(entered, ['b'], 10_100, 9_600)).toEqual([9_900, 9_600]);
  });

  it('is not before the last evaluation of a state that has no such times yet', () => {
    const before = { ...after(['a'], 9_900), effective: {}, effective_floor: 0 };
    expect(effective(before, [], 10_000, 9_500)).toEqual([9_900]);
  });

  it('never runs backwards in a segment, whatever comes late and however lateness is changed, and keeps within its bounds', () => {
    const segments = ['a', 'b', 'c'];
    const step = fc.record({ wait: fc.nat(400), late: fc.integer({ min: -200, max: 2_000 }), members: fc.subarray(segments), latenesses: fc.tuple(fc.nat(1_500), fc.nat(1_500), fc.nat(1_500)) });
    fc.assert(fc.property(fc.array(step, { minLength: 2, maxLength: 12 }), (steps) => {
      let state = emptyState(PROFILE);
      let now = 10_000;
      const last = new Map<string, number>();
      for (const { wait, late, members, latenesses } of steps) {
        now += wait;
        const of = definitions(Object.fromEntries(segments.map((name, i) => [name, { version: 1, latenessMs: latenesses[i]! }])));
        const result = at(state, members, now, now - late, of);
        for (const { segment, effective_at: time } of result.changes) {
          expect(time).toBeLessThanOrEqual(now);
          expect(time).toBeGreaterThanOrEqual(now - of.segments.get(segment)!.latenessMs);
          expect(time).toBeGreaterThanOrEqual(last.get(segment) ?? 0);
          last.set(segment, time!);
        }
        state = result.state;
        // What no change to come needs is forgotten.
        for (const time of Object.values(state.effective)) expect(time).toBeGreaterThan(now - of.longestLatenessMs);
      }
    }));
  });
});
