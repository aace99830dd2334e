// A profile as personalization knows it: how records change it, and how two become one. Pure, and independent of the
// order in which inputs of different topics come. One thing is not: what is removed or ordered while two carts are
// being merged, because items do not keep their times.
import type { CustomerActivities, PersonalizationProfiles, SegmentsState } from '@tideway/contracts';
import { addItems, clearCart, mergeCarts, removeItems } from './cart.js';

export type Profile = PersonalizationProfiles;

const LAST_VIEWED = 10;
/** Points of interest in a category: what a person does with its products. */
const INTEREST: Record<string, number> = { product_viewed: 1, wishlisted: 2, product_added: 3, order_completed: 10 };

/** A profile that nothing is known of. */
export function emptyProfile(profileId: string): Profile {
  return {
    profile_id: profileId, version: 0, updated_at: 0, identifiers: [], segments: [], traits: {}, affinities: {}, last_viewed: [],
    open_cart_items: [], open_cart_updated_at: null, orders_count: 0, orders_total_micros: 0, orders_currency: null, last_order_at: null, consents: [],
  };
}

/** Applies one activity. `profile_merged` is not an activity of this kind: see `mergeProfiles`. */
export function applyActivity(profile: Profile, activity: CustomerActivities): Profile {
  if (activity.is_bot || activity.is_machine) return profile;
  const interested = { ...profile, affinities: withInterest(profile.affinities, activity) };
  switch (activity.type) {
    case 'identifier_linked':
      return { ...profile, identifiers: union(profile.identifiers, [activity.identifier]) };
    case 'consent_granted':
    case 'consent_denied':
    case 'consent_withdrawn':
      return { ...profile, consents: withConsents(profile.consents, [consentOf(activity)]) };
    case 'product_viewed':
      return { ...interested, last_viewed: newest([...profile.last_viewed, ...activity.items.map(({ product_id, name }) => ({ product_id, name, viewed_at: activity.occurred_at }))]) };
    case 'product_added':
      return addItems(interested, activity);
    case 'product_removed':
      return removeItems(interested, activity);
    case 'order_completed':
      return clearCart(withOrder(interested, activity, 1), activity);
    // Its items are those of an order that the cart was emptied by; its amount is what it changes.
    case 'order_updated':
    case 'order_refunded':
    case 'order_cancelled':
      return withOrder(interested, activity, 0);
    default:
      return interested;
  }
}

/** Takes over what segments says of the profile; null where segments no longer knows it. */
export function applySegments(profile: Profile, state: SegmentsState | null): Profile {
  return { ...profile, segments: state?.segments ?? [], traits: state?.traits ?? {} };
}

/** The winner with all that is known of a loser, except its segments: those are evaluated anew for the winner. */
export function mergeProfiles(winner: Profile, loser: Profile): Profile {
  const affinities = { ...winner.affinities };
  for (const [category, points] of Object.entries(loser.affinities)) affinities[category] = (affinities[category] ?? 0) + points;
  const lastOrderAt = later(winner.last_order_at, loser.last_order_at);
  return {
    ...winner,
    affinities,
    identifiers: union(winner.identifiers, loser.identifiers),
    last_viewed: newest([...winner.last_viewed, ...loser.last_viewed]),
    ...mergeCarts(winner, loser, lastOrderAt),
    ...withAmount(winner, loser.orders_total_micros, loser.orders_currency),
    orders_count: winner.orders_count + loser.orders_count,
    last_order_at: lastOrderAt,
    // Where both decided in the same millisecond, the winner's stays: it is told what the customer service settled on.
    consents: withConsents(loser.consents, winner.consents),
  };
}

/**
 * What is known of a profile for sure once identifiers have left it. Who of them viewed, ordered or put something into the cart
 * does not stand in a document: that begins anew. `consents` are the decisions of those who stayed.
 */
export function withoutIdentifiers(profile: Profile, left: readonly string[], consents: Profile['consents']): Profile {
  const { profile_id, version, updated_at, identifiers, segments, traits } = profile;
  return { ...emptyProfile(profile_id), version, updated_at, segments, traits, identifiers: identifiers.filter((identifier) => !left.includes(identifier)), consents: withConsents([], consents) };
}

