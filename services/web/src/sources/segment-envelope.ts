// What every Segment call has: an id that survives a resend, the time it happened, and who did it.
import { parse as uuidBytes, v5 as uuidv5 } from 'uuid';
import { normaliseIdentifier } from '@tideway/identifiers';
import type { Rejection } from '@tideway/contracts';
import { addressesReplaced, isAddress } from './personal-data.js';
import { asObject, at, own, scalarText, type JsonObject } from './payload.js';
import { isoTime, occurredAt } from './time.js';

/** Namespace of all ids of the web domain. Changing it would make every resend a new event. */
const NAMESPACE = uuidBytes('a3f0e6f5-6d0b-4a0e-9f5e-2f0c7f6b1d84');
/** https://segment.com/docs/connections/sources/catalog/libraries/server/http-api/#errors */
const MAX_MESSAGE_ID = 100;

export interface SegmentContext {
  /** Milliseconds. */
  receivedAt: number;
  /** `segment:<write key name>` */
  source: string;
  /** The call's place in its request, 0 where it is the only one. */
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
  // As bytes: of a string, the package makes them one character at a time.
  return uuidv5(Buffer.from(parts.join('\n')), NAMESPACE);
}

/** Reads the common fields of a call; a value that the caller must mend is rejected, one that breaks the contract quarantined. */
export function readEnvelope(message: JsonObject, ctx: SegmentContext): EnvelopeResult {
  const eventId = eventIdOf(message, ctx);
  if (typeof eventId !== 'string') return { ok: false, status: 'rejected', rejection: eventId };
  const identifiers = identifiersOf(message);
  if (!identifiers.ok) return identifiers;
  const time = occurredAt(message, ctx.receivedAt);
  if (typeof time !== 'number') return { ok: false, status: 'quarantined', rejection: time };
  const envelope = { event_id: eventId, occurred_at: time, received_at: ctx.receivedAt, source: ctx.source, identifiers: identifiers.values };
  return { ok: true, envelope };
}

/**
 * uuid v5 of source and messageId. A message without one is known by its content and its place in the request: a resend
 * has the same calls in the same order, and equal calls within one request are two events. Where it names no time of its
 * own, equal calls of two requests are more likely two events too: the request's sentAt, else receivedAt, tells them apart.
 */
function eventIdOf(message: JsonObject, ctx: SegmentContext): string | Rejection {
  const messageId = own(message, 'messageId');
  if (messageId !== undefined && messageId !== '') {
    const text = typeof messageId === 'boolean' ? undefined : scalarText(messageId);
    if (text === undefined) return { code: 'type', field: 'messageId', message: 'messageId must be a string' };
    if (text.length > MAX_MESSAGE_ID) return { code: 'too_long', field: 'messageId', message: `messageId must have at most ${MAX_MESSAGE_ID} characters` };
    if (!text.isWellFormed()) return { code: 'invalid_text', field: 'messageId', message: 'messageId has half of a surrogate pair in it, which is no text' };
    return derivedId(ctx.source, 'id', text);
  }
  const timed = own(message, 'timestamp') !== undefined || own(message, 'originalTimestamp') !== undefined;
  const { sentAt, ...content } = message;
  const about = timed ? 'content' : `content at ${isoTime(sentAt) ?? ctx.receivedAt}`;
  return derivedId(ctx.source, `${about}, call ${ctx.index ?? 0}`, canonical(content));
}

/** JSON with the keys of every object in order. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const object = asObject(value);
  if (!object) return JSON.stringify(value) ?? 'null';
  return `{${Object.keys(object).sort().map((key) => `${JSON.stringify(key)}:${canonical(object[key])}`).join(',')}}`;
}

type Identifiers = { ok: true; values: Record<string, string> } | Extract<EnvelopeResult, { ok: false }>;

/** userId and anonymousId, and the hashed e-mail address and phone number of the person's traits. */
function identifiersOf(message: JsonObject): Identifiers {
  const values: Record<string, string> = {};
  let blocked: Rejection | undefined;
  let named = false;
  for (const [field, type] of [['userId', 'user_id'], ['anonymousId', 'anonymous_id']] as const) {
    const raw = own(message, field);
    if (raw === undefined || (typeof raw === 'string' && raw.trim() === '')) continue;
    named = true;
    const id = identifierOf(type, raw, field);
    if ('rejection' in id) return { ok: false, ...id };
    if ('blocked' in id) blocked ??= id.blocked;
    else values[id.type] ??= id.value;
  }
  if (!named) {
    return { ok: false, status: 'rejected', rejection: { code: 'missing_identifier', field: 'userId', message: 'userId or anonymousId is required' } };
  }
  addTraitIdentifiers(message, values);
  if (Object.keys(values).length === 0 && blocked) return { ok: false, status: 'quarantined', rejection: blocked };
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

/** Traits of the person: `traits` of any call but group, whose traits are the group's, and `context.traits`. */
function addTraitIdentifiers(message: JsonObject, values: Record<string, string>): void {
  const traits = [own(message, 'type') === 'group' ? undefined : asObject(own(message, 'traits')), asObject(at(message, 'context', 'traits'))];
  for (const [key, type] of [['email', 'email_sha256'], ['phone', 'phone_sha256']] as const) {
    for (const object of traits) {
      const raw = own(object, key);
      if (values[type] !== undefined || typeof raw !== 'string') continue;
      // What is no address and no number is left out: the event itself is as good without it.
      const result = normaliseIdentifier(type, raw);
      if (result.ok) values[type] = result.value;
    }
  }
}
