// Why a message did not arrive, by the enhanced status code of SMTP.
import type { BounceClass } from './records.js';

const BY_SUBJECT: Record<string, BounceClass> = { 1: 'invalid_recipient', 2: 'mailbox_unavailable', 3: 'unreachable', 4: 'unreachable', 6: 'content', 7: 'policy' };

/**
 * The class of a code such as `5.1.1`, by its second number (RFC 3463, 3): address, mailbox, mail system, network,
 * protocol, content, policy. Undefined for anything else. `x.2.1`, a mailbox that is disabled, counts as one that is full.
 */
export function classOfStatus(code: string | undefined): BounceClass | undefined {
  const subject = /^[245]\.(\d{1,3})\.\d{1,3}$/.exec(code ?? '')?.[1];
  return subject === undefined ? undefined : BY_SUBJECT[subject];
}
