// Events of Mailjet's Event API to engagement and consent records.
import type { EmailEngagements, Outcome } from '@tideway/contracts';
import { isMachineAgent } from './machine.js';
import { mailRecords, notOf, plainId, reasonOf, type MailContext } from './mail-event.js';
import { at, secondsTime, textAt } from './payload.js';
import { unreadable, type BounceClass, type EngagementFields } from './records.js';

const ACTIONS: ReadonlyMap<string, EmailEngagements['action']> = new Map([
  // Mailjet sends it when the recipient's server has accepted the message.
  ['sent', 'delivered'],
  ['open', 'open'], ['click', 'click'], ['bounce', 'soft_bounce'], ['blocked', 'dropped'], ['spam', 'complaint'], ['unsub', 'unsubscribe'],
]);
/** By `error`; https://dev.mailjet.com/email/guides/webhooks/#possible-values-for-errors. What it does not list is `other`. */
const CLASSES: ReadonlyMap<string, BounceClass> = new Map([
  ['user unknown', 'invalid_recipient'], ['mailbox inactive', 'mailbox_unavailable'], ['invalid domain', 'invalid_recipient'], ['quota exceeded', 'mailbox_unavailable'],
  ['no mail host', 'unreachable'], ['connection issue', 'unreachable'], ['sender blocked', 'reputation'], ['content blocked', 'content'],
  ['relay/access denied', 'policy'], ['greylisted', 'policy'], ['policy issue', 'policy'], ['preblocked', 'suppressed'], ['duplicate in campaign', 'suppressed'],
]);

/**
 * The records of one event (https://dev.mailjet.com/email/guides/webhooks/), given as the bytes that it came in:
 * MessageID is a number beyond 2^53, whose last digits a parsed one has lost. Payloads that are none of Mailjet's are
 * rejected; events of theirs that cannot be read are quarantined.
 *
 * - `sent` is a delivery, as Mailjet sends it once the recipient's server has accepted the message.
 * - A bounce is hard where `hard_bounce` is true; `blocked` was not sent.
 * - Mailjet gives an event no id: account, event, message, recipient, time and link stand in for it.
 */
export function mailjetEvent(original: Buffer, ctx: MailContext): Outcome {
  const payload = parsedExactly(original);
  const name = textAt(payload, 'event');
  if (name === undefined) return notOf('Mailjet', 'event');
  const action = ACTIONS.get(name);
  if (!action) return unreadable('unknown_type', 'event', 'is none of the events that Mailjet documents');
  const messageId = idAt(payload, 'MessageID') ?? idAt(payload, 'mj_message_id');
  const occurredAt = secondsTime(at(payload, 'time'));
  const linkUrl = action === 'click' ? textAt(payload, 'url') : undefined;
  const list = idAt(payload, 'mj_list_id');
  return mailRecords({
    recipients: [at(payload, 'email')], recipientField: 'email', occurredAt, timeField: 'time',
    identity: [messageId ?? '', idAt(payload, 'mj_campaign_id') ?? '', occurredAt ?? '', linkUrl ?? ''],
    fields: {
      ...failureOf(action, payload),
      messageId, linkUrl, campaignId: idAt(payload, 'mj_campaign_id') ?? textAt(payload, 'customcampaign'),
      isMachine: isMachineAgent(textAt(payload, 'agent')),
    },
    evidence: `Mailjet: ${name}, message ${messageId ?? 'unknown'}${list === undefined ? '' : `, list ${list}`}`,
  }, ctx);
}

/** The action, and for what did not arrive or was complained of the class and the reason. */
function failureOf(action: EmailEngagements['action'], payload: unknown): Pick<EngagementFields, 'action' | 'bounceClass' | 'reason'> {
  if (action === 'complaint') return { action, reason: textAt(payload, 'source') };
  if (action !== 'soft_bounce' && action !== 'dropped') return { action };
  const error = textAt(payload, 'error');
  return {
    action: action === 'soft_bounce' && at(payload, 'hard_bounce') === true ? 'hard_bounce' : action,
    bounceClass: CLASSES.get(error ?? '') ?? 'other',
    reason: reasonOf(textAt(payload, 'error_related_to'), error, textAt(payload, 'comment')),
  };
}

/** An id; Mailjet has 0 for none. */
function idAt(payload: unknown, key: string): string | undefined {
  const id = plainId(textAt(payload, key));
  return id === '0' ? undefined : id;
}

type Reviver = (this: unknown, key: string, value: unknown, context: { source?: string }) => unknown;

/** JSON whose whole numbers beyond 2^53 are kept as their digits; undefined for what is no JSON. */
function parsedExactly(bytes: Buffer): unknown {
  const reviver: Reviver = (_key, value, { source }) => (typeof value === 'number' && !Number.isSafeInteger(value) && /^\d+$/.test(source ?? '') ? source : value);
  try {
    return JSON.parse(bytes.toString('utf8'), reviver as (key: string, value: unknown) => unknown) as unknown;
  } catch {
    return undefined;
  }
}
