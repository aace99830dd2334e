// What one turn of a partition has to do: what came in, or came due, by the profile that it concerns.
import type { Block } from '@tideway/kafka';
import type { Activity } from './evaluate/index.js';
import type { Trigger } from './membership.js';
import type { Timer } from './timers.js';
import type { Handover } from './topics.js';

/** What concerns one profile in one turn. */
export interface Work {
  activities: Activity[];
  mergedInto?: string;
  /** The activity that tells that the person is to be forgotten. */
  erased?: Activity;
  /** Activities that tell that identifiers left the profile. */
  splits: Activity[];
  handovers: Handover[];
  timer?: Timer;
  /** Because definitions changed, or, with time, ranks. */
  adopts?: 'definition' | 'time';
}

export type WorkList = Map<string, Work>;

export const noWork = (): Work => ({ activities: [], splits: [], handovers: [] });

/** The profile's entry, made where there is none. */
export function workOf(work: WorkList, profileId: string): Work {
  const known = work.get(profileId);
  if (known) return known;
  const made = noWork();
  work.set(profileId, made);
  return made;
}

/** Adds the hand-overs of a block. */
export function collectHandovers({ messages }: Block, work: WorkList): void {
  for (const { key, value } of messages) workOf(work, String(key)).handovers.push(JSON.parse(String(value)) as Handover);
}

/**
 * Why a profile is evaluated.
 * @param purposesOf the purposes that a segment reads, which tell a consent's exits from others; undefined where there is no
 * such segment any more: that is why it is left then, whatever else happens in the turn
 */
export function triggerOf(work: Work, now: number, purposesOf: (segment: string) => readonly string[] | undefined): Trigger {
  const trigger = causeOf(work, now, purposesOf);
  return { ...trigger, reason: (segment) => (purposesOf(segment) === undefined ? 'definition' : trigger.reason(segment)) };
}

function causeOf({ activities, splits, handovers, timer, adopts }: Work, now: number, purposesOf: (segment: string) => readonly string[] | undefined): Trigger {
  const split = splits.at(-1);
  if (split) return { reason: () => 'split', causedAt: split.occurred_at, origin: split.origin };
  const last = activities.at(-1);
  const handed = handovers.some(({ reason }) => reason === 'split') ? 'split' : 'merge';
  if (last) {
    const purposes = new Set(activities.filter(({ type }) => type.startsWith('consent_')).map(({ properties }) => properties['purpose']));
    const other = handovers.length > 0 ? handed : 'activity';
    return { reason: (segment) => (purposesOf(segment)?.some((purpose) => purposes.has(purpose)) ? 'consent' : other), causedAt: last.occurred_at, origin: last.origin };
  }
  const handover = handovers.at(-1);
  if (handover) return { reason: () => handed, causedAt: handover.causedAt, origin: handover.origin };
  return { reason: () => adopts ?? 'time', causedAt: adopts ? now : (timer?.at ?? now), origin: null };
}
