// Consent per purpose and channel: the latest decision at a time, in the stream and in SQL.
//
// No buckets here: a decision counts from the millisecond it was taken, bots or not. A segment of a channel
// follows the latest decision for that channel or for `any`; one for `any` follows those for `any` only.
import type { Activity } from '../definitions/fields.js';
import type { Segment } from '../definitions/segment.js';
import { sqlText } from '../sql/literal.js';
import { isLater, LATER_SQL, type Moment } from './order.js';

const DECISIONS: Readonly<Record<string, Decision['decision']>> = {
  consent_granted: 'granted',
  consent_denied: 'denied',
  consent_withdrawn: 'withdrawn',
};
export const CONSENT_TYPES = Object.keys(DECISIONS);
/** What recordConsent reads, beside what the order does. */
export const CONSENT_COLUMNS = ['type', 'properties.purpose', 'properties.channel'] as const;

/** A decision that was taken. */
export interface Decision extends Moment {
  decision: 'granted' | 'denied' | 'withdrawn';
}

/** Decisions by purpose and channel, in the order they arrived in. */
export type Consents = Map<string, Decision[]>;
export type Scope = Pick<Segment, 'purpose' | 'channel'>;

// Neither has a line break in it.
/** Names a scope. */
export const scopeKey = ({ purpose, channel }: Scope): string => keyOf(purpose, channel);
const keyOf = (purpose: string, channel: string): string => `${purpose}\n${channel}`;

/** Keeps a decision, if the activity is one; whether it is. */
export function recordConsent(consents: Consents, { type, properties, occurred_at, origin, activity_id }: Activity): boolean {
  const decision = Object.hasOwn(DECISIONS, type) ? DECISIONS[type] : undefined;
  const { purpose, channel } = properties;
  if (decision === undefined || purpose === undefined || channel === undefined) return false;
  const key = keyOf(purpose, channel);
  const taken = { decision, occurred_at, origin, activity_id };
  const known = consents.get(key);
  if (known) known.push(taken);
  else consents.set(key, [taken]);
  return true;
}

function decisionsOn(consents: Consents, { purpose, channel }: Scope): Decision[] {
  const forAny = consents.get(keyOf(purpose, 'any')) ?? [];
  return channel === 'any' ? forAny : [...forAny, ...(consents.get(keyOf(purpose, channel)) ?? [])];
}

function latestBy(decisions: readonly Decision[], now: number): Decision | undefined {
  let last: Decision | undefined;
  for (const decision of decisions) {
    if (decision.occurred_at <= now && (last === undefined || isLater(decision, last))) last = decision;
  }
  return last;
}

/** The decision in force at `now`; undefined where nobody decided, which is no consent. */
export function decisionAt(consents: Consents, scope: Scope, now: number): Decision | undefined {
  return latestBy(decisionsOn(consents, scope), now);
}

/** When the next decision comes into force that is dated after `now`; Infinity where none is. */
export function nextDecisionAt(consents: Consents, scope: Scope, now: number): number {
  let next = Infinity;
  for (const { occurred_at } of decisionsOn(consents, scope)) if (occurred_at > now && occurred_at < next) next = occurred_at;
  return next;
}

/** Drops decisions that a later one has replaced by `now`. */
export function pruneConsents(consents: Consents, now: number): void {
  for (const [key, decisions] of consents) {
    const last = latestBy(decisions, now);
    const left = decisions.filter((decision) => decision === last || decision.occurred_at > now);
    // A copy, as a list that grew has room for more.
    if (left.length < decisions.length) consents.set(key, left.slice());
  }
}

/** Whether consent is granted at {now:Int64}, as an aggregate over a profile's rows: 1 or 0. */
export function consentSql({ purpose, channel }: Scope): string {
  const channels = channel === 'any' ? ['any'] : ['any', channel];
  const conditions = [
    `type IN (${CONSENT_TYPES.map(sqlText).join(', ')})`,
    `properties['purpose'] = ${sqlText(purpose)}`,
    `properties['channel'] IN (${channels.map(sqlText).join(', ')})`,
    'toUnixTimestamp64Milli(occurred_at) <= {now:Int64}',
  ];
  return `argMaxIf(type, ${LATER_SQL}, ${conditions.join(' AND ')}) = 'consent_granted'`;
}
