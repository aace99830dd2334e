// SendGrid's Event Webhook: one event of its list.
import type { EmailEngagements, Outcome, ProductRecord } from '@tideway/contracts';
import { isMachineAgent } from './machine.js';
import { at, secondsTime, textAt } from './payload.js';
import { consentRecord, engagementRecord, eventId, isPlausibleTime, recipientOf, unreadable, type BounceClass, type EngagementFields, type EventBase } from './records.js';

export interface SendgridContext {
  /** Milliseconds. */
  receivedAt: number;
  /** `sendgrid:<name of the key>`. */
  source: string;
}

/** Actions by event; a bounce is told apart below, and `group_resubscribe` has none: it only grants. */
const ACTIONS = new Map<string, EmailEngagements['action'] | undefined>([
  ['processed', 'sent'],
  ['delivered', 'delivered'],
  ['deferred', 'deferred'],
  ['bounce', 'hard_bounce'],
  ['dropped', 'dropped'],
  ['open', 'open'],
  ['click', 'click'],
  ['spamreport', 'complaint'],
  ['unsubscribe', 'unsubscribe'],
  ['group_unsubscribe', 'unsubscribe'],
  ['group_resubscribe', undefined],
]);
const DECISIONS = new Map([['spamreport', 'withdrawn'], ['unsubscribe', 'withdrawn'], ['group_unsubscribe', 'withdrawn'], ['group_resubscribe', 'granted']] as const);

/** https://www.twilio.com/docs/sendgrid/ui/analytics-and-reporting/bounce-and-block-classifications */
const CLASSES = new Map<string, BounceClass>([
  ['Invalid Address', 'invalid_recipient'],
  ['Technical', 'unreachable'],
  ['Content', 'content'],
  ['Reputation', 'reputation'],
  ['Frequency/Volume', 'policy'],
  ['Frequency or Volume Too High', 'policy'],
  ['Mailbox Unavailable', 'mailbox_unavailable'],
  ['Unclassified', 'other'],
]);
const DROPS = new Map<string, BounceClass>([
  ['Unsubscribed Address', 'suppressed'],
  ['Bounced Address', 'suppressed'],
  ['Spam Reporting Address', 'suppressed'],
  ['Invalid', 'invalid_recipient'],
  ['Spam Content', 'content'],
  ['Recipient List over Package Quota', 'policy'],
]);

/**
 * The records of one event (https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event). Events of the
 * account itself give none; whatever cannot be read is quarantined, never rejected: SendGrid would send the whole
 * request again for a day.
 * - The campaign is that of Marketing Campaigns (`marketing_campaign_id`, `singlesend_id`), else the first category.
 * - A bounce of the type `blocked` is soft. An open is a machine's where `sg_machine_open` says so, and where its user agent does.
 * - A group's unsubscription withdraws consent to marketing by e-mail as a whole: nobody who leaves one list should hear
 *   from another by a mistake of ours. Subscribing to a group again, which only the recipient can, grants it.
 */
export function sendgridEvent(payload: unknown, ctx: SendgridContext): Outcome {
  const event = textAt(payload, 'event');
  if (event === undefined) return unreadable('required', 'event', 'is missing: it names the event');
  if (event === 'account_status_change') return { status: 'records', records: [] };
  if (!ACTIONS.has(event)) return unreadable('unknown_type', 'event', `is none of ${[...ACTIONS.keys()].join(', ')}`);
  const id = textAt(payload, 'sg_event_id');
  if (id === undefined) return unreadable('required', 'sg_event_id', 'is missing: it is the id of the event');
  const occurredAt = secondsTime(at(payload, 'timestamp'));
  if (occurredAt === undefined) return unreadable('type', 'timestamp', 'must be seconds since 1970');
  if (!isPlausibleTime(occurredAt, ctx.receivedAt)) return unreadable('range', 'timestamp', 'is before 1970 or more than a day ahead');
  const identifiers = recipientOf(textAt(payload, 'email'));
  if (!identifiers) return unreadable('identifier', 'email', 'must be an e-mail address, and none that many people share');
  const base = { event_id: eventId('sendgrid', id, event), occurred_at: occurredAt, received_at: ctx.receivedAt, source: ctx.source, identifiers };
  return { status: 'records', records: recordsOf(event, payload, base) };
}

function recordsOf(event: string, payload: unknown, base: EventBase): ProductRecord[] {
  const action = ACTIONS.get(event);
  const records = action ? [engagementRecord(base, { ...messageOf(payload), ...detailsOf(action, payload), action: isBlocked(payload) && action === 'hard_bounce' ? 'soft_bounce' : action })] : [];
  const decision = DECISIONS.get(event as 'spamreport');
  if (!decision) return records;
  const group = textAt(payload, 'asm_group_id');
  return [...records, consentRecord(base, decision, `SendGrid: ${event}${group ? `, group ${group}` : ''}`)];
}

const isBlocked = (payload: unknown) => textAt(payload, 'type') === 'blocked';

function messageOf(payload: unknown): Pick<EngagementFields, 'messageId' | 'campaignId' | 'templateId'> {
  return {
    messageId: textAt(payload, 'sg_message_id') ?? textAt(payload, 'smtp-id'),
    campaignId: textAt(payload, 'marketing_campaign_id') ?? textAt(payload, 'singlesend_id') ?? textAt(payload, 'category') ?? textAt(payload, 'category', '0'),
    templateId: textAt(payload, 'sg_template_id') ?? textAt(payload, 'template_id'),
  };
}

function detailsOf(action: EmailEngagements['action'], payload: unknown): Omit<EngagementFields, 'action'> {
  const reason = textAt(payload, 'reason') ?? textAt(payload, 'response');
  if (action === 'hard_bounce') return { reason, bounceClass: CLASSES.get(textAt(payload, 'bounce_classification') ?? '') ?? 'other' };
  if (action === 'dropped') return { reason, bounceClass: DROPS.get(reason ?? '') ?? 'other' };
  if (action === 'open' || action === 'click') return { isMachine: at(payload, 'sg_machine_open') === true || isMachineAgent(textAt(payload, 'useragent')), linkUrl: action === 'click' ? textAt(payload, 'url') : undefined };
  return { reason };
}
