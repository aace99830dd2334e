// Amazon SES's events, as its event publishing sends them through SNS.
import type { EmailEngagements, Outcome, ProductRecord } from '@tideway/contracts';
import { isMachineAgent } from './machine.js';
import { at, isoTime, textAt } from './payload.js';
import { consentRecord, engagementRecord, eventId, isPlausibleTime, recipientOf, unreadable, type BounceClass, type EngagementFields, type EventBase } from './records.js';
import { classOfStatus } from './status-code.js';

export interface SesContext {
  /** Milliseconds. */
  receivedAt: number;
  /** `ses:<AWS account of the topic>`. */
  source: string;
}

type Action = EmailEngagements['action'];

/** By eventType: its object, the list of its recipients in it where it has one, and the action. */
const EVENTS = new Map<string, { object: string; recipients?: string; action: Action; time?: 'mail' }>([
  ['Send', { object: 'send', action: 'sent', time: 'mail' }],
  ['Delivery', { object: 'delivery', recipients: 'recipients', action: 'delivered' }],
  ['DeliveryDelay', { object: 'deliveryDelay', recipients: 'delayedRecipients', action: 'deferred' }],
  ['Bounce', { object: 'bounce', recipients: 'bouncedRecipients', action: 'soft_bounce' }],
  ['Complaint', { object: 'complaint', recipients: 'complainedRecipients', action: 'complaint' }],
  ['Reject', { object: 'reject', action: 'dropped', time: 'mail' }],
  ['Rendering Failure', { object: 'failure', action: 'dropped', time: 'mail' }],
  ['Open', { object: 'open', action: 'open' }],
  ['Click', { object: 'click', action: 'click' }],
  ['Subscription', { object: 'subscription', action: 'unsubscribe' }],
]);
/** Of these, one person did it: with several recipients, nobody knows who. */
const BY_ONE: ReadonlySet<Action> = new Set(['open', 'click', 'unsubscribe']);
const MAX_RECIPIENTS = 50;

const SUBTYPES: Record<string, BounceClass> = {
  NoEmail: 'invalid_recipient', MailboxFull: 'mailbox_unavailable', MessageTooLarge: 'content', ContentRejected: 'content', AttachmentRejected: 'content', CustomTimeoutExceeded: 'unreachable',
  // Of delays:
  SpamDetected: 'content', RecipientServerError: 'unreachable', IPFailure: 'reputation', TransientCommunicationFailure: 'unreachable', SendingDeferral: 'policy',
};
const SUPPRESSIONS: ReadonlySet<string> = new Set(['Suppressed', 'OnAccountSuppressionList', 'UnsubscribedRecipient']);

/**
 * The records of one notification's Message
 * (https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html), one for each recipient that
 * the event is about. A Message that is no JSON is SES's greeting to a new topic, and gives none; whatever cannot be
 * read is quarantined.
 * - The campaign is the message tag `campaign`, the template the tag `template` or that of a rendering failure.
 * - Permanent bounces are hard, others soft; SES has stopped trying either way. Suppressed addresses were not tried.
 * - Internet providers hide who complained: SES names all recipients at the provider, and all are taken to have.
 *   The report `not-spam` is no complaint.
 * - Opens and clicks are a machine's where `isBotEvent` is Likely
 *   (https://aws.amazon.com/about-aws/whats-new/2026/08/amazon-ses-automated-email-interactions/), or by their user agent.
 */
export function sesEvent(message: string, ctx: SesContext): Outcome {
  const payload = parsed(message);
  if (payload === undefined) return { status: 'records', records: [] };
  const type = textAt(payload, 'eventType') ?? textAt(payload, 'notificationType');
  if (type === undefined) return unreadable('required', 'eventType', 'is missing: it names the event');
  const event = EVENTS.get(type);
  if (!event) return unreadable('unknown_type', 'eventType', `is none of ${[...EVENTS.keys()].join(', ')}`);
  const messageId = textAt(payload, 'mail', 'messageId');
  if (messageId === undefined) return unreadable('required', 'mail.messageId', 'is missing');
  const place = event.time ?? event.object;
  const occurredAt = isoTime(textAt(payload, place, 'timestamp'));
  if (occurredAt === undefined) return unreadable('type', `${place}.timestamp`, 'must be a time such as 2017-08-05T00:41:02.669Z');
  if (!isPlausibleTime(occurredAt, ctx.receivedAt)) return unreadable('range', `${place}.timestamp`, 'is before 1970 or more than a day ahead');
  const listed = event.recipients === undefined ? at(payload, 'mail', 'destination') : at(payload, event.object, event.recipients);
  const field = event.recipients === undefined ? 'mail.destination' : `${event.object}.${event.recipients}`;
  if (!Array.isArray(listed) || listed.length === 0 || listed.length > MAX_RECIPIENTS) return unreadable('required', field, `must name 1 to ${MAX_RECIPIENTS} recipients`);
  if (listed.length > 1 && BY_ONE.has(event.action)) return unreadable('identifier', field, 'names several recipients, so that nobody knows whose event it is: send each a message of its own');
  const records: ProductRecord[] = [];
  for (const recipient of listed as unknown[]) {
    const identifiers = recipientOf(textAt(recipient, 'emailAddress') ?? recipient);
    if (!identifiers) return unreadable('identifier', field, 'must be e-mail addresses, and none that many people share');
    const id = eventId('ses', messageId, type, occurredAt, identifiers['email_sha256']!, textAt(payload, event.object, 'link') ?? textAt(payload, event.object, 'feedbackId') ?? '');
    records.push(...recordsOf(event.action, { payload, details: at(payload, event.object), recipient }, { event_id: id, occurred_at: occurredAt, received_at: ctx.receivedAt, source: ctx.source, identifiers }));
  }
  return { status: 'records', records };
}

