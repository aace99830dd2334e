import { describe, expect, it } from '@jest/globals';
import { splitProperties } from '@tideway/contracts';
import fc from 'fast-check';
import type { Activity } from './evaluate/index.js';
import { HandingOver } from './handing-over.js';
import { emptyState } from './membership.js';
import { headersOf, type Restored } from './restore.js';
import { countsBy, idsOf, rowsOf, sharesTogether } from './shares.js';
import { StoredStates } from './stored-states.js';
import type { Handover } from './topics.js';
import type { Work } from './work.js';

const restoredOfNothing = (): Restored => ({ stored: new StoredStates(), merged: new Map(), erased: new Set(), due: new Map(), splits: new Map(), adopted: new Map() });
const workOf = (change: Partial<Work>): Work => ({ activities: [], splits: [], handovers: [], ...change });
const splitOf = (into: string, left: readonly string[]) => ({ type: 'profile_split', occurred_at: 7, origin: 'customer.splits.v1:0:1', properties: splitProperties({ into, left: [...left], consents: { stayed: [], left: [] } }) }) as unknown as Activity;

/** The customer service as it tells of profiles, and partitions that hear of it at any pace. */
class World {
  readonly owner = new Map<string, string>();
  readonly rows: { profile_id: string; identifier: string }[] = [];
  readonly states = new Map<string, ReturnType<typeof emptyState>>();
  readonly #marks = new Map<string, Set<string>>();
  /** What each profile's partition has not read. */
  readonly #unread = new Map<string, ({ into: string; left?: readonly string[] })[]>();
  readonly #sent: { to: string; handover: Handover }[] = [];
  readonly #restored = restoredOfNothing();
  readonly #handing = new HandingOver(this.#restored);
  readonly #outbox = { handover: (to: string, handover: Handover) => void this.#sent.push({ to, handover }), sameState: () => undefined, tombstone: () => undefined };
  #made = 0;

  act(identifier: string): void {
    if (!this.owner.has(identifier)) this.#make([identifier]);
    this.rows.push({ profile_id: this.owner.get(identifier)!, identifier });
  }

  join(one: string, other: string): void {
    const [winner, loser] = [this.owner.get(one), this.owner.get(other)];
    if (!winner || !loser || winner === loser) return;
    const marks = new Set([...this.#marks.get(winner)!, ...this.#marks.get(loser)!]);
    if ([...marks].some((mark) => marks.has(mark.replace('+', '-')) && mark.startsWith('+'))) return;
    this.#marks.set(winner, marks);
    for (const identifier of this.#of(loser)) this.owner.set(identifier, winner);
    this.#tell(loser, { into: winner });
  }

  split(identifiers: readonly string[]): void {
    const from = this.owner.get(identifiers[0]!);
    const left = identifiers.filter((identifier) => this.owner.get(identifier) === from);
    if (!from || left.length === this.#of(from).length) return;
    const into = this.#make(left);
    this.#marks.set(into, new Set([...this.#marks.get(from)!, `+${into}`]));
    this.#marks.get(from)!.add(`-${into}`);
    this.#tell(from, { into, left });
  }

  /** One of the things that can happen next in segments; false where there is none. */
  step(choice: number): boolean {
    const waiting = [...this.#unread].filter(([, events]) => events.length > 0).map(([profileId]) => profileId);
    const things = waiting.length + this.#sent.length + (this.#handing.isReady(0) ? 1 : 0);
    if (things === 0) return false;
    const which = choice % things;
    if (which < waiting.length) this.#read(waiting[which]!);
    else if (which < waiting.length + this.#sent.length) this.#receive(which - waiting.length);
    else this.#handing.send(this.#outbox, 0);
    return true;
  }

  #make(identifiers: readonly string[]): string {
    const profileId = `profile-${(this.#made += 1)}`;
    for (const identifier of identifiers) this.owner.set(identifier, profileId);
    this.#marks.set(profileId, new Set());
    return profileId;
  }

  #of(profileId: string): string[] {
    return [...this.owner].filter(([, owner]) => owner === profileId).map(([identifier]) => identifier);
  }

  #tell(profileId: string, event: { into: string; left?: readonly string[] }): void {
    this.#unread.set(profileId, [...(this.#unread.get(profileId) ?? []), event]);
  }

  #stateOf(profileId: string) {
    return this.states.get(profileId) ?? emptyState(profileId);
  }

  #read(profileId: string): void {
    const { into, left } = this.#unread.get(profileId)!.shift()!;
    const state = this.#handing.takeApart(this.#stateOf(profileId), workOf({ splits: left ? [splitOf(into, left)] : [] }), 0, this.#outbox);
    this.states.set(profileId, state);
    if (left) return;
    this.#restored.due.set(profileId, { into, after: 0, handover: { aliases: [profileId, ...state.aliases], shares: state.shares, causedAt: 7, origin: '' } });
    this.#restored.merged.set(profileId, into);
    this.states.delete(profileId);
  }

  #receive(index: number): void {
    const [{ to, handover }] = this.#sent.splice(index, 1) as [{ to: string; handover: Handover }];
    const work = workOf({ handovers: [handover] });
    const state = this.#handing.takeApart(this.#stateOf(to), work, 0, this.#outbox);
    const into = this.#restored.merged.get(to);
    for (const each of work.handovers) {
      if (into) this.#outbox.handover(into, each);
      else this.states.set(to, { ...state, aliases: [...state.aliases, ...each.aliases], shares: sharesTogether([rowsOf(state), each]) });
    }
  }
}