/** A profile that identifiers came to, which decided this. */
export function profileOfIdentifiers(profileId: string, identifiers: readonly string[], consents: Profile['consents']): Profile {
  return { ...emptyProfile(profileId), identifiers: union([...identifiers], []), consents: withConsents([], consents) };
}

/**
 * Whether nothing is known of a profile: it was merged away. Identifiers may come after the first that segments says of it,
 * and, to a profile that was made by a split, after the first that it does.
 */
export function isForgotten({ identifiers, segments, traits, consents, affinities, last_viewed, open_cart_items, orders_count }: Profile): boolean {
  return [identifiers, segments, Object.keys(traits), consents, Object.keys(affinities), last_viewed, open_cart_items].every(({ length }) => length === 0) && orders_count === 0;
}

/**
 * What may be used: without consent for personalization, only who it is, the segments (which ask for consent to their
 * own purpose) and the decisions themselves. Points of interest become weights: 1 for the category with the most.
 */
export function usable(profile: Profile): Profile {
  const decision = profile.consents.find(({ purpose, channel }) => purpose === 'personalization' && channel === 'any');
  if (decision?.decision === 'granted') return { ...profile, affinities: weights(profile.affinities) };
  const { profile_id, version, updated_at, identifiers, segments, consents } = profile;
  return { ...emptyProfile(profile_id), version, updated_at, identifiers, segments, consents };
}

function withInterest(affinities: Profile['affinities'], activity: CustomerActivities): Profile['affinities'] {
  const points = INTEREST[activity.type];
  if (points === undefined) return affinities;
  const changed = { ...affinities };
  for (const { category } of activity.items) if (category) changed[category] = (changed[category] ?? 0) + points;
  return changed;
}

function weights(points: Profile['affinities']): Profile['affinities'] {
  const most = Math.max(...Object.values(points));
  return Object.fromEntries(Object.entries(points).map(([category, value]) => [category, value / most]));
}

function withOrder(profile: Profile, activity: CustomerActivities, count: number): Profile {
  return {
    ...profile,
    ...withAmount(profile, activity.value_micros ?? 0, activity.currency),
    orders_count: profile.orders_count + count,
    last_order_at: count > 0 ? later(profile.last_order_at, activity.occurred_at) : profile.last_order_at,
  };
}

/** Amounts of different currencies have no sum: those of the profile's first one are added. */
function withAmount({ orders_total_micros, orders_currency }: Profile, micros: number, currency: string | null): Pick<Profile, 'orders_total_micros' | 'orders_currency'> {
  const known = orders_currency ?? currency;
  return { orders_total_micros: orders_total_micros + (currency !== null && currency === known ? micros : 0), orders_currency: known };
}

function consentOf(activity: CustomerActivities): Profile['consents'][number] {
  const { purpose = '', channel = 'any' } = activity.properties;
  return { purpose, channel, decision: activity.type.slice('consent_'.length), decided_at: activity.occurred_at };
}

/** The later decision of each purpose and channel; sorted, so that the same decisions give the same profile. */
function withConsents(known: Profile['consents'], more: Profile['consents']): Profile['consents'] {
  const byKey = new Map(known.map((entry) => [`${entry.purpose}|${entry.channel}`, entry]));
  for (const entry of more) {
    const key = `${entry.purpose}|${entry.channel}`;
    const other = byKey.get(key);
    if (!other || entry.decided_at >= other.decided_at) byKey.set(key, entry);
  }
  return [...byKey].sort(([a], [b]) => a.localeCompare(b)).map(([, entry]) => entry);
}

/** Each product once, at its newest view. */
function newest(views: Profile['last_viewed']): Profile['last_viewed'] {
  const sorted = [...views].sort((a, b) => b.viewed_at - a.viewed_at || a.product_id.localeCompare(b.product_id));
  const seen = new Set<string>();
  return sorted.filter(({ product_id }) => !seen.has(product_id) && seen.add(product_id)).slice(0, LAST_VIEWED);
}

const union = (a: string[], b: string[]) => [...new Set([...a, ...b])].sort();
const later = (a: number | null, b: number | null) => (a === null ? b : b === null ? a : Math.max(a, b));
