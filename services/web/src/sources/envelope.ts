// What every record of the web domain has: an id that survives a resend, when it happened, and who did it.
import { parse as uuidBytes, v5 as uuidv5 } from 'uuid';
import { TIMESTAMP_RANGE, type Rejection } from '@tideway/contracts';
import { normaliseIdentifier } from '@tideway/identifiers';
import { addressesReplaced, isAddress } from './personal-data.js';
import { asObject, scalarText } from './payload.js';

/** Namespace of all ids of the web domain. Changing it would make every resend a new event. */
const NAMESPACE = uuidBytes('a3f0e6f5-6d0b-4a0e-9f5e-2f0c7f6b1d84');
const MAX_AHEAD_MS = 24 * 3_600_000;

/** What a source is told of the request that an event came with. */
export interface SourceContext {
  /** Milliseconds. */
  receivedAt: number;
  /** Format and name of the key, e.g. `segment:shop`. */
  source: string;
  /** The event's place in its request, 0 where it is the only one. */
  index?: number;
}

/** The fields that all event products of the web domain share. */
export interface Envelope {
  event_id: string;
  occurred_at: number;
  received_at: number;
  source: string;
  identifiers: Record<string, string>;
}

export type EnvelopeResult =
  | { ok: true; envelope: Envelope }
  | { ok: false; status: 'rejected' | 'quarantined'; rejection: Rejection };

/** The id of something derived from an event or a payload: the same text gives the same id, for ever. */
export function derivedId(...parts: string[]): string {
  const text = parts.join('\n');
  // Half of a surrogate pair, which uuid throws at, is told apart by its escape.
  // As bytes: of a string, the package makes them one character at a time.
  return uuidv5(Buffer.from(text.isWellFormed() ? text : JSON.stringify(text)), NAMESPACE);
}

/** JSON with the keys of every object in order. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const object = asObject(value);
  if (!object) return JSON.stringify(value) ?? 'null';
  return `{${Object.keys(object).sort().map((key) => `${JSON.stringify(key)}:${canonical(object[key])}`).join(',')}}`;
}

/** A time in milliseconds, or why it is none of an event: outside of 1970 to 2100, or over a day ahead. */
export function plausibleTime(time: number, field: string, receivedAt: number): number | Rejection {
  if (time < TIMESTAMP_RANGE[0] || time > TIMESTAMP_RANGE[1]) return { code: 'range', field, message: `${field} is outside of 1970 to 2100` };
  if (time > receivedAt + MAX_AHEAD_MS) return { code: 'range', field, message: `${field} is more than 24 hours in the future` };
  return time;
}

/** A payload's field that holds an id of the person; absent and blank ones are passed over. */
export interface IdField {
  type: 'user_id' | 'anonymous_id';
  field: string;
  raw: unknown;
}

/** An e-mail address or phone number of the person, raw or hashed. */
export interface Contact {
  type: 'email_sha256' | 'phone_sha256';
  raw: unknown;
}

export type Identifiers = { ok: true; values: Record<string, string> } | Extract<EnvelopeResult, { ok: false }>;

/**
 * The identifiers of a person. At least one id (or, where contacts suffice, a contact) is required, else `missing` is the
 * rejection; a placeholder is dropped unless it is all there is. Of several contacts of a type the first that is one counts.
 */
export function identifiersFrom(ids: IdField[], contacts: Contact[], missing: Rejection, needed: 'ids' | 'ids or contacts' = 'ids'): Identifiers {
  const values: Record<string, string> = {};
  let blocked: Rejection | undefined;
  const named = ids.filter(({ raw }) => raw !== undefined && !(typeof raw === 'string' && raw.trim() === ''));
  for (const { type, field, raw } of named) {
    const id = identifierOf(type, raw, field);
    if ('rejection' in id) return { ok: false, ...id };
    if ('blocked' in id) blocked ??= id.blocked;
    else values[id.type] ??= id.value;
  }
  if (named.length === 0 && needed === 'ids') return { ok: false, status: 'rejected', rejection: missing };
  for (const { type, raw } of contacts) {
    if (values[type] !== undefined || typeof raw !== 'string') continue;
    // What is no address and no number is left out: the event itself is as good without it.
    const result = normaliseIdentifier(type, raw);
    if (result.ok) values[type] = result.value;
  }
  if (Object.keys(values).length === 0 && blocked) return { ok: false, status: 'quarantined', rejection: blocked };
  if (Object.keys(values).length === 0) return { ok: false, status: 'rejected', rejection: missing };
  return { ok: true, values };
}

type Identifier = { type: string; value: string } | { blocked: Rejection } | { status: 'rejected' | 'quarantined'; rejection: Rejection };

/** An id as an identifier. Teams use e-mail addresses as user ids: such an id is known by its hash, and by nothing else. */
export function identifierOf(type: 'user_id' | 'anonymous_id', raw: unknown, field: string): Identifier {
  const text = typeof raw === 'boolean' ? undefined : scalarText(raw);
  if (text === undefined) return { status: 'rejected', rejection: { code: 'type', field, message: `${field} must be a string` } };
  const email = isAddress(text) ? normaliseIdentifier('email_sha256', text) : undefined;
  if (email?.ok) return { type: 'email_sha256', value: email.value };
  const id = email?.code === 'blocked' ? email : normaliseIdentifier(type, addressesReplaced(text, (address) => derivedId(address.toLowerCase())));
  if (id.ok) return { type, value: id.value };
  if (id.code === 'blocked') return { blocked: { code: 'blocked_identifier', field, message: `${field} is a placeholder that many people share` } };
  return { status: 'quarantined', rejection: { code: id.code, field, message: `${field}: ${id.message}` } };
}
