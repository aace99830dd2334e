// SparkPost's classes of bounces: whether each is hard, and why it happened.
import type { BounceClass } from './records.js';

type Category = 'hard_bounce' | 'soft_bounce' | 'dropped';

/** By the table of https://support.sparkpost.com/docs/deliverability/bounce-classification-codes: its name, and its category as an action. */
const CLASSES: ReadonlyMap<string, [name: string, action: Category, bounceClass: BounceClass]> = new Map([
  ['1', ['Undetermined', 'soft_bounce', 'other']],
  ['10', ['Invalid Recipient', 'hard_bounce', 'invalid_recipient']],
  ['20', ['Soft Bounce', 'soft_bounce', 'other']],
  ['21', ['DNS Failure', 'soft_bounce', 'unreachable']],
  ['22', ['Mailbox Full', 'soft_bounce', 'mailbox_unavailable']],
  ['23', ['Too Large', 'soft_bounce', 'content']],
  ['24', ['Timeout', 'soft_bounce', 'unreachable']],
  ['25', ['Admin Failure', 'dropped', 'policy']],
  ['30', ['Generic Bounce: No RCPT', 'hard_bounce', 'invalid_recipient']],
  ['40', ['Generic Bounce', 'soft_bounce', 'other']],
  ['50', ['Mail Block', 'soft_bounce', 'policy']],
  ['51', ['Spam Block', 'soft_bounce', 'reputation']],
  ['52', ['Spam Content', 'soft_bounce', 'content']],
  ['53', ['Prohibited Attachment', 'soft_bounce', 'content']],
  ['54', ['Relaying Denied', 'soft_bounce', 'policy']],
  ['60', ['Auto-Reply', 'soft_bounce', 'other']],
  ['70', ['Transient Failure', 'soft_bounce', 'unreachable']],
  ['80', ['Subscribe', 'dropped', 'other']],
  ['90', ['Unsubscribe', 'hard_bounce', 'other']],
  ['100', ['Challenge-Response', 'soft_bounce', 'policy']],
]);

/**
 * What a bounce is: hard for the category Hard, dropped for Admin (SparkPost's own policies stopped it), soft for Soft,
 * Block and Undetermined, which SparkPost calls usually temporary, and for a class that is missing or new.
 */
export function bounceOf(code: string | undefined, reason: string | undefined): { action: Category; bounceClass: BounceClass; reason: string } {
  const [name, action, bounceClass] = CLASSES.get(code ?? '1') ?? [`Class ${code}`, 'soft_bounce', 'other'];
  return { action, bounceClass, reason: reason ? `${name}: ${reason}` : name };
}
