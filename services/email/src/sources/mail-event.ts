// From what a source has read of an event to its records: an engagement per recipient and, where a person decided, the consent.
import type { EmailEngagements, Outcome, ProductRecord, Rejection } from '@tideway/contracts';
import { consentRecord, engagementRecord, eventId, isPlausibleTime, recipientOf, unreadable, type EngagementFields, type EventBase } from './records.js';

export interface MailContext {
  /** Milliseconds. */
  receivedAt: number;
  /** Source format and account, e.g. `brevo:shop`. */
  source: string;
}

export interface MailEvent {
  /** Addresses as the platform sent them, and where they stand. */
  recipients: unknown[];
  recipientField: string;
  /** Milliseconds; undefined where the time cannot be read. */
  occurredAt: number | undefined;
  timeField: string;
  /** What makes the event itself at its platform; its source, action and recipient are added. */
  identity: (string | number | boolean)[];
  fields: EngagementFields;
  /** For the consent beside an unsubscription or complaint: platform, event, message. */
  evidence: string;
}

const WITHDRAWS: ReadonlySet<EmailEngagements['action']> = new Set(['unsubscribe', 'complaint']);

/**
 * The records of an event: an engagement for each recipient and, for an unsubscription or complaint, the consent that is
 * withdrawn. Recipients that are no addresses are left out; where none is left, the event is quarantined.
 */
export function mailRecords({ recipients, recipientField, occurredAt, timeField, identity, fields, evidence }: MailEvent, ctx: MailContext): Outcome {
  const bases = eventBases(recipients, occurredAt, [...identity, fields.action], ctx);
  if (bases === 'time') return unreadableTime(occurredAt, timeField);
  if (bases.length === 0) return unreadableRecipient(recipientField);
  return { status: 'records', records: bases.flatMap((base): ProductRecord[] => [
    engagementRecord(base, fields),
    ...(WITHDRAWS.has(fields.action) ? [consentRecord(base, 'withdrawn', evidence)] : []),
  ]) };
}

/** The consent of a person whom no message is named for: marketing by e-mail is withdrawn. */
export function withdrawal({ recipients, recipientField, occurredAt, timeField, identity, evidence }: Omit<MailEvent, 'fields'>, ctx: MailContext): Outcome {
  const bases = eventBases(recipients, occurredAt, identity, ctx);
  if (bases === 'time') return unreadableTime(occurredAt, timeField);
  if (bases.length === 0) return unreadableRecipient(recipientField);
  return { status: 'records', records: bases.map((base) => consentRecord(base, 'withdrawn', evidence)) };
}

function eventBases(recipients: unknown[], occurredAt: number | undefined, identity: MailEvent['identity'], { receivedAt, source }: MailContext): EventBase[] | 'time' {
  if (occurredAt === undefined || !isPlausibleTime(occurredAt, receivedAt)) return 'time';
  return recipients.map(recipientOf).filter((identifiers) => identifiers !== undefined).map((identifiers) => ({
    event_id: eventId(source, ...identity, identifiers['email_sha256']!), occurred_at: occurredAt, received_at: receivedAt, source, identifiers,
  }));
}

function unreadableTime(occurredAt: number | undefined, field: string): Outcome {
  return occurredAt === undefined ? unreadable('type', field, 'must be the time of the event') : unreadable('range', field, 'is before 1970 or more than a day ahead');
}

function unreadableRecipient(field: string): Outcome {
  return unreadable('identifier', field, 'must be an e-mail address, and none that many people share');
}

/** The outcome of an event of which no record is made. */
export const nothing: Outcome = { status: 'records', records: [] };

/** The outcome of a payload that is no event of the platform: the sender must mend it. */
export function notOf(platform: string, field: string): Outcome {
  const rejection: Rejection = { code: 'required', field, message: `${field} is missing: this is no webhook of ${platform}` };
  return { status: 'rejected', rejection };
}

/** An id of letters, digits and `-`, `_`, `.`; undefined for any other text, which could have an address in it. */
export function plainId(text: string | undefined): string | undefined {
  return text !== undefined && /^[\w.-]+$/.test(text) ? text : undefined;
}

/** Parts of a reason that are there, as one text; undefined where none is. */
export function reasonOf(...parts: (string | undefined)[]): string | undefined {
  return parts.filter((part) => part !== undefined).join(': ') || undefined;
}
