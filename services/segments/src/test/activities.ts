// Activities for tests, of profiles whose partition is chosen.
import { splitProperties, type CustomerActivities } from '@tideway/contracts';
import { partitionOf } from '@tideway/kafka';
import { v4 as uuid } from 'uuid';

/** A new profile in the given one of six partitions; any where it is left out. */
export function newProfile(partition?: number): string {
  for (;;) {
    const profileId = uuid();
    if (partition === undefined || partitionOf(profileId, 6) === partition) return profileId;
  }
}

/** An activity of `profileId`, recorded with an identifier that only that profile has. */
export function activity(profileId: string, type: string, change: Partial<CustomerActivities> = {}): CustomerActivities {
  const now = Date.now();
  const activity_id = uuid();
  return {
    activity_id, profile_id: profileId, identifier: `user_id:${profileId}`, occurred_at: now, received_at: now, product: 'web.ecommerce-events', type,
    session_id: null, touch: null, campaign_id: null, message_id: null, order_id: null, items: [], value_micros: null, currency: null,
    is_bot: false, is_machine: false, properties: {}, origin: `web.ecommerce-events.v1:0:${activity_id}`, ...change,
  };
}

export function viewed(profileId: string, change: Partial<CustomerActivities> = {}): CustomerActivities {
  return activity(profileId, 'product_viewed', change);
}

export function ordered(profileId: string): CustomerActivities {
  return activity(profileId, 'order_completed', { product: 'web.orders', value_micros: 5_000_000, currency: 'EUR' });
}

export function decided(profileId: string, decision: 'granted' | 'withdrawn', purpose: string): CustomerActivities {
  return activity(profileId, `consent_${decision}`, { product: 'web.consents', properties: { purpose, channel: 'any', legal_basis: 'consent' } });
}

export function erasedPerson(profileId: string): CustomerActivities {
  return activity(profileId, 'profile_erased', { product: 'customer.identities' });
}

export function merged(loser: string, winner: string): CustomerActivities {
  return activity(loser, 'profile_merged', { product: 'customer.identities', properties: { into: winner } });
}

/** The profile's identifiers that leave are as `activity` has them: user_id, and the id of a profile. */
export function split(profileId: string, into: string, ...left: string[]): CustomerActivities {
  const properties = splitProperties({ into, left: left.map((id) => `user_id:${id}`), consents: { stayed: [], left: [] } });
  return activity(profileId, 'profile_split', { product: 'customer.identities', properties });
}
