// The identity graph: which profile an identifier belongs to, and what a record changes about it.
import { identifierKey } from '@tideway/identifiers';
import type { CustomerIdentities } from '@tideway/contracts';
import { decideJoining, type JoinRules, type Part, type Refusal } from './join.js';
import { Overlay } from './overlay.js';
import { profileIdOf } from './uuid.js';

/** How an identifier came to its profile: it made it, a record carried it beside others, or its profile was merged. */
export type LinkCause = 'first_seen' | 'link' | 'merge';

/** Cause of identifiers whose person was erased. */
export const ERASURE = 'erasure';

/** What the graph knows of an identifier: the value of customer.identities, whose key is the identifier. */
export interface IdentifierState {
  profile_id: string;
  /** Smallest received_at, in ms, of the records that linked or confirmed the identifier. */
  since: number;
  cause: string;
  /** Splits that its profile took part in, as customer.identities has them; absent where there were none, as of nearly all. */
  apart?: readonly string[];
}

/** Identifiers that went from one profile to a new one. */
export interface Split {
  from: string;
  into: string;
  /** In alphabetical order, and never empty: those that went, and those that did not. */
  left: readonly string[];
  stayed: readonly string[];
}

/** Why a split changes nothing: an identifier is not known, they are of several profiles, or all of one, or it has been done. */
export type SplitRefusal = 'unknown' | 'several' | 'whole' | 'done';

export interface Link {
  identifier: string;
  profileId: string;
  cause: LinkCause;
}

export interface Merge {
  loser: string;
  winner: string;
  /** All identifiers of the loser, in alphabetical order: they now belong to the winner. */
  identifiers: readonly string[];
}

/** A merge that did not happen; `left` are the record's identifiers outside of its profile for that reason. */
export interface Conflict extends Refusal {
  left: string[];
}

/** What a record meant for the graph. */
export interface Resolution {
  profileId: string;
  /** `type:value` that the record is attributed by: its strongest identifier that belongs to the profile. */
  identifier: string;
  /** Identifiers that were not known before. */
  links: readonly Link[];
  /** A record that joins several profiles gives one merge each, all into the final winner. */
  merges: readonly Merge[];
  conflict?: Conflict;
}

const NOTHING: readonly never[] = [];

/**
 * The graph in memory. A profile has the id of its oldest identifier: the one with the smallest (since, identifier).
 * Where a late record makes another one the oldest, the profile is merged into that one's id. So without conflicts who is
 * together depends on the set of records only, and never on their order.
 *
 * No id is given twice: consumers know for good that a profile was merged away. Where the oldest identifier may have named
 * one before, a profile keeps the id that it has, of several the one with the oldest identifier; so do profiles that were
 * split, whose oldest identifier may have left while its id is in use, and what they are merged into.
 *
 * resolve() plans; commit() keeps the plan, discard() drops it.
 */
export class IdentityGraph {
  readonly #rules: JoinRules;
  readonly #identifiers = new Overlay<IdentifierState>();
  readonly #profiles = new Overlay<readonly string[]>();
  #indexIsStale = false;

  constructor(rules: JoinRules) {
    this.#rules = rules;
  }

  /** Applies a record of customer.identities, or its tombstone (null). Not while a plan is open. */
  restore(identifier: string, state: IdentifierState | null): void {
    this.#identifiers.restore(identifier, state ? known(state) : undefined);
    this.#indexIsStale = true;
  }

