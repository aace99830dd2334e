// Mailgun's webhooks: deliveries, failures, opens, clicks, unsubscriptions and complaints.
import type { EmailEngagements, Outcome, ProductRecord } from '@tideway/contracts';
import { isMachineAgent } from './machine.js';
import { asObject, at, secondsTime, textAt } from './payload.js';
import { consentRecord, engagementRecord, eventId, isPlausibleTime, recipientOf, unreadable, type BounceClass, type EngagementFields, type EventBase } from './records.js';
import { classOfStatus } from './status-code.js';

export interface MailgunContext {
  /** Milliseconds. */
  receivedAt: number;
  /** `mailgun:<name of the key>`. */
  source: string;
}

const ACTIONS = new Map<string, EmailEngagements['action']>([
  ['accepted', 'sent'],
  ['delivered', 'delivered'],
  ['failed', 'deferred'],
  ['rejected', 'dropped'],
  ['opened', 'open'],
  ['clicked', 'click'],
  ['unsubscribed', 'unsubscribe'],
  ['complained', 'complaint'],
]);
/** Of incoming messages and mailing lists: of no interest here. */
const OTHERS: ReadonlySet<string> = new Set(['stored', 'list_member_uploaded', 'list_member_upload_error', 'list_uploaded', 'email_validation']);

type Failure = Pick<EngagementFields, 'action' | 'bounceClass' | 'reason'>;

/**
 * The records of one webhook (https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/webhook-payloads).
 * Payloads without `event-data` are rejected; events that cannot be read, and of types unknown here, are quarantined.
 * - Ids of Mailgun's events are unique within a day: the time belongs to the event's id.
 * - The campaign is `campaigns`, else the first tag. Any `client-info.bot`, Gmail's too, is Mailgun's word that no person
 *   opened or clicked.
 */
export function mailgunEvent(payload: unknown, ctx: MailgunContext): Outcome {
  const data = asObject(at(payload, 'event-data'));
  if (!data) return { status: 'rejected', rejection: { code: 'required', field: 'event-data', message: 'event-data is missing: this is no webhook of Mailgun' } };
  const event = textAt(data, 'event');
  if (event === undefined) return unreadable('required', 'event-data.event', 'is missing: it names the event');
  if (OTHERS.has(event)) return { status: 'records', records: [] };
  const action = ACTIONS.get(event);
  if (!action) return unreadable('unknown_type', 'event-data.event', `is none of ${[...ACTIONS.keys()].join(', ')}`);
  const id = textAt(data, 'id');
  if (id === undefined) return unreadable('required', 'event-data.id', 'is missing: it is the id of the event');
  const occurredAt = secondsTime(at(data, 'timestamp'));
  if (occurredAt === undefined) return unreadable('type', 'event-data.timestamp', 'must be seconds since 1970');
  if (!isPlausibleTime(occurredAt, ctx.receivedAt)) return unreadable('range', 'event-data.timestamp', 'is before 1970 or more than a day ahead');
  const identifiers = recipientOf(textAt(data, 'recipient') ?? textAt(data, 'envelope', 'targets'));
  if (!identifiers) return unreadable('identifier', 'event-data.recipient', 'must be an e-mail address, and none that many people share');
  const base = { event_id: eventId('mailgun', id, event, occurredAt), occurred_at: occurredAt, received_at: ctx.receivedAt, source: ctx.source, identifiers };
  return { status: 'records', records: recordsOf(action, data, base) };
}

function recordsOf(action: EmailEngagements['action'], data: unknown, base: EventBase): ProductRecord[] {
  const engagement = engagementRecord(base, {
    messageId: textAt(data, 'message', 'headers', 'message-id'),
    campaignId: textAt(data, 'campaigns', '0', 'id') ?? textAt(data, 'campaigns', '0') ?? textAt(data, 'tags', '0'),
    templateId: textAt(data, 'template', 'name') ?? textAt(data, 'template'),
    ...(action === 'deferred' ? failureOf(data) : { action }),
    ...(action === 'dropped' ? { bounceClass: 'policy', reason: textAt(data, 'reject', 'description') ?? textAt(data, 'reject', 'reason') } : {}),
    ...(action === 'delivered' ? { reason: textAt(data, 'delivery-status', 'message') } : {}),
    ...(action === 'open' || action === 'click' ? { isMachine: isMachine(data), linkUrl: textAt(data, 'url') } : {}),
  });
  if (action !== 'unsubscribe' && action !== 'complaint') return [engagement];
  return [engagement, consentRecord(base, 'withdrawn', `Mailgun: ${action === 'complaint' ? 'complained' : 'unsubscribed'}, domain ${textAt(data, 'domain', 'name') ?? 'unknown'}`)];
}

/**
 * Temporary failures are tried again. Permanent ones: suppressed addresses were not tried; `old` gave up, and
 * `espblock` refused the sender, so neither says that the address is bad.
 */
function failureOf(data: unknown): Failure {
  const status = (key: string) => textAt(data, 'delivery-status', key);
  const code = textAt(data, 'reason') ?? '';
  const reason = status('message') ?? status('description') ?? (code || undefined);
  const byStatus = classOfStatus(status('enhanced-code'));
  if (textAt(data, 'severity') === 'temporary') return { action: 'deferred', bounceClass: byStatus, reason };
  const failed = (action: Failure['action'], bounceClass: BounceClass): Failure => ({ action, bounceClass, reason });
  if (code.startsWith('suppress-')) return failed('dropped', 'suppressed');
  if (code === 'old') return failed('soft_bounce', byStatus ?? 'unreachable');
  if (code === 'espblock') return failed('soft_bounce', 'reputation');
  return failed(status('bounce-type') === 'soft' ? 'soft_bounce' : 'hard_bounce', byStatus ?? (code === 'bounce' ? 'invalid_recipient' : 'other'));
}

function isMachine(data: unknown): boolean {
  return textAt(data, 'client-info', 'bot') !== undefined || isMachineAgent(textAt(data, 'client-info', 'user-agent'));
}
