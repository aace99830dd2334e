import { describe, expect, it } from '@jest/globals';
import type { CustomerActivities, SegmentsState } from '@tideway/contracts';
import { activity, decision, item, order } from '../test/activities.js';
import { applyActivity, applySegments, emptyProfile, isForgotten, mergeProfiles, profileOfIdentifiers, usable, withoutIdentifiers, type Profile } from './profile.js';

const empty = emptyProfile('00000000-0000-4000-8000-000000000001');
const profileOf = (...activities: CustomerActivities[]): Profile => activities.reduce(applyActivity, empty);
const segments: SegmentsState = {
  profile_id: empty.profile_id, sequence: 1, segments: [{ segment: 'high-intent', version: 1, since: 5 }], traits: { views: '3' }, aliases: [],
  next_timer_at: null, evaluated_at: 5, caused_at: 5, definitions: 'f', effective: {}, effective_floor: 0, shares: [],
};

/** A profile in which every field holds something. */
const full: Profile = {
  ...applySegments(profileOf(
    activity('identifier_linked', { identifier: 'user_id:1' }), decision('granted', 10),
    activity('product_viewed', { items: [item('p-1', 1, 'shoes')] }), order(2_000), activity('product_added', { occurred_at: 3_000, items: [item('p-2')] }),
  ), segments), version: 4, updated_at: 99,
};

describe('a profile', () => {
  it('collects identifiers, each once, in one order', () => {
    const linked = (identifier: string) => activity('identifier_linked', { identifier });
    expect(profileOf(linked('user_id:1'), linked('anonymous_id:b'), linked('user_id:1')).identifiers).toEqual(['anonymous_id:b', 'user_id:1']);
  });

  it('has the products viewed last, the newest first, each once and ten at most', () => {
    const viewed = (n: number, occurred_at: number) => activity('product_viewed', { occurred_at, items: [item(`p-${n}`)] });
    const views = Array.from({ length: 12 }, (_, i) => viewed(i, 100 + i));
    const { last_viewed } = profileOf(...views, viewed(5, 500), viewed(6, 50));
    expect(last_viewed.map(({ product_id }) => product_id)).toEqual(['p-5', 'p-11', 'p-10', 'p-9', 'p-8', 'p-7', 'p-6', 'p-4', 'p-3', 'p-2']);
    expect(last_viewed[0]).toEqual({ product_id: 'p-5', name: 'The p-5', viewed_at: 500 });
    expect(last_viewed[6]!.viewed_at).toBe(106);
  });

  it('grows interested in the categories of what was viewed, wished for, added and ordered', () => {
    const about = (type: string, category: string | null) => activity(type, { items: [item('p', 1, category)] });
    const { affinities } = profileOf(about('product_viewed', 'a'), about('wishlisted', 'b'), about('product_added', 'c'), about('order_completed', 'd'), about('product_viewed', 'a'), about('product_viewed', null), about('page_viewed', 'e'));
    expect(affinities).toEqual({ a: 2, b: 2, c: 3, d: 10 });
  });

  it('counts completed orders, and adds up what orders, changes, refunds and cancellations make of the revenue', () => {
    const change = (type: string, value_micros: number) => activity(type, { value_micros, currency: 'EUR', occurred_at: 9_000 });
    const profile = profileOf(order(1_000, 100), order(2_000, 50), change('order_updated', 7), change('order_refunded', -30), change('order_cancelled', -50));
    expect(profile).toMatchObject({ orders_count: 2, orders_total_micros: 77, orders_currency: 'EUR', last_order_at: 2_000 });
  });

  it('does not add amounts of another currency', () => {
    expect(profileOf(order(1_000, 100, 'EUR'), order(2_000, 9_999, 'SEK'))).toMatchObject({ orders_count: 2, orders_total_micros: 100, orders_currency: 'EUR', last_order_at: 2_000 });
    const merged = mergeProfiles(profileOf(order(1_000, 100, 'EUR')), profileOf(order(2_000, 9_999, 'SEK')));
    expect(merged).toMatchObject({ orders_count: 2, orders_total_micros: 100, orders_currency: 'EUR' });
    expect(mergeProfiles(empty, profileOf(order(2_000, 9_999, 'SEK')))).toMatchObject({ orders_total_micros: 9_999, orders_currency: 'SEK' });
  });

  it('keeps the later decision of each purpose and channel, whatever comes in last', () => {
    const { consents } = profileOf(decision('withdrawn', 20), decision('granted', 10), decision('denied', 5, 'marketing', 'email'));
    expect(consents).toEqual([
      { purpose: 'marketing', channel: 'email', decision: 'denied', decided_at: 5 },
      { purpose: 'personalization', channel: 'any', decision: 'withdrawn', decided_at: 20 },
    ]);
  });

  it('takes no notice of what bots and machines did', () => {
    const everything = ['identifier_linked', 'consent_granted', 'product_viewed', 'product_added', 'product_removed', 'order_completed', 'order_updated', 'order_refunded', 'order_cancelled', 'wishlisted'];
    for (const type of everything) {
      for (const robot of [{ is_bot: true }, { is_machine: true }]) {
        expect(applyActivity(full, activity(type, { ...robot, occurred_at: 9_000, identifier: 'user_id:2', items: [item('p-9', 1, 'hats')], value_micros: 1, currency: 'EUR', properties: { purpose: 'marketing', channel: 'any' } }))).toBe(full);
      }
    }
  });

  it('is in the segments, and has the traits, that segments gave it last', () => {
    expect(applySegments(empty, segments)).toEqual({ ...empty, segments: segments.segments, traits: { views: '3' } });
    expect(applySegments(full, null)).toEqual({ ...full, segments: [], traits: {} });
  });
});

