// Brevo's transactional and marketing webhook events to engagement and consent records.
import type { EmailEngagements, Outcome } from '@tideway/contracts';
import { isMachineAgent } from './machine.js';
import { mailRecords, nothing, notOf, type MailContext } from './mail-event.js';
import { at, secondsTime, textAt } from './payload.js';
import { unreadable, type BounceClass } from './records.js';

/** Both families of webhooks, by the names in the tables and in the samples of Brevo's documentation. */
const ACTIONS: ReadonlyMap<string, EmailEngagements['action']> = new Map([
  ['request', 'sent'], ['sent', 'sent'], ['delivered', 'delivered'], ['deferred', 'deferred'], ['click', 'click'],
  ['opened', 'open'], ['unique_opened', 'open'], ['proxy_open', 'open'], ['unique_proxy_open', 'open'],
  ['soft_bounce', 'soft_bounce'], ['soft_bounced', 'soft_bounce'], ['hard_bounce', 'hard_bounce'], ['hard_bounced', 'hard_bounce'],
  ['invalid_email', 'dropped'], ['blocked', 'dropped'], ['error', 'dropped'],
  ['spam', 'complaint'], ['complaint', 'complaint'], ['unsubscribe', 'unsubscribe'], ['unsubscribed', 'unsubscribe'],
]);
/** Events about contacts and coupons: no record is made of them. */
const OTHERS: ReadonlySet<string> = new Set(['list_addition', 'contact_updated', 'contact_deleted', 'unique_coupon_sent', 'reply']);
const PROXY: ReadonlySet<string> = new Set(['proxy_open', 'unique_proxy_open']);
/** Brevo names no class of a bounce; what was not sent has one by its event. */
const CLASSES: ReadonlyMap<string, BounceClass> = new Map([['invalid_email', 'invalid_recipient'], ['blocked', 'suppressed'], ['error', 'other'], ['hard_bounce', 'other'], ['hard_bounced', 'other'], ['soft_bounce', 'other'], ['soft_bounced', 'other']]);

/**
 * The records of one event of a transactional webhook (https://developers.brevo.com/docs/transactional-webhooks) or a
 * marketing one (https://developers.brevo.com/docs/marketing-webhooks). Payloads that are none of Brevo's are rejected;
 * events of theirs that cannot be read are quarantined.
 *
 * - Brevo gives an event no id (`id` is the webhook's): account, action, message or campaign, recipient, time and link
 *   stand in for it. `opened` and `unique_opened` of one second are so one opening.
 * - `proxy_open` and `unique_proxy_open` are openings by a machine.
 * - E-mails of a campaign have no message id.
 * - Times are `ts_event`, in UTC; `ts` is taken only where nothing else is, as Brevo's samples have it an hour off.
 */
export function brevoEvent(payload: unknown, ctx: MailContext): Outcome {
  const name = textAt(payload, 'event');
  if (name === undefined) return notOf('Brevo', 'event');
  const action = ACTIONS.get(name);
  if (!action) return OTHERS.has(name) ? nothing : unreadable('unknown_type', 'event', 'is none of the e-mail events that Brevo documents');
  const [messageId, campaignId] = [textAt(payload, 'message-id'), textAt(payload, 'camp_id')];
  if (messageId === undefined && campaignId === undefined) return unreadable('required', 'message-id', 'is required in a transactional event, camp_id in one of a campaign');
  const timeField = ['ts_event', 'ts_epoch'].find((key) => at(payload, key) !== undefined) ?? 'ts';
  const occurredAt = epochTime(at(payload, timeField));
  // Transactional events have it as `link`, those of campaigns as `URL`.
  const linkUrl = action === 'click' ? textAt(payload, 'link') ?? textAt(payload, 'URL') : undefined;
  const isMachine = PROXY.has(name) || isMachineAgent(textAt(payload, 'user_agent'));
  return mailRecords({
    recipients: [at(payload, 'email')], recipientField: 'email', occurredAt, timeField,
    identity: [messageId ?? '', campaignId ?? '', isMachine, occurredAt ?? '', linkUrl ?? ''],
    fields: { action, isMachine, messageId, campaignId, linkUrl, templateId: textAt(payload, 'template_id'), bounceClass: CLASSES.get(name), reason: textAt(payload, 'reason') },
    evidence: `Brevo: ${name}, ${messageId === undefined ? `campaign ${campaignId}` : `message ${messageId}`}`,
  }, ctx);
}

/** Milliseconds of `ts_event` (seconds) or `ts_epoch`, which is documented as milliseconds and in samples is either. */
function epochTime(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 1e11 ? Math.floor(value) : secondsTime(value);
}
