// Records of the email products with every optional field present, free of personal data, and their ids.
import { TIMESTAMP_RANGE, type EmailConsents, type EmailEngagements, type Outcome, type ProductRecord } from '@tideway/contracts';
import { addressesReplaced, normaliseIdentifier, scrubbedUrl } from '@tideway/identifiers';
import { v5 } from 'uuid';

/** Namespace of the email domain's event ids; a change of it makes resends new events. */
const NAMESPACE = '7a4e2d18-93c5-5b6f-a1d0-58e3c7b42f96';
const MAX_TEXT = 1_000;
const MAX_ID = 256;
const MAX_URL = 8_192;
const MAX_AHEAD_MS = 24 * 3_600_000;

/** Why a message did not arrive, in words that all platforms' classes are mapped to. */
export type BounceClass = 'invalid_recipient' | 'mailbox_unavailable' | 'unreachable' | 'reputation' | 'content' | 'policy' | 'suppressed' | 'other';

/** A uuid v5 of these parts: the same parts give the same id, so that a resend is recognised. */
export function eventId(...parts: (string | number | boolean)[]): string {
  return v5(JSON.stringify(parts), NAMESPACE);
}

/** Fields that an engagement and the consent beside it have in common. */
export type EventBase = Pick<EmailEngagements, 'event_id' | 'occurred_at' | 'received_at' | 'source' | 'identifiers'>;

/** What a source says of an event; texts, ids and the link as the platform sent them. */
export interface EngagementFields {
  action: EmailEngagements['action'];
  /** Empty where the platform names none. */
  messageId?: string | undefined;
  campaignId?: string | undefined;
  templateId?: string | undefined;
  linkUrl?: string | undefined;
  bounceClass?: BounceClass | undefined;
  reason?: string | undefined;
  isMachine?: boolean | undefined;
}

/**
 * A record of email.engagements: URL without personal parameters, addresses in texts masked, over-long texts cut. A
 * click of a person is a touch by e-mail. Ids of messages look like addresses (RFC 5322, 3.6.4) and stay as they are.
 */
export function engagementRecord(base: EventBase, fields: EngagementFields): ProductRecord {
  const { action, isMachine = false } = fields;
  return {
    product: 'email.engagements',
    record: {
      ...base,
      action,
      message_id: cut(fields.messageId ?? '', MAX_ID),
      campaign_id: masked(fields.campaignId, MAX_ID),
      template_id: masked(fields.templateId, MAX_ID),
      link_url: fields.linkUrl ? cut(scrubbedUrl(fields.linkUrl), MAX_URL) : null,
      bounce_class: fields.bounceClass ?? null,
      reason: masked(fields.reason, MAX_TEXT),
      is_machine: isMachine,
      channel: action === 'click' && !isMachine ? 'email' : null,
    },
  };
}

/**
 * A record of email.consents beside the event `base`: marketing by e-mail withdrawn or granted, by consent. `evidence`
 * says which platform, event and list.
 */
export function consentRecord(base: EventBase, decision: 'withdrawn' | 'granted', evidence: string): ProductRecord {
  const record: EmailConsents = {
    ...base,
    event_id: eventId('consent', base.event_id),
    purpose: 'marketing',
    channel: 'email',
    decision,
    legal_basis: 'consent',
    evidence: masked(evidence, MAX_TEXT),
  };
  return { product: 'email.consents', record };
}

/**
 * `{email_sha256}` of a recipient's address, also one written `Jane <jane@example.com>`; undefined where it is none, or
 * one that is blocked.
 */
export function recipientOf(address: unknown): Record<string, string> | undefined {
  if (typeof address !== 'string') return undefined;
  const bare = /<([^<>]*)>\s*$/.exec(address)?.[1] ?? address;
  const result = normaliseIdentifier('email_sha256', bare);
  return result.ok ? { email_sha256: result.value } : undefined;
}

/** Whether milliseconds can be an event's time: within 1970 to 2100, and at most a day ahead of its receipt. */
export function isPlausibleTime(ms: number, receivedAt: number): boolean {
  return ms >= TIMESTAMP_RANGE[0] && ms <= TIMESTAMP_RANGE[1] && ms <= receivedAt + MAX_AHEAD_MS;
}

/** The outcome of an event that parses but cannot become a valid record; `message` continues the field's name. */
export function unreadable(code: 'type' | 'required' | 'range' | 'identifier' | 'unknown_type', field: string, message: string): Outcome {
  return { status: 'quarantined', product: 'email.engagements', rejection: { code, field, message: `${field} ${message}`.trim() } };
}

function masked(text: string | undefined, length: number): string | null {
  return text ? cut(addressesReplaced(text, () => '[email]'), length) : null;
}

/** Text of at most `length` characters, without half a character at its end or broken Unicode in it. */
function cut(text: string, length: number): string {
  return text.slice(0, length).toWellFormed();
}
