// Resend's webhook events of e-mails and contacts to engagement and consent records.
import type { EmailEngagements, Outcome } from '@tideway/contracts';
import { isMachineAgent } from './machine.js';
import { mailRecords, nothing, notOf, plainId, reasonOf, withdrawal, type MailContext } from './mail-event.js';
import { at, isoTime, textAt } from './payload.js';
import { unreadable, type BounceClass, type EngagementFields } from './records.js';

export interface ResendContext extends MailContext {
  /** Header svix-id: Resend gives an event no id of its own, and this one stays when the event is sent again. */
  messageId: string;
}

const ACTIONS: ReadonlyMap<string, EmailEngagements['action']> = new Map([
  ['email.sent', 'sent'], ['email.delivered', 'delivered'], ['email.delivery_delayed', 'deferred'], ['email.opened', 'open'], ['email.clicked', 'click'],
  ['email.bounced', 'hard_bounce'], ['email.complained', 'complaint'], ['email.failed', 'dropped'], ['email.suppressed', 'dropped'],
]);
/** Events of which no record is made: a topic is one kind of newsletter, and a suppression follows a bounce or complaint of its own. */
const OTHERS: ReadonlySet<string> = new Set(['email.scheduled', 'email.received', 'contact.deleted', 'contact.topics.updated']);
const OTHER_KINDS = /^(?:domain|suppression|topic|inbox)\./;

/** https://resend.com/docs/dashboard/emails/email-bounces; what it does not list is `other`. */
const CLASSES: ReadonlyMap<string, BounceClass> = new Map([
  ['MailboxFull', 'mailbox_unavailable'], ['MessageTooLarge', 'content'], ['ContentRejected', 'content'], ['AttachmentRejected', 'content'],
  ['Suppressed', 'suppressed'], ['OnAccountSuppressionList', 'suppressed'],
]);

/**
 * The records of one webhook, an engagement per recipient that it names (https://resend.com/docs/webhooks/event-types).
 * Payloads that are none of Resend's are rejected; events of theirs that cannot be read are quarantined.
 *
 * - A bounce is hard where its type is Permanent or missing, and soft for Transient, Temporary and Undetermined.
 * - The message is `email_id`, the campaign the broadcast.
 * - A contact that has unsubscribed from everything withdraws; `unsubscribed: false` comes with any edit and grants nothing.
 */
export function resendEvent(payload: unknown, ctx: ResendContext): Outcome {
  const type = textAt(payload, 'type');
  if (type === undefined) return notOf('Resend', 'type');
  if (type === 'contact.created' || type === 'contact.updated') return contactRecords(payload, ctx);
  const action = ACTIONS.get(type);
  if (!action) return OTHERS.has(type) || OTHER_KINDS.test(type) ? nothing : unreadable('unknown_type', 'type', 'is none of the events that Resend documents');
  const recipients = at(payload, 'data', 'to');
  const timeField = action === 'click' && textAt(payload, 'data', 'click', 'timestamp') !== undefined ? 'data.click.timestamp' : 'created_at';
  const messageId = plainId(textAt(payload, 'data', 'email_id'));
  return mailRecords({
    recipients: Array.isArray(recipients) ? recipients : [recipients], recipientField: 'data.to',
    occurredAt: isoTime(textAt(payload, ...timeField.split('.'))), timeField,
    identity: [ctx.messageId],
    fields: {
      ...failureOf(action, payload),
      messageId, campaignId: textAt(payload, 'data', 'broadcast_id'), templateId: textAt(payload, 'data', 'template_id'),
      linkUrl: action === 'click' ? textAt(payload, 'data', 'click', 'link') : undefined,
      isMachine: isMachineAgent(textAt(payload, 'data', 'click', 'userAgent')),
    },
    evidence: `Resend: ${type}, e-mail ${messageId ?? 'unknown'}`,
  }, ctx);
}

/** The action, and for e-mails that did not arrive the class and the reason. */
function failureOf(action: EmailEngagements['action'], payload: unknown): Pick<EngagementFields, 'action' | 'bounceClass' | 'reason'> {
  const of = (kind: string, key: string) => textAt(payload, 'data', kind, key);
  if (action === 'hard_bounce') {
    const [type, subType] = [of('bounce', 'type') ?? 'Permanent', of('bounce', 'subType')];
    return { action: type === 'Permanent' ? 'hard_bounce' : 'soft_bounce', bounceClass: CLASSES.get(subType ?? '') ?? 'other', reason: reasonOf(type, subType, of('bounce', 'message')) };
  }
  if (action !== 'dropped') return { action };
  if (at(payload, 'data', 'suppressed') !== undefined) return { action, bounceClass: 'suppressed', reason: reasonOf(of('suppressed', 'type'), of('suppressed', 'message')) };
  return { action, bounceClass: 'other', reason: of('failed', 'reason') };
}

function contactRecords(payload: unknown, ctx: ResendContext): Outcome {
  if (at(payload, 'data', 'unsubscribed') !== true) return nothing;
  const timeField = textAt(payload, 'data', 'updated_at') === undefined ? 'created_at' : 'data.updated_at';
  return withdrawal({
    recipients: [at(payload, 'data', 'email')], recipientField: 'data.email',
    occurredAt: isoTime(textAt(payload, ...timeField.split('.'))), timeField,
    identity: [ctx.messageId],
    evidence: `Resend: contact ${textAt(payload, 'data', 'id') ?? 'unknown'} is unsubscribed from everything`,
  }, ctx);
}