const identifier = fc.nat(5).map((index) => `user_id:${index}`);
const happening = fc.oneof(
  { weight: 2, arbitrary: identifier.map((who) => (world: World) => world.act(who)) },
  { weight: 2, arbitrary: fc.tuple(identifier, identifier).map(([one, other]) => (world: World) => world.join(one, other)) },
  { weight: 1, arbitrary: fc.uniqueArray(identifier, { minLength: 1, maxLength: 3 }).map((left) => (world: World) => world.split(left)) },
  { weight: 3, arbitrary: fc.nat(99).map((choice) => (world: World) => void world.step(choice)) },
);

describe('rows that are handed over', () => {
  it('are those of the identifiers that a profile has in the end, whatever was joined and split, and whatever was heard of last', () => {
    let shared = 0;
    fc.assert(fc.property(fc.array(happening, { minLength: 10, maxLength: 60, size: 'max' }), fc.infiniteStream(fc.nat(99)), (happenings, choices) => {
      const world = new World();
      for (const happen of happenings) happen(world);
      for (const choice of choices) if (!world.step(choice)) break;
      for (const profileId of new Set(world.owner.values())) {
        const state = world.states.get(profileId) ?? emptyState(profileId);
        const [ids, counts] = [new Set(idsOf(rowsOf(state))), countsBy(state.shares)];
        shared += state.shares.length;
        const bySql = world.rows.filter((row) => world.owner.get(row.identifier) === profileId);
        expect(world.rows.filter((row) => ids.has(row.profile_id) && counts(row))).toEqual(bySql);
      }
    }), { numRuns: 3000 });
    expect(shared).toBeGreaterThan(300);
  });

  it('of a split wait for ClickHouse, and stand in the profile’s own record until then, merged away or not', () => {
    const restored = restoredOfNothing();
    const sent: unknown[] = [];
    const outbox = { handover: (...args: unknown[]) => void sent.push(args), sameState: () => undefined, tombstone: () => undefined };
    const handing = new HandingOver(restored);
    const state = handing.takeApart(emptyState('p'), workOf({ splits: [splitOf('q', ['user_id:1'])] }), 5, outbox);
    const handover = { aliases: [], shares: [{ profile_id: 'p', identifiers: ['user_id:1'], except: false }], reason: 'split', causedAt: 7, origin: 'customer.splits.v1:0:1' };
    expect(state.shares).toEqual([{ profile_id: 'p', identifiers: ['user_id:1'], except: true }]);
    restored.merged.set('p', 'winner');
    expect(headersOf(restored, 'p')).toEqual({ 'merged-into': 'winner', split: JSON.stringify([{ into: 'q', left: ['user_id:1'], handover }]) });
    expect([handing.isReady(4), handing.isReady(5)]).toEqual([false, true]);
    handing.send(outbox, 4);
    expect(sent).toEqual([]);
    handing.send(outbox, 5);
    expect(sent).toEqual([['q', handover]]);
    expect(headersOf(restored, 'p')).toEqual({ 'merged-into': 'winner', split: JSON.stringify([{ into: 'q', left: ['user_id:1'] }]) });
    expect(handing.isReady(99)).toBe(false);
  });
});
