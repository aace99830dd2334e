// The activities that the customer service makes itself, to tell consumers what happened to a profile.
import { splitProperties, type CustomerActivities, type ProfileSplit } from '@tideway/contracts';
import type { Link, Merge, Split } from '../identity/graph.js';
import { activityIdOf } from '../identity/uuid.js';
import type { ConsentStatement } from '../consents/resolve.js';

/** The record that made something happen. */
export interface Cause {
  /** ms since the epoch. */
  occurredAt: number;
  /** ms since the epoch. */
  receivedAt: number;
  /** `topic:partition:offset` */
  origin: string;
}

/**
 * `profile_merged`, the last activity of the losing profile: `properties.into` is the winner. `identifier` is the
 * one that the causing record is attributed by.
 */
export function profileMerged(merge: Merge, identifier: string, cause: Cause): CustomerActivities {
  return {
    ...blank(cause),
    activity_id: activityIdOf(`merged:${merge.loser}:${merge.winner}:${cause.origin}`),
    profile_id: merge.loser,
    identifier,
    product: 'customer.identities',
    type: 'profile_merged',
    properties: { into: merge.winner },
  };
}

/** `profile_erased`, the last activity of a profile: the person has asked to be forgotten. */
export function profileErased(profileId: string, identifier: string, cause: Cause): CustomerActivities {
  return {
    ...blank(cause),
    activity_id: activityIdOf(`erased:${profileId}:${cause.origin}`),
    profile_id: profileId,
    identifier,
    product: 'customer.identities',
    type: 'profile_erased',
    properties: {},
  };
}

/**
 * `profile_split`, an activity of the profile that the identifiers left, with the decisions in force of both profiles. It
 * is attributed by an identifier that stayed. Nothing is told to the new profile: whoever keeps something of the old one
 * hands that over.
 */
export function profileSplit({ from, into, left, stayed }: Split, consents: ProfileSplit['consents'], cause: Cause): CustomerActivities {
  return {
    ...blank(cause),
    activity_id: activityIdOf(`split:${from}:${into}:${cause.origin}`),
    profile_id: from,
    identifier: stayed[0]!,
    product: 'customer.identities',
    type: 'profile_split',
    properties: splitProperties({ into, left: [...left], consents }),
  };
}

/** `identifier_linked`: the profile has a new identifier. */
export function identifierLinked(link: Link, cause: Cause): CustomerActivities {
  return {
    ...blank(cause),
    activity_id: activityIdOf(`linked:${link.identifier}:${link.profileId}:${cause.origin}`),
    profile_id: link.profileId,
    identifier: link.identifier,
    product: 'customer.identities',
    type: 'identifier_linked',
    properties: { cause: link.cause },
  };
}

/**
 * `consent_granted`, `consent_denied` or `consent_withdrawn`: the decision in force of a profile merged of two that
 * disagreed, at the decision's own time and origin. Without it, activities could tell the other one: what is in
 * force may rest on a repetition, and a repetition is no activity. It is attributed by the identifier that decided, whose
 * decision it stays where the profile is split; `identifier`, that of the causing record, only where that is not known.
 */
export function consentSettled(statement: ConsentStatement, merge: Merge, identifier: string, cause: Cause): CustomerActivities {
  const { purpose, channel, legal_basis, decision } = statement;
  return {
    ...blank(cause),
    activity_id: activityIdOf(`settled:${merge.loser}:${merge.winner}:${purpose}:${channel}:${cause.origin}`),
    profile_id: merge.winner,
    identifier: statement.identifier ?? identifier,
    occurred_at: statement.decided_at,
    product: 'customer.consents',
    type: `consent_${decision}`,
    properties: { purpose, channel, legal_basis },
    origin: statement.origin,
  };
}

type Blank = Omit<CustomerActivities, 'activity_id' | 'profile_id' | 'identifier' | 'product' | 'type' | 'properties'>;

function blank({ occurredAt, receivedAt, origin }: Cause): Blank {
  return {
    occurred_at: occurredAt, received_at: receivedAt, session_id: null, touch: null, campaign_id: null, message_id: null,
    order_id: null, items: [], value_micros: null, currency: null, is_bot: false, is_machine: false, origin,
  };
}
