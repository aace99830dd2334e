// Whatever order the inputs of a profile come in, one document results: its own activities in their order, what
// segments says, and a profile that is handed over to it.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CustomerActivities, SegmentsState } from '@tideway/contracts';
import { activity, decision, item, order } from '../test/activities.js';
import { applyActivity, applySegments, emptyProfile, mergeProfiles, type Profile } from './profile.js';

const [WINNER, LOSER, THIRD] = ['1', '2', '3'].map((n) => `00000000-0000-4000-8000-00000000000${n}`) as [string, string, string];
type Input = (profile: Profile) => Profile;

// Different times: within one millisecond the order of decisions and of names is that of the partition.
const times = (count: number) => fc.uniqueArray(fc.integer({ min: 1, max: 10_000 }), { minLength: count, maxLength: count });
const items = fc.uniqueArray(fc.constantFrom('p-1', 'p-2', 'p-3', 'p-4'), { minLength: 1 }).chain((ids) =>
  fc.tuple(...ids.map((id) => fc.integer({ min: 1, max: 3 }).map((quantity) => item(id, quantity, `of-${id}`)))));
const kind = fc.oneof(
  fc.constantFrom('user_id:1', 'user_id:2', 'anonymous_id:a').map((identifier) => (at: number) => activity('identifier_linked', { identifier, occurred_at: at })),
  fc.tuple(fc.constantFrom('product_viewed', 'wishlisted', 'product_added', 'page_viewed'), items).map(([type, list]) => (at: number) => activity(type, { items: list, occurred_at: at })),
  fc.tuple(fc.constantFrom('granted', 'withdrawn'), fc.constantFrom('personalization', 'marketing')).map(([decided, purpose]) => (at: number) => decision(decided as 'granted', at, purpose)),
);
const ordering = fc.tuple(fc.constantFrom('order_completed', 'order_updated', 'order_refunded'), fc.integer({ min: -50, max: 500 }))
  .map(([type, value]) => (at: number) => activity(type, { value_micros: value, currency: 'EUR', occurred_at: at }));

/** Histories of several profiles, none of whose activities have the same time. */
function histories(profiles: number, of: fc.Arbitrary<(at: number) => CustomerActivities>): fc.Arbitrary<CustomerActivities[][]> {
  return fc.tuple(...Array.from({ length: profiles }, () => fc.array(of, { maxLength: 8 }))).chain((all) =>
    times(all.flat().length).map((at) => {
      const clock = at.values();
      return all.map((list) => list.map((make) => make(clock.next().value!)));
    }));
}

const applied = (profileId: string, activities: CustomerActivities[]) => activities.reduce(applyActivity, emptyProfile(profileId));
const applies = (activities: CustomerActivities[]): Input[] => activities.map((one) => (profile) => applyActivity(profile, one));
/** The order of items in a cart is that in which they came. */
const comparable = (profile: Profile) => ({ ...profile, open_cart_items: [...profile.open_cart_items].sort((a, b) => (a.product_id < b.product_id ? -1 : 1)) });
const withoutCart = (profile: Profile) => ({ ...profile, open_cart_items: [], open_cart_updated_at: null });

/** One interleaving of lists, each in its own order, by random choices. */
function interleaved(lists: Input[][], choices: number[]): Input[] {
  const left = lists.map((list) => [...list]);
  return choices.slice(0, lists.flat().length).map((choice) => {
    const open = left.filter((list) => list.length > 0);
    return open[choice % open.length]!.shift()!;
  });
}
const choices = fc.array(fc.nat(100), { minLength: 60, maxLength: 60 });
const state = (n: number): SegmentsState => ({
  profile_id: WINNER, sequence: n, segments: [{ segment: `s-${n}`, version: 1, since: n }], traits: { n: String(n) }, aliases: [], next_timer_at: null, evaluated_at: n, caused_at: n, definitions: 'f', effective: {}, effective_floor: 0, shares: [],
});
const states = fc.nat(4).map((count) => Array.from({ length: count }, (_, n): Input => (profile) => applySegments(profile, state(n))));

describe('a profile whose inputs come in any order', () => {
  it('is the same, merges and what segments says among them', () => {
    fc.assert(fc.property(histories(3, kind), states, choices, ([own = [], other = [], third = []], fromSegments, random) => {
      const handovers: Input[] = [[LOSER, other], [THIRD, third]].map(([id, list]) => (profile) => mergeProfiles(profile, applied(id as string, list as CustomerActivities[])));
      const inputs = [applies(own), fromSegments, handovers.slice(0, 1), handovers.slice(1)];
      const result = interleaved(inputs, random).reduce((profile, input) => input(profile), emptyProfile(WINNER));
      const expected = inputs.flat().reduce((profile, input) => input(profile), emptyProfile(WINNER));
      expect(comparable(result)).toEqual(comparable(expected));
    }), { numRuns: 400 });
  });

  it('is the same with orders among them, but for the cart', () => {
    fc.assert(fc.property(histories(2, fc.oneof(kind, ordering)), choices, ([own = [], other = []], random) => {
      const handover: Input = (profile) => mergeProfiles(profile, applied(LOSER, other));
      const result = interleaved([applies(own), [handover]], random).reduce((profile, input) => input(profile), emptyProfile(WINNER));
      expect(withoutCart(result)).toEqual(withoutCart(mergeProfiles(applied(WINNER, own), applied(LOSER, other))));
    }), { numRuns: 400 });
  });

  it('has an empty cart where an order came last, whatever was handed over when', () => {
    fc.assert(fc.property(histories(2, kind), choices, ([own = [], other = []], random) => {
      const inputs = [[...applies(own), (profile: Profile) => applyActivity(profile, order(20_000))], [(profile: Profile) => mergeProfiles(profile, applied(LOSER, other))]];
      const result = interleaved(inputs, random).reduce((profile, input) => input(profile), emptyProfile(WINNER));
      expect(result).toMatchObject({ open_cart_items: [], open_cart_updated_at: 20_000 });
    }));
  });
});

describe('a merge', () => {
  it('gives the same whichever profile wins, but for who it is, its segments and its traits', () => {
    fc.assert(fc.property(histories(2, fc.oneof(kind, ordering)), ([own = [], other = []]) => {
      const [a, b] = [applied(WINNER, own), applied(LOSER, other)];
      expect(comparable({ ...mergeProfiles(b, a), profile_id: WINNER })).toEqual(comparable(mergeProfiles(a, b)));
    }), { numRuns: 400 });
  });

  it('gives the same along a chain as one by one', () => {
    fc.assert(fc.property(histories(3, kind), ([own = [], other = [], third = []]) => {
      const [a, b, c] = [applied(WINNER, own), applied(LOSER, other), applied(THIRD, third)];
      expect(comparable(mergeProfiles(c, mergeProfiles(b, a)))).toEqual(comparable(mergeProfiles(mergeProfiles(c, b), a)));
    }), { numRuns: 400 });
  });
});