  /**
   * Plans a record that carries these identifiers ([type, value], strongest first), received at `receivedAt` (ms).
   * Returns undefined for a record without any.
   */
  resolve(identifiers: readonly (readonly [string, string])[], receivedAt: number): Resolution | undefined {
    if (this.#indexIsStale) this.#indexProfiles();
    if (identifiers.length === 0) return undefined;
    const carried = identifiers.map(([type, value]) => identifierKey(type, value));
    const known = this.#identifiers.get(carried[0]!)?.profile_id;
    if (known !== undefined && this.#isSettled(known, carried, receivedAt)) {
      return { profileId: known, identifier: carried[0]!, links: NOTHING, merges: NOTHING };
    }

    const { joined, alone, refusal } = decideJoining(this.#partsOf(carried), this.#rules);
    const links: Link[] = [];
    const merges: Merge[] = [];
    const profileId = this.#unite(joined, receivedAt, links, merges);
    for (const part of alone) this.#unite([part], receivedAt, links, merges);
    const belongs = (identifier: string) => this.#identifiers.get(identifier)!.profile_id === profileId;
    const resolution: Resolution = { profileId, identifier: carried.find(belongs)!, links, merges };
    if (refusal) resolution.conflict = { ...refusal, left: carried.filter((identifier) => !belongs(identifier)) };
    return resolution;
  }

  /**
   * Plans that a profile is nobody's any more. Its identifiers stay known, for that is how what comes of the person later is
   * told from what others do.
   */
  erase(profileId: string): void {
    for (const identifier of this.#profiles.get(profileId) ?? []) this.#identifiers.set(identifier, { ...this.#identifiers.get(identifier)!, cause: ERASURE });
  }

  /**
   * Plans that identifiers (`type:value`) leave their profile for a new one with the id `into`; the two are never joined
   * again. What cannot be done is not planned.
   */
  split(leaving: readonly string[], into: string): Split | SplitRefusal {
    if (this.#indexIsStale) this.#indexProfiles();
    const left = [...new Set(leaving)].sort();
    const states = left.map((identifier) => this.#identifiers.get(identifier));
    const from = states[0]?.profile_id;
    if (from === undefined || states.some((state) => state === undefined || state.cause === ERASURE)) return 'unknown';
    if (states.some((state) => state!.apart?.includes(`+${into}`))) return 'done';
    if (states.some((state) => state!.profile_id !== from)) return 'several';
    const stayed = this.#profiles.get(from)!.filter((identifier) => !left.includes(identifier)).sort();
    if (stayed.length === 0) return 'whole';
    for (const [identifiers, mark, change] of [[left, `+${into}`, { profile_id: into, cause: 'split' }], [stayed, `-${into}`, {}]] as const) {
      for (const identifier of identifiers) {
        const state = this.#identifiers.get(identifier)!;
        this.#identifiers.set(identifier, { ...state, ...change, apart: [...(state.apart ?? []), mark] });
      }
    }
    this.#profiles.set(into, trimmed(left));
    this.#profiles.set(from, trimmed(stayed));
    return { from, into, left, stayed };
  }

  /** Whether the person of an identifier (`type:value`) was erased. */
  isErased(identifier: string): boolean {
    return this.#identifiers.get(identifier)?.cause === ERASURE;
  }

  /** The profile of an identifier (`type:value`), with the plan. */
  profileOf(identifier: string): string | undefined {
    return this.#identifiers.get(identifier)?.profile_id;
  }

  /** What the plan changes, as records of customer.identities: one for each identifier. */
  planned(): CustomerIdentities[] {
    return Array.from(this.#identifiers.planned(), ([identifier, state]) => ({ identifier, ...state!, apart: [...(state!.apart ?? [])] }));
  }

  commit(): void {
    this.#identifiers.commit();
    this.#profiles.commit();
  }

  discard(): void {
    this.#identifiers.discard();
    this.#profiles.discard();
  }

  /** All committed identifiers. */
  entries(): Iterable<[string, IdentifierState]> {
    return this.#identifiers.entries();
  }

  /** Number of committed identifiers. */
  get size(): number {
    return this.#identifiers.size;
  }

  /** Whether the record changes nothing, as nearly all do: identifiers of this one profile, and none is older now. */
  #isSettled(profileId: string, carried: readonly string[], receivedAt: number): boolean {
    return carried.every((identifier) => {
      const state = this.#identifiers.get(identifier);
      return state !== undefined && state.profile_id === profileId && state.since <= receivedAt;
    });
  }

  #partsOf(carried: readonly string[]): Part[] {
    const parts: Part[] = [];
    for (const identifier of carried) {
      const { profile_id: profileId, apart } = this.#identifiers.get(identifier) ?? {};
      const known = profileId === undefined ? undefined : parts.find((part) => part.profileId === profileId);
      if (known) known.carried.push(identifier);
      else parts.push({ profileId, identifiers: profileId === undefined ? [identifier] : this.#profiles.get(profileId)!, carried: [identifier], ...(apart ? { apart } : {}) });
    }
    return parts;
  }

  /** Makes one profile of `parts` and returns its id; adds what changed to `links` and `merges`. */
  #unite(parts: readonly Part[], receivedAt: number, links: Link[], merges: Merge[]): string {
    const only = parts.length === 1 ? parts[0]! : undefined;
    if (only?.profileId !== undefined && this.#isSettled(only.profileId, only.carried, receivedAt)) return only.profileId;
    const carried = new Set(parts.flatMap((part) => part.carried));
    const sinceOf = (identifier: string) => {
      const since = this.#identifiers.get(identifier)?.since ?? receivedAt;
      return carried.has(identifier) ? Math.min(since, receivedAt) : since;
    };
    const oldest = oldestOf(parts.flatMap((part) => part.identifiers), sinceOf);
    const apart = [...new Set(parts.flatMap((part) => part.apart ?? []))];
    const named = profileIdOf(oldest);
    const isNamed = apart.length === 0 && (parts.some(({ profileId }) => profileId === named) || this.#isUnused(oldest));
    const id = isNamed ? named : oldestProfile(parts, sinceOf);
    // One string for all identifiers of a profile: a copy each would cost 56 bytes.
    const winner = parts.find((part) => part.profileId === id)?.profileId ?? id;
    const isNew = parts.every((part) => part.profileId === undefined);
    // Not only of the parts: after an erasure, the identifier that named a profile may come back to its rest.
    const members = [...this.#profiles.get(winner) ?? []];
    for (const { profileId, identifiers } of parts) {
      if (profileId !== winner) members.push(...identifiers);
      const cause: LinkCause = profileId !== undefined ? 'merge' : isNew && identifiers[0] === oldest ? 'first_seen' : 'link';
      if (profileId === undefined) links.push({ identifier: identifiers[0]!, profileId: winner, cause });
      else if (profileId !== winner) {
        merges.push({ loser: profileId, winner, identifiers: identifiers.toSorted() });
        this.#profiles.delete(profileId);
      }
      for (const identifier of identifiers) this.#assign(identifier, { profile_id: winner, since: sinceOf(identifier), cause, ...(apart.length === 0 ? {} : { apart }) });
    }
    this.#profiles.set(winner, trimmed(members));
    return winner;
  }

  /** Whether no profile can have had the identifier's id: it came to a profile that there was, and has stayed there. */
  #isUnused(identifier: string): boolean {
    const cause = this.#identifiers.get(identifier)?.cause;
    return cause === undefined || cause === 'link';
  }

  #assign(identifier: string, next: IdentifierState): void {
    const state = this.#identifiers.get(identifier);
    if (state?.profile_id !== next.profile_id) this.#identifiers.set(identifier, next);
    else if (state.since !== next.since || state.apart?.length !== next.apart?.length) this.#identifiers.set(identifier, { ...next, cause: state.cause });
  }

  #indexProfiles(): void {
    const lists = new Map<string, { id: string; identifiers: string[] }>();
    for (const [identifier, state] of this.#identifiers.entries()) {
      const list = lists.get(state.profile_id);
      if (list) {
        list.identifiers.push(identifier);
        state.profile_id = list.id;
      } else lists.set(state.profile_id, { id: state.profile_id, identifiers: [identifier] });
    }
    for (const [profileId] of [...this.#profiles.entries()]) this.#profiles.restore(profileId, undefined);
    for (const [profileId, { identifiers }] of lists) this.#profiles.restore(profileId, trimmed(identifiers));
    this.#indexIsStale = false;
  }
}

/** The id of the profile, among those that there are, that has the oldest identifier. */
function oldestProfile(parts: readonly Part[], sinceOf: (identifier: string) => number): string {
  const profiles = parts.filter(({ profileId }) => profileId !== undefined);
  const oldest = oldestOf(profiles.flatMap(({ identifiers }) => identifiers), sinceOf);
  return profiles.find(({ identifiers }) => identifiers.includes(oldest))!.profileId!;
}

/** Nothing but what the graph keeps, and no list where it would be empty: there are millions of these. */
function known({ profile_id, since, cause, apart }: IdentifierState): IdentifierState {
  return { profile_id, since, cause, ...(apart?.length ? { apart } : {}) };
}

function oldestOf(identifiers: readonly string[], sinceOf: (identifier: string) => number): string {
  let oldest = identifiers[0]!;
  let since = sinceOf(oldest);
  for (const identifier of identifiers) {
    const other = sinceOf(identifier);
    if (other < since || (other === since && identifier < oldest)) [oldest, since] = [identifier, other];
  }
  return oldest;
}

/** A copy without spare room: a list that grew by push() has 16 places more than it needs, and most profiles have one identifier. */
function trimmed(identifiers: readonly string[]): readonly string[] {
  return identifiers.slice();
}