function parsed(message: string): unknown {
  try {
    return JSON.parse(message) as unknown;
  } catch {
    return undefined;
  }
}

interface Details {
  payload: unknown;
  /** The event's own object. */
  details: unknown;
  recipient: unknown;
}

function recordsOf(action: Action, { payload, details, recipient }: Details, base: EventBase): ProductRecord[] {
  const message = {
    messageId: textAt(payload, 'mail', 'messageId'),
    campaignId: textAt(payload, 'mail', 'tags', 'campaign', '0'),
    templateId: textAt(payload, 'mail', 'tags', 'template', '0') ?? textAt(details, 'templateName'),
  };
  const record = (fields: EngagementFields) => engagementRecord(base, { ...message, ...fields });
  if (action === 'unsubscribe') return subscription(details, base, () => record({ action }));
  if (action === 'open' || action === 'click') {
    const isMachine = textAt(details, 'isBotEvent') === 'Likely' || isMachineAgent(textAt(details, 'userAgent'));
    return [record({ action, isMachine, linkUrl: textAt(details, 'link') })];
  }
  if (action === 'complaint') {
    if (textAt(details, 'complaintSubType') === 'OnAccountSuppressionList') return [record({ action: 'dropped', bounceClass: 'suppressed' })];
    const kind = textAt(details, 'complaintFeedbackType');
    return kind === 'not-spam' ? [] : [record({ action, reason: kind }), consentRecord(base, 'withdrawn', `Amazon SES: complaint${kind ? ` (${kind})` : ''}`)];
  }
  if (action === 'soft_bounce' || action === 'deferred') return [record(failureOf(action, details, recipient))];
  const reason = textAt(details, 'smtpResponse') ?? textAt(details, 'reason') ?? textAt(details, 'errorMessage');
  return [record({ action, reason, ...(action === 'dropped' ? { bounceClass: textAt(details, 'reason') ? 'content' : 'other' } : {}) })];
}

function failureOf(action: 'soft_bounce' | 'deferred', details: unknown, recipient: unknown): EngagementFields {
  const reason = textAt(recipient, 'diagnosticCode');
  const subType = textAt(details, action === 'deferred' ? 'delayType' : 'bounceSubType') ?? '';
  const bounceClass = (Object.hasOwn(SUBTYPES, subType) ? SUBTYPES[subType] : undefined) ?? classOfStatus(textAt(recipient, 'status'));
  if (action === 'deferred') return { action, reason, bounceClass: bounceClass ?? 'other' };
  if (SUPPRESSIONS.has(subType)) return { action: 'dropped', reason, bounceClass: 'suppressed' };
  if (textAt(details, 'bounceType') === 'Permanent') return { action: 'hard_bounce', reason, bounceClass: bounceClass ?? 'invalid_recipient' };
  return { action, reason, bounceClass: bounceClass ?? 'other' };
}

/**
 * A change of preferences that the recipient made: out of everything, or out of a topic, withdraws; into a topic that
 * was out before grants. What else changed decides nothing.
 */
function subscription(details: unknown, base: EventBase, unsubscribe: () => ProductRecord): ProductRecord[] {
  const evidence = `Amazon SES: contact list ${textAt(details, 'contactList') ?? 'unknown'}, ${textAt(details, 'source') ?? 'unknown source'}`;
  const [before, after] = ['oldTopicPreferences', 'newTopicPreferences'].map((name) => ({
    all: at(details, name, 'unsubscribeAll') === true, topics: topicsOf(at(details, name, 'topicSubscriptionStatus')),
  })) as [Preferences, Preferences];
  const changed = (status: string) => [...after.topics].filter(([topic, now]) => now === status && before.topics.get(topic) !== status).map(([topic]) => topic);
  if (after.all || changed('OptOut').length > 0) {
    return [unsubscribe(), consentRecord(base, 'withdrawn', after.all ? evidence : `${evidence}, topics ${changed('OptOut').join(', ')}`)];
  }
  const joined = changed('OptIn');
  if (joined.length > 0 || before.all) return [consentRecord(base, 'granted', joined.length > 0 ? `${evidence}, topics ${joined.join(', ')}` : evidence)];
  return [];
}

interface Preferences {
  all: boolean;
  topics: Map<string, string>;
}

function topicsOf(list: unknown): Map<string, string> {
  const topics = Array.isArray(list) ? (list as unknown[]) : [];
  return new Map(topics.map((topic) => [textAt(topic, 'topicName') ?? '', textAt(topic, 'subscriptionStatus') ?? '']));
}
