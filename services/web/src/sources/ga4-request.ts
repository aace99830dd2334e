// What a request of the GA4 Measurement Protocol says for all of its events: who, when, consent and user properties.
// https://developers.google.com/analytics/devguides/collection/protocol/ga4/reference
import type { ProductRecord, Rejection } from '@tideway/contracts';
import { consentDecisions } from './consent-decisions.js';
import { canonical, derivedId, identifiersFrom, plausibleTime, type Contact, type Envelope, type EnvelopeResult, type SourceContext } from './envelope.js';
import { keptTraits } from './traits.js';
import { asObject, at, Fields, own, scalarText, type JsonObject, type Problems } from './payload.js';

export interface Ga4Context extends Required<SourceContext> {
  /** The measurement id, or the Firebase app id, of the data stream. */
  stream: string;
  /** The body without its `events`. */
  request: JsonObject;
}

const MICROS_PER_MS = 1_000;

/** A body taken apart, or why it is none of the protocol. */
export function ga4Request(body: unknown): { request: JsonObject; events: unknown[] } | Rejection {
  const object = asObject(body);
  if (!object) return { code: 'not_an_object', field: '', message: 'the body must be a JSON object' };
  const { events, ...request } = object;
  if (events === undefined || events === null) return { code: 'required', field: 'events', message: 'events, a list, is required' };
  if (!Array.isArray(events)) return { code: 'not_a_list', field: 'events', message: 'events must be a list' };
  return { request, events };
}

/** What all records of an event have in common. */
export function ga4Envelope(event: JsonObject, name: string, ctx: Ga4Context): EnvelopeResult {
  const { request, receivedAt, source, index } = ctx;
  const identifiers = identifiersFrom(
    [
      { type: 'user_id', field: 'user_id', raw: own(request, 'user_id') },
      { type: 'anonymous_id', field: 'client_id', raw: own(request, 'client_id') },
      { type: 'anonymous_id', field: 'app_instance_id', raw: own(request, 'app_instance_id') },
    ],
    contactsOf(request),
    { code: 'missing_identifier', field: 'client_id', message: 'client_id (app_instance_id of an app) or user_id is required' },
  );
  if (!identifiers.ok) return identifiers;
  const stated = own(event, 'timestamp_micros') !== undefined ? { holder: event, field: `events.${index}.timestamp_micros` } : { holder: request, field: 'timestamp_micros' };
  const time = timeOf(own(stated.holder, 'timestamp_micros'), stated.field, receivedAt);
  if (time !== undefined && typeof time !== 'number') return { ok: false, status: 'quarantined', rejection: time };
  const envelope = { event_id: eventIdOf(event, name, ctx, time), occurred_at: time ?? receivedAt, received_at: receivedAt, source, identifiers: identifiers.values };
  return { ok: true, envelope };
}

/**
 * The protocol has no event id. A purchase is known by its transaction_id within its stream, as Google tells resent
 * purchases, whatever else changes. Any other event is known by its content, its time and its place in the request.
 * Where it names no time, equal events of two requests are more likely two events: the time of receipt tells them apart,
 * and a resend counts twice.
 */
function eventIdOf(event: JsonObject, name: string, ctx: Ga4Context, time: number | undefined): string {
  const { source, stream, request, receivedAt, index } = ctx;
  const transaction = name === 'purchase' ? scalarText(at(event, 'params', 'transaction_id')) : undefined;
  if (transaction !== undefined && transaction !== '') return derivedId(source, stream, 'purchase', transaction);
  const [client_id, app_instance_id, user_id] = ['client_id', 'app_instance_id', 'user_id'].map((key) => own(request, key));
  return derivedId(source, stream, `content at ${time ?? receivedAt}, event ${index}`, canonical({ client_id, app_instance_id, user_id, event }));
}

/** Microseconds since 1970, as a number or in digits, to milliseconds. */
function timeOf(value: unknown, field: string, receivedAt: number): number | undefined | Rejection {
  if (value === undefined || value === '') return undefined;
  const micros = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value;
  if (typeof micros !== 'number' || !Number.isFinite(micros)) return { code: 'type', field, message: `${field} must be microseconds since 1970 as a number` };
  // 2001-09-09 in microseconds: whatever is below it was meant as milliseconds or seconds.
  if (micros < 1e15) return { code: 'range', field, message: `${field} is too small for microseconds since 1970: milliseconds times 1000 are expected` };
  return plausibleTime(Math.floor(micros / MICROS_PER_MS), field, receivedAt);
}

/** https://developers.google.com/analytics/devguides/collection/ga4/uid-data: one hash or a list of them. */
function contactsOf(request: JsonObject): Contact[] {
  const user = asObject(own(request, 'user_data'));
  return (['email_sha256', 'phone_sha256'] as const).flatMap((type): Contact[] => {
    const given = own(user, type === 'email_sha256' ? 'sha256_email_address' : 'sha256_phone_number');
    return (Array.isArray(given) ? given : [given]).map((raw: unknown) => ({ type, raw }));
  });
}

/**
 * The decisions of `consent` (ad_user_data, ad_personalization: GRANTED or DENIED) and of the older
 * non_personalized_ads. A decision that nobody can read is a problem: it must not be lost in silence.
 */
export function ga4Consents(request: JsonObject, envelope: Envelope, problems: Problems): ProductRecord[] {
  const consent = new Fields(request, '', problems).child('consent');
  const named = ['ad_user_data', 'ad_personalization'].flatMap((name): [string, boolean][] => {
    const value = own(consent.object, name);
    if (value === undefined) return [];
    const decision = typeof value === 'string' ? value.toUpperCase() : '';
    if (decision !== 'GRANTED' && decision !== 'DENIED') problems.add('enum', consent.at(name), 'must be GRANTED or DENIED');
    return [[name, decision === 'GRANTED']];
  });
  if (own(request, 'non_personalized_ads') === true) named.push(['ad_personalization', false]);
  return consentDecisions(named, 'consent', envelope);
}

/** User properties that are traits of the person, once per request: with its first event. */
export function ga4Identification(ctx: Ga4Context, envelope: Envelope, problems: Problems): ProductRecord[] {
  const properties = asObject(own(ctx.request, 'user_properties'));
  if (ctx.index !== 0 || !properties || envelope.identifiers['user_id'] === undefined) return [];
  const values = Object.fromEntries(Object.entries(properties).map(([key, property]) => [key, at(asObject(property), 'value')]));
  const traits = keptTraits(new Fields(values, 'user_properties', problems));
  if (Object.keys(traits).length === 0) return [];
  return [{ product: 'web.identifications', record: { ...envelope, event_id: derivedId(envelope.event_id, 'user_properties'), method: 'identify', previous_id: null, group_id: null, traits } }];
}
