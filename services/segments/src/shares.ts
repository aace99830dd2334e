// Which rows count for a profile, where profiles were split: rows keep the profile_id that they were recorded with, and of
// a split profile they belong to several, by the identifier. Pure.
import type { SegmentsState } from '@tideway/contracts';
import type { Activity } from './evaluate/index.js';
import type { Handover, OwnRows } from './topics.js';

/** Of the rows of a profile_id those of these identifiers; with `except`, all others. */
export type Share = SegmentsState['shares'][number];

/** Identifiers that left a profile. */
export interface Departure {
  /** The profile that they went to. */
  into: string;
  left: readonly string[];
}

/** The rows of a profile: its own, and those of the profiles that were merged into it. */
export function rowsOf({ profile_id, aliases, shares }: Pick<SegmentsState, 'profile_id' | 'aliases' | 'shares'>): OwnRows {
  return { aliases: [profile_id, ...aliases], shares };
}

/** Each profile_id that has some of these rows, once. */
export function idsOf({ aliases, shares }: OwnRows): string[] {
  return [...new Set([...aliases, ...shares.map((share) => share.profile_id)])];
}

/** Of these rows, those of identifiers that leave. */
export function leaving(rows: OwnRows, left: readonly string[]): Share[] {
  return sharesOf(rows).flatMap(({ profile_id, identifiers, except }) => {
    const theirs = left.filter((identifier) => identifiers.includes(identifier) !== except);
    return theirs.length > 0 ? [{ profile_id, identifiers: theirs, except: false }] : [];
  });
}

/** Of these rows, those of identifiers that stay. */
export function staying(rows: OwnRows, left: readonly string[]): Share[] {
  return sharesOf(rows).flatMap(({ profile_id, identifiers, except }) => {
    const kept = except ? [...new Set([...identifiers, ...left])] : identifiers.filter((identifier) => !left.includes(identifier));
    return except || kept.length > 0 ? [{ profile_id, identifiers: kept, except }] : [];
  });
}

function sharesOf({ aliases, shares }: OwnRows): Share[] {
  const whole = aliases.filter((id) => shares.every(({ profile_id }) => profile_id !== id));
  return [...whole.map((profile_id) => ({ profile_id, identifiers: [], except: true })), ...shares];
}

/**
 * The shares of the rows of several together, one for each profile_id: identifiers that left a profile on several ways may come
 * to be together again.
 */
export function sharesTogether(rows: readonly Partial<OwnRows>[]): Share[] {
  // Of nearly everybody: asked for each profile in each turn.
  if (!rows.some(({ shares }) => shares?.length)) return [];
  const partly = new Set(rows.flatMap(({ shares = [] }) => shares.map((share) => share.profile_id)));
  const together = new Map<string, Share>();
  for (const share of rows.flatMap(({ aliases = [], shares = [] }) => sharesOf({ aliases, shares }))) {
    const other = together.get(share.profile_id);
    if (partly.has(share.profile_id)) together.set(share.profile_id, other ? union(other, share) : share);
  }
  return [...together.values()];
}

function union(one: Share, other: Share): Share {
  if (!one.except && !other.except) return { ...one, identifiers: [...new Set([...one.identifiers, ...other.identifiers])] };
  const [without, also] = one.except ? [one, other] : [other, one];
  return { ...without, identifiers: without.identifiers.filter((identifier) => also.identifiers.includes(identifier) === also.except) };
}

/** Whether an activity is one of those of which `shares` tells; those of any other profile_id are whole. */
export function countsBy(shares: readonly Share[]): (activity: Pick<Activity, 'profile_id' | 'identifier'>) => boolean {
  if (shares.length === 0) return () => true;
  const byId = new Map(shares.map((share) => [share.profile_id, { identifiers: new Set(share.identifiers), except: share.except }]));
  return ({ profile_id, identifier }) => {
    const share = byId.get(profile_id);
    return share === undefined || share.identifiers.has(identifier) !== share.except;
  };
}

/** What a hand-over to a profile that was split comes to: a part for each that identifiers went to, and the rest. */
export function divided(handover: Handover, departures: readonly Departure[]): { rest: Handover; parts: { into: string; handover: Handover }[] } {
  const { aliases, causedAt, origin } = handover;
  let rows: OwnRows = { aliases, shares: handover.shares ?? [] };
  const parts: { into: string; handover: Handover }[] = [];
  for (const { into, left } of departures) {
    const shares = leaving(rows, left);
    if (shares.length > 0) parts.push({ into, handover: { aliases: [], shares, causedAt, origin, reason: 'split' } });
    rows = { aliases, shares: staying(rows, left) };
  }
  // A state in memory holds everybody's activities.
  return { rest: { aliases, shares: rows.shares, causedAt, origin, ...(handover.reason ? { reason: handover.reason } : {}) }, parts };
}
