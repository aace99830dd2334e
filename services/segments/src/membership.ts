// What an evaluation changes for one profile: exits and entries in order, and the state after them. Pure.
import type { SegmentsMemberships, SegmentsState } from '@tideway/contracts';
import type { Compiled } from './compiled.js';

export type Reason = SegmentsMemberships['reason'];

/** Why a profile is evaluated. */
export interface Trigger {
  /** By segment, because a consent concerns the segments of its purpose only. */
  reason(segment: string): Reason;
  /** Time (ms) of the event or of the timer. */
  causedAt: number;
  origin: string | null;
}

export interface Evaluated {
  members: readonly string[];
  traits: Record<string, string>;
  nextChangeAt: number | null;
  /** ms */
  now: number;
}

/** What an evaluation goes on from: the values of traits are worked out anew. */
export type Before = Omit<SegmentsState, 'traits'>;

/** A profile that was never evaluated. */
export function emptyState(profileId: string): Before {
  return { profile_id: profileId, sequence: 0, segments: [], aliases: [], next_timer_at: null, evaluated_at: 0, caused_at: 0, definitions: '', effective: {}, effective_floor: 0, shares: [] };
}

/**
 * The memberships that lead from `before` to the evaluated members: exits first, each with the whole set after it,
 * numbered on from the profile's sequence. The same members give none, so that a replay says nothing twice.
 */
export function transition(before: Before, { members, traits, nextChangeAt, now }: Evaluated, definitions: Pick<Compiled, 'segments' | 'longestLatenessMs' | 'fingerprint'>, trigger: Trigger): { changes: SegmentsMemberships[]; state: SegmentsState } {
  const { segments: defined, longestLatenessMs, fingerprint } = definitions;
  const changes: SegmentsMemberships[] = [];
  const times = new EffectiveTimes(before, now, longestLatenessMs);
  let held = before.segments;
  let { sequence } = before;
  const change = (kind: 'entered' | 'exited', segment: string, version: number) => {
    sequence += 1;
    changes.push({
      profile_id: before.profile_id, sequence, segment, segment_version: version, change: kind, reason: trigger.reason(segment),
      caused_at: trigger.causedAt, evaluated_at: now, origin: trigger.origin, segments: held.map((entry) => entry.segment),
      effective_at: times.take(segment, trigger.causedAt, defined.get(segment)?.latenessMs ?? 0),
    });
  };
  if (!areThese(before.segments, members)) {
    const [is, was] = [new Set(members), new Set(before.segments.map(({ segment }) => segment))];
    for (const { segment, version } of before.segments.filter((entry) => !is.has(entry.segment))) {
      held = held.filter((entry) => entry.segment !== segment);
      change('exited', segment, version);
    }
    for (const segment of members.filter((name) => !was.has(name))) {
      const version = defined.get(segment)?.version ?? 1;
      const place = held.findIndex((entry) => entry.segment > segment);
      held = held.toSpliced(place === -1 ? held.length : place, 0, { segment, version, since: now });
      change('entered', segment, version);
    }
  }
  // By the same definitions they were of the same versions.
  const segments = before.definitions === fingerprint ? held : held.map((entry) => ({ ...entry, version: defined.get(entry.segment)?.version ?? entry.version }));
  return { changes, state: { ...before, sequence, segments, traits, next_timer_at: nextChangeAt, evaluated_at: now, caused_at: trigger.causedAt, definitions: fingerprint, ...times.kept } };
}

/**
 * From when the changes of one profile count in the past as corrected: from their cause, but within the segment's lateness, and
 * never before the segment's change that precedes them, or people would leave before they enter.
 */
class EffectiveTimes {
  /** No change to come can be before it, whatever becomes of the definitions. */
  readonly #floor: number;
  /** By segment, where the last change was later than that. */
  readonly #last: Map<string, number>;

  constructor({ effective, effective_floor, evaluated_at }: Before, private readonly now: number, longestLatenessMs: number) {
    // A state of before there were effective times: its changes counted from their evaluation.
    this.#floor = Math.max(effective_floor === 0 ? evaluated_at : effective_floor, now - longestLatenessMs);
    this.#last = new Map(Object.entries(effective).filter(([, at]) => at > this.#floor));
  }

  take(segment: string, causedAt: number, latenessMs: number): number {
    const at = Math.min(this.now, Math.max(causedAt, this.now - latenessMs, this.#last.get(segment) ?? this.#floor));
    if (at > this.#floor) this.#last.set(segment, at);
    return at;
  }

  get kept(): Pick<SegmentsState, 'effective' | 'effective_floor'> {
    return { effective: Object.fromEntries(this.#last), effective_floor: this.#floor };
  }
}

/** Both are sorted. Most evaluations change no membership, and cost no more than this. */
function areThese(held: SegmentsState['segments'], members: readonly string[]): boolean {
  return held.length === members.length && held.every(({ segment }, index) => segment === members[index]);
}