describe('a merged profile', () => {
  it('has what both had, but the segments and traits of the winner only', () => {
    const loser = { ...full, profile_id: '00000000-0000-4000-8000-000000000002', version: 9 };
    const winner = profileOf(activity('identifier_linked', { identifier: 'anonymous_id:a' }), activity('product_viewed', { occurred_at: 4_000, items: [item('p-3', 1, 'shoes')] }), order(1_500));
    expect(mergeProfiles(winner, loser)).toEqual({
      ...winner, identifiers: ['anonymous_id:a', 'user_id:1'], affinities: { shoes: 2 }, last_viewed: [...winner.last_viewed, ...loser.last_viewed],
      open_cart_items: [item('p-2')], open_cart_updated_at: 3_000, orders_count: 2, orders_total_micros: 10_000_000, orders_currency: 'EUR', last_order_at: 2_000, consents: loser.consents,
    });
  });

  it('keeps the winner\'s decision where both decided in the same millisecond', () => {
    const [granted, denied] = [profileOf(decision('granted', 10)), profileOf(decision('denied', 10))];
    expect(mergeProfiles(granted, denied).consents[0]!.decision).toBe('granted');
    expect(mergeProfiles(denied, granted).consents[0]!.decision).toBe('denied');
  });

  it('is forgotten where nothing is known of it, and not because identifiers come later than traits', () => {
    expect(isForgotten(empty)).toBe(true);
    expect(isForgotten(applySegments(empty, { ...segments, segments: [] }))).toBe(false);
    expect(isForgotten(applySegments(empty, { ...segments, traits: {} }))).toBe(false);
    expect(isForgotten(profileOf(activity('identifier_linked')))).toBe(false);
    // To a profile that a split makes its identifiers may come last.
    for (const first of [decision('withdrawn', 10), order(10), activity('product_viewed', { items: [item('p-1')] })]) expect(isForgotten(profileOf(first))).toBe(false);
  });

  it('begins anew where identifiers leave it, but for what is known for sure: who is left, what they decided, and what segments says', () => {
    const known = applySegments(profileOf(activity('identifier_linked'), activity('identifier_linked', { identifier: 'user_id:1' }), decision('granted', 10), order(1_500), activity('product_viewed', { items: [item('p-1', 1, 'shoes')] })), segments);
    const stayed = [{ purpose: 'personalization', channel: 'any', decision: 'denied', decided_at: 5 }];
    expect(withoutIdentifiers(known, ['user_id:1'], stayed)).toEqual({ ...empty, identifiers: ['anonymous_id:a'], segments: known.segments, traits: known.traits, consents: stayed });
    const made = profileOfIdentifiers('q', ['user_id:1'], stayed);
    expect(made).toEqual({ ...emptyProfile('q'), identifiers: ['user_id:1'], consents: stayed });
    // What it decided since then is in force, also where its identifiers come last.
    expect(mergeProfiles({ ...emptyProfile('q'), consents: [{ ...stayed[0]!, decision: 'granted', decided_at: 9 }] }, made)).toMatchObject({ identifiers: ['user_id:1'], consents: [{ decision: 'granted', decided_at: 9 }] });
  });
});

describe('what may be used of a profile', () => {
  it('is all of it with consent for personalization, with interests as weights', () => {
    const interested = { ...full, affinities: { shoes: 8, hats: 2 } };
    expect(usable(interested)).toEqual({ ...interested, affinities: { shoes: 1, hats: 0.25 } });
    expect(usable({ ...full, affinities: {} })).toEqual({ ...full, affinities: {} });
  });

  it.each([
    ['no decision', []],
    ['denied', [decision('denied', 10)]],
    ['withdrawn since', [decision('granted', 10), decision('withdrawn', 11)]],
    ['granted for another purpose', [decision('granted', 10, 'marketing')]],
    ['granted for one channel only', [decision('granted', 10, 'personalization', 'email')]],
  ] as const)('is who it is, its segments and its decisions: %s', (_, decisions) => {
    const { consents } = profileOf(...decisions);
    const { profile_id, version, updated_at, identifiers, segments: members } = full;
    expect(usable({ ...full, consents })).toEqual({ ...empty, profile_id, version, updated_at, identifiers, segments: members, consents });
  });

  it('leaves no field out by accident: each one of a full profile differs from an empty one', () => {
    for (const [name, value] of Object.entries(full)) {
      if (name !== 'profile_id') expect([name, value]).not.toEqual([name, empty[name as keyof Profile]]);
    }
  });
});
