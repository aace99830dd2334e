// SparkPost's webhook events to engagement and consent records.
import type { EmailEngagements, Outcome } from '@tideway/contracts';
import { isMachineAgent } from './machine.js';
import { mailRecords, nothing, notOf, plainId, type MailContext } from './mail-event.js';
import { asObject, at, secondsTime, textAt } from './payload.js';
import { unreadable, type BounceClass, type EngagementFields } from './records.js';
import { bounceOf } from './sparkpost-bounce.js';

export interface SparkpostContext extends MailContext {
  /** Header X-MessageSystems-Batch-ID, the same when a batch is sent again; '' where there is none. */
  batchId: string;
  /** Place of the event in its batch. */
  index: number;
}

const ACTIONS: ReadonlyMap<string, EmailEngagements['action']> = new Map([
  ['injection', 'sent'], ['delivery', 'delivered'], ['delay', 'deferred'], ['bounce', 'soft_bounce'], ['out_of_band', 'soft_bounce'],
  ['spam_complaint', 'complaint'], ['policy_rejection', 'dropped'], ['generation_failure', 'dropped'], ['generation_rejection', 'dropped'],
  ['open', 'open'], ['initial_open', 'open'], ['amp_open', 'open'], ['amp_initial_open', 'open'], ['click', 'click'], ['amp_click', 'click'],
  ['list_unsubscribe', 'unsubscribe'], ['link_unsubscribe', 'unsubscribe'],
]);
const EVENT_CLASSES = ['message_event', 'track_event', 'gen_event', 'unsubscribe_event'];
/** Channels that are no e-mail: push messages of Google and Apple, and text messages. */
const OTHER_CHANNELS: ReadonlySet<string> = new Set(['gcm', 'apn', 'smpp', 'sms']);
/** Of what was not sent; bounces have classes of their own. */
const CLASSES: ReadonlyMap<string, BounceClass> = new Map([['policy_rejection', 'policy'], ['generation_rejection', 'policy'], ['generation_failure', 'content']]);

/**
 * The records of one element of a batch (https://developers.sparkpost.com/api/webhooks/, its fields in
 * https://api.sparkpost.com/api/v1/webhooks/events/documentation). Elements that are none of SparkPost's are rejected;
 * events of theirs that cannot be read are quarantined. Events of relays, A/B tests, ingestion and of other channels than
 * e-mail give no record, nor does `{"msys": {}}`, with which SparkPost tries a webhook out.
 *
 * - `event_id` is unique at SparkPost; where an event has none, its batch and its place in it stand in for it.
 * - A bounce goes by the category of its class (sparkpost-bounce.ts).
 * - `initial_open` comes from the pixel at the top and `open` from the one at the bottom: with both, one reading is two
 *   openings of one message. Those that a mail client fetched ahead (`is_prefetched`) are by a machine.
 */
export function sparkpostEvent(payload: unknown, ctx: SparkpostContext): Outcome {
  if (asObject(at(payload, 'msys')) === undefined) return notOf('SparkPost', 'msys');
  const name = EVENT_CLASSES.find((key) => at(payload, 'msys', key) !== undefined);
  if (name === undefined) return nothing;
  const [event, place] = [at(payload, 'msys', name), `msys.${name}`];
  const type = textAt(event, 'type');
  if (type === undefined) return unreadable('required', `${place}.type`, 'is missing');
  if (type === 'sms_status' || OTHER_CHANNELS.has(textAt(event, 'delv_method') ?? '')) return nothing;
  const action = ACTIONS.get(type);
  if (!action) return unreadable('unknown_type', `${place}.type`, 'is none of the events that SparkPost documents');
  const [eventId, messageId] = [textAt(event, 'event_id'), plainId(textAt(event, 'message_id'))];
  if (eventId === undefined && ctx.batchId === '') return unreadable('required', `${place}.event_id`, 'is required where the request has no X-MessageSystems-Batch-ID');
  return mailRecords({
    recipients: [at(event, 'rcpt_to')], recipientField: `${place}.rcpt_to`,
    occurredAt: secondsTime(Number(textAt(event, 'timestamp'))), timeField: `${place}.timestamp`,
    identity: eventId === undefined ? ['batch', ctx.batchId, ctx.index] : [eventId],
    fields: {
      ...failureOf(action, type, event),
      messageId, campaignId: textAt(event, 'campaign_id'), templateId: textAt(event, 'template_id'),
      linkUrl: action === 'click' ? textAt(event, 'target_link_url') : undefined,
      isMachine: at(event, 'user_agent_parsed', 'is_prefetched') === true || isMachineAgent(textAt(event, 'user_agent')),
    },
    evidence: `SparkPost: ${type}, message ${messageId ?? 'unknown'}`,
  }, ctx);
}

/** The action, and for what did not arrive or was complained of the class and the reason. */
function failureOf(action: EmailEngagements['action'], type: string, event: unknown): Pick<EngagementFields, 'action' | 'bounceClass' | 'reason'> {
  // `reason` is `raw_reason` with addresses and numbers replaced.
  const reason = textAt(event, 'reason') ?? textAt(event, 'raw_reason');
  if (action === 'soft_bounce') return bounceOf(textAt(event, 'bounce_class'), reason);
  if (action === 'complaint') return { action, reason: textAt(event, 'fbtype') };
  return { action, bounceClass: CLASSES.get(type), reason };
}
