// What every Segment call has: an id that survives a resend, the time it happened, and who did it.
import type { Rejection } from '@tideway/contracts';
import { canonical, derivedId, identifiersFrom, type Contact, type EnvelopeResult, type Identifiers, type SourceContext } from './envelope.js';
import { asObject, at, own, scalarText, type JsonObject } from './payload.js';
import { isoTime, occurredAt } from './time.js';

/** https://segment.com/docs/connections/sources/catalog/libraries/server/http-api/#errors */
const MAX_MESSAGE_ID = 100;

/** Reads the common fields of a call; a value that the caller must mend is rejected, one that breaks the contract quarantined. */
export function readEnvelope(message: JsonObject, ctx: SourceContext): EnvelopeResult {
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
function eventIdOf(message: JsonObject, ctx: SourceContext): string | Rejection {
  const messageId = own(message, 'messageId');
  if (messageId !== undefined && messageId !== '') {
    const text = typeof messageId === 'boolean' ? undefined : scalarText(messageId);
    if (text === undefined) return { code: 'type', field: 'messageId', message: 'messageId must be a string' };
    if (text.length > MAX_MESSAGE_ID) return { code: 'too_long', field: 'messageId', message: `messageId must have at most ${MAX_MESSAGE_ID} characters` };
    return derivedId(ctx.source, 'id', text);
  }
  const timed = own(message, 'timestamp') !== undefined || own(message, 'originalTimestamp') !== undefined;
  const { sentAt, ...content } = message;
  const about = timed ? 'content' : `content at ${isoTime(sentAt) ?? ctx.receivedAt}`;
  return derivedId(ctx.source, `${about}, call ${ctx.index ?? 0}`, canonical(content));
}

/** userId and anonymousId, and the hashed e-mail address and phone number of the person's traits. */
function identifiersOf(message: JsonObject): Identifiers {
  const ids = [
    { type: 'user_id', field: 'userId', raw: own(message, 'userId') },
    { type: 'anonymous_id', field: 'anonymousId', raw: own(message, 'anonymousId') },
  ] as const;
  return identifiersFrom([...ids], contactsOf(message), { code: 'missing_identifier', field: 'userId', message: 'userId or anonymousId is required' });
}

/** Traits of the person: `traits` of any call but group, whose traits are the group's, and `context.traits`. */
function contactsOf(message: JsonObject): Contact[] {
  const traits = [own(message, 'type') === 'group' ? undefined : asObject(own(message, 'traits')), asObject(at(message, 'context', 'traits'))];
  return traits.flatMap((object): Contact[] => [{ type: 'email_sha256', raw: own(object, 'email') }, { type: 'phone_sha256', raw: own(object, 'phone') }]);
}
