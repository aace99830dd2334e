// Postmark's webhooks: deliveries, bounces, opens, clicks, spam complaints and changes of subscription.
import type { EmailEngagements, Outcome } from '@tideway/contracts';
import { isMachineAgent } from './machine.js';
import { isoTime, textAt } from './payload.js';
import { consentRecord, engagementRecord, eventId, isPlausibleTime, recipientOf, unreadable, type BounceClass, type EventBase } from './records.js';

export interface PostmarkContext {
  /** Milliseconds. */
  receivedAt: number;
  /** `postmark:<name of the key>`. */
  source: string;
}

/** By RecordType: the fields of time and address, which differ, and further ones that tell two events apart. */
const RECORD_TYPES = new Map([
  ['Delivery', { time: 'DeliveredAt', address: 'Recipient', own: [] }],
  ['Bounce', { time: 'BouncedAt', address: 'Email', own: ['ID'] }],
  ['SpamComplaint', { time: 'BouncedAt', address: 'Email', own: ['ID'] }],
  ['Open', { time: 'ReceivedAt', address: 'Recipient', own: [] }],
  ['Click', { time: 'ReceivedAt', address: 'Recipient', own: ['OriginalLink', 'ClickLocation'] }],
  ['SubscriptionChange', { time: 'ChangedAt', address: 'Recipient', own: ['SuppressSending'] }],
]);

type Failure = 'hard_bounce' | 'soft_bounce' | 'dropped';

/**
 * Bounce types (https://postmarkapp.com/developer/api/bounce-api#bounce-types). AutoResponder and AddressChange are
 * answers to a message that arrived, Subscribe asks for a list, InboundError is about the other direction: no bounces.
 */
const BOUNCES = new Map<string, [Failure, BounceClass] | undefined>([
  ['HardBounce', ['hard_bounce', 'invalid_recipient']],
  ['BadEmailAddress', ['hard_bounce', 'invalid_recipient']],
  ['Transient', ['soft_bounce', 'unreachable']],
  ['DnsError', ['soft_bounce', 'unreachable']],
  ['SoftBounce', ['soft_bounce', 'mailbox_unavailable']],
  ['SpamNotification', ['soft_bounce', 'content']],
  ['VirusNotification', ['soft_bounce', 'content']],
  ['Blocked', ['soft_bounce', 'reputation']],
  ['DMARCPolicy', ['soft_bounce', 'policy']],
  ['ChallengeVerification', ['soft_bounce', 'policy']],
  ['ManuallyDeactivated', ['dropped', 'suppressed']],
  ['Unconfirmed', ['dropped', 'policy']],
  ['SMTPApiError', ['dropped', 'other']],
  ['TemplateRenderingFailed', ['dropped', 'other']],
  ['AutoResponder', undefined],
  ['AddressChange', undefined],
  ['Subscribe', undefined],
  ['InboundError', undefined],
]);

/**
 * The records of one webhook (https://postmarkapp.com/developer/webhooks/webhooks-overview). Payloads that are none of
 * Postmark's are rejected; events of theirs that cannot be read, and of types unknown here, are quarantined.
 * - A Tag is the campaign; the webhooks name no template.
 * - An unsubscription, a complaint and a suppression by hand withdraw consent. Only the recipient grants it again: when
 *   the sender lifts a suppression, that is no opt-in. Suppression after a hard bounce says nothing of consent.
 */
export function postmarkEvent(payload: unknown, ctx: PostmarkContext): Outcome {
  const type = textAt(payload, 'RecordType');
  if (type === undefined) return { status: 'rejected', rejection: { code: 'required', field: 'RecordType', message: 'RecordType is missing: this is no webhook of Postmark' } };
  if (type === 'Inbound' || type === 'SMTPApiError') return { status: 'records', records: [] };
  const places = RECORD_TYPES.get(type);
  if (!places) return unreadable('unknown_type', 'RecordType', `is none of ${[...RECORD_TYPES.keys()].join(', ')}`);
  const occurredAt = isoTime(textAt(payload, places.time));
  if (occurredAt === undefined) return unreadable('type', places.time, 'must be a time such as 2020-02-01T10:53:34.416071Z');
  if (!isPlausibleTime(occurredAt, ctx.receivedAt)) return unreadable('range', places.time, 'is before 1970 or more than a day ahead');
  const identifiers = recipientOf(textAt(payload, places.address));
  if (!identifiers) return unreadable('identifier', places.address, 'must be an e-mail address, and none that many people share');
  const parts = ['ServerID', 'MessageID', places.time, ...places.own].map((name) => String((payload as Record<string, unknown>)[name] ?? ''));
  const base: EventBase = {
    event_id: eventId('postmark', type, ...parts, identifiers['email_sha256']!),
    occurred_at: occurredAt, received_at: ctx.receivedAt, source: ctx.source, identifiers,
  };
  return { status: 'records', records: type === 'SubscriptionChange' ? subscriptionChange(payload, base) : engagement(type, payload, base) };
}

function engagement(type: string, payload: unknown, base: EventBase) {
  const message = { messageId: textAt(payload, 'MessageID'), campaignId: textAt(payload, 'Tag') };
  const record = (action: EmailEngagements['action'], more: object = {}) => engagementRecord(base, { action, ...message, ...more });
  const isMachine = isMachineAgent(textAt(payload, 'UserAgent'));
  if (type === 'Delivery') return [record('delivered', { reason: textAt(payload, 'Details') })];
  if (type === 'Open') return [record('open', { isMachine })];
  if (type === 'Click') return [record('click', { isMachine, linkUrl: textAt(payload, 'OriginalLink') })];
  const bounce = textAt(payload, 'Type') ?? '';
  const reason = textAt(payload, 'Details') ?? textAt(payload, 'Description');
  if (type === 'SpamComplaint' || bounce === 'SpamComplaint') return [record('complaint', { reason }), consentRecord(base, 'withdrawn', 'Postmark: spam complaint')];
  if (bounce === 'Unsubscribe') return [record('unsubscribe', { reason }), consentRecord(base, 'withdrawn', 'Postmark: unsubscribe request by e-mail')];
  const known = BOUNCES.has(bounce) ? BOUNCES.get(bounce) : (['soft_bounce', 'other'] as [Failure, BounceClass]);
  return known ? [record(known[0], { bounceClass: known[1], reason })] : [];
}

function subscriptionChange(payload: unknown, base: EventBase) {
  const [reason, origin] = [textAt(payload, 'SuppressionReason'), textAt(payload, 'Origin') ?? 'unknown'];
  const evidence = `Postmark: message stream ${textAt(payload, 'MessageStream') ?? 'unknown'}, ${reason ?? 'reactivation'} by ${origin}`;
  const byRecipient = origin === 'Recipient';
  if ((payload as Record<string, unknown>)['SuppressSending'] !== true) return byRecipient ? [consentRecord(base, 'granted', evidence)] : [];
  if (reason === 'HardBounce') return [];
  const withdrawn = consentRecord(base, 'withdrawn', evidence);
  if (reason === 'SpamComplaint' || !byRecipient) return [withdrawn];
  return [engagementRecord(base, { action: 'unsubscribe', messageId: textAt(payload, 'MessageID'), campaignId: textAt(payload, 'Tag') }), withdrawn];
}
