import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { SegmentsState } from '@tideway/contracts';
import { emptyState, transition, type Evaluated, type Trigger } from './membership.js';

const PROFILE = '00000000-0000-4000-8000-000000000001';
const versions = new Map(['a', 'b', 'c', 'd', 'e'].map((name, index) => [name, { version: index + 1 }]));
const trigger: Trigger = { reason: () => 'activity', causedAt: 900, origin: 'topic:0:7' };
const evaluated = (members: string[], change: Partial<Evaluated> = {}): Evaluated => ({ members, traits: {}, nextChangeAt: null, now: 1_000, ...change });
const after = (members: string[], now: number, before = emptyState(PROFILE)): SegmentsState => transition(before, evaluated(members, { now }), versions, trigger, 'f1').state;

describe('a transition', () => {
  it('tells exits before entries, each with the whole set after it, numbered on', () => {
    const before = { ...after(['a', 'c'], 500), sequence: 41 };
    const { changes, state } = transition(before, evaluated(['b', 'c', 'e']), versions, trigger, 'f1');
    expect(changes.map(({ change, segment, sequence, segments }) => [change, segment, sequence, segments])).toEqual([
      ['exited', 'a', 42, ['c']],
      ['entered', 'b', 43, ['b', 'c']],
      ['entered', 'e', 44, ['b', 'c', 'e']],
    ]);
    expect(state.sequence).toBe(44);
  });

  it('tells what caused it, when and by which version', () => {
    const { changes: [entered] } = transition(emptyState(PROFILE), evaluated(['d']), versions, trigger, 'f1');
    expect(entered).toEqual({
      profile_id: PROFILE, sequence: 1, segment: 'd', segment_version: 4, change: 'entered', reason: 'activity',
      caused_at: 900, evaluated_at: 1_000, origin: 'topic:0:7', segments: ['d'],
    });
  });

  it('asks for the reason of each segment', () => {
    const byConsent: Trigger = { ...trigger, reason: (segment) => (segment === 'a' ? 'consent' : 'activity') };
    const { changes } = transition(after(['a', 'b'], 500), evaluated([]), versions, byConsent, 'f1');
    expect(changes.map(({ segment, reason }) => [segment, reason])).toEqual([['a', 'consent'], ['b', 'activity']]);
  });

  it('says nothing where the members are the same, and keeps since when they are', () => {
    const before = after(['a', 'b'], 500);
    const { changes, state } = transition(before, evaluated(['a', 'b'], { now: 2_000, traits: { n: '1' }, nextChangeAt: 3_000 }), versions, trigger, 'f2');
    expect(changes).toEqual([]);
    expect(state).toEqual({ ...before, traits: { n: '1' }, next_timer_at: 3_000, evaluated_at: 2_000, caused_at: 900, definitions: 'f2' });
    expect(state.segments.map(({ since }) => since)).toEqual([500, 500]);
  });

  it('keeps since of who stays, and starts anew for who comes back', () => {
    const left = after(['b'], 600, after(['a', 'b'], 500));
    expect(after(['a', 'b'], 700, left).segments).toEqual([{ segment: 'a', version: 1, since: 700 }, { segment: 'b', version: 2, since: 500 }]);
  });

  it('raises the version of who stays without a change, and tells an exit by the version that was entered', () => {
    const before = after(['a', 'b'], 500);
    const { changes, state } = transition(before, evaluated(['a']), new Map([['a', { version: 9 }], ['b', { version: 9 }]]), trigger, 'f2');
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
        const result = transition(state, evaluated(set, { now: i + 1 }), versions, trigger, 'f1');
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
        expect(transition(result.state, evaluated(set, { now: i + 1 }), versions, trigger, 'f1').changes).toEqual([]);
        state = result.state;
      }
    }));
  });
});
