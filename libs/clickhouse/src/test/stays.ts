// Records of segments.memberships and segments.state as the warehouse writes them, from entries and exits.
import type { SegmentsMemberships } from '@tideway/contracts';
import fc from 'fast-check';

/** What happened to a profile, in order; `at` in ms. */
export interface Change {
  at: number;
  segment: string;
  change: 'entered' | 'exited';
  reason?: SegmentsMemberships['reason'];
  version?: number;
  /** ms; absent: written before there was such a time. */
  effectiveAt?: number;
}

export type MembershipRow = Omit<SegmentsMemberships, 'segments'> & { segments: string[]; _partition: number; _offset: number };

/** Rows of segments.memberships_v1 of one profile. They were caused an hour before they were evaluated, in another order: no view may count by it. */
export function membershipRows(profileId: string, changes: readonly Change[]): MembershipRow[] {
  return changes.map(({ at, segment, change, reason = 'activity', version = 1, effectiveAt = null }, i) => ({
    _partition: 0, _offset: i, profile_id: profileId, sequence: i + 1, segment, segment_version: version, change, reason,
    caused_at: at - 3_600_000 - 7_200_000 * (i % 2), evaluated_at: at, origin: null, segments: [], effective_at: effectiveAt,
  }));
}

/** A row of segments.state_v1. */
export function stateRow(profileId: string, offset: number, segments: readonly string[], deleted = false): Record<string, unknown> {
  return {
    _partition: 0, _offset: offset, _deleted: Number(deleted), profile_id: profileId, sequence: offset, segments: segments.map((segment) => ({ segment, version: 1, since: 0 })),
    traits: {}, aliases: [], next_timer_at: null, evaluated_at: 0, caused_at: 0, definitions: '', effective: {}, effective_floor: 0, shares: [],
  };
}

/** Up to 12 changes of one profile from `begin` (ms) on: entries and exits take turns in each segment, several may be of one millisecond. */
export function anyHistory(begin: number): fc.Arbitrary<Change[]> {
  return fc.array(fc.record({ wait: fc.nat(3), segment: fc.constantFrom('p1', 'p2', 'p3') }), { maxLength: 12 }).map((steps) => {
    const held = new Set<string>();
    let at = begin;
    return steps.map(({ wait, segment }) => {
      at += wait;
      const exits = held.delete(segment);
      if (!exits) held.add(segment);
      return { at, segment, change: exits ? 'exited' : 'entered' };
    });
  });
}

/** Members by the changes until a time (ms), as sorted `profile,segment,since`. */
export function membersAt(histories: ReadonlyMap<string, readonly Change[]>, time: number): string[] {
  const members = new Map<string, number>();
  for (const [profileId, changes] of histories) {
    for (const { at, segment, change } of changes.filter((entry) => entry.at <= time)) {
      if (change === 'entered') members.set(`${profileId},${segment}`, at);
      else members.delete(`${profileId},${segment}`);
    }
  }
  return [...members].map(([key, since]) => `${key},${since}`).sort();
}
