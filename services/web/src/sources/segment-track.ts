// track calls: shop events and orders by Segment's e-commerce names, consent decisions, and events with the team's own names.
// https://segment.com/docs/connections/spec/track/
import type { Outcome, Records } from '@tideway/contracts';
import { addressesReplaced, scrubbedUnder } from './personal-data.js';
import { Fields, isExact, own, Problems, type JsonObject } from './payload.js';
import { categoryPreferences, consentRecords } from './segment-consent.js';
import { ECOMMERCE_ACTIONS, ecommerceEvent } from './segment-ecommerce.js';
import type { Envelope } from './segment-envelope.js';
import { ORDER_STATUSES, orderEvent } from './segment-orders.js';
import { sessionIdOf } from './segment-session.js';

/** Current and former name, in lower case: https://segment.com/docs/privacy/consent-management/consent-in-unify/ */
const CONSENT_EVENTS = new Set(['segment consent preference updated', 'segment consent preference']);

/** Names are compared without case and outer space. */
export function track(message: JsonObject, envelope: Envelope): Outcome {
  const event = own(message, 'event');
  if (typeof event !== 'string' || event.trim() === '') {
    return { status: 'rejected', rejection: { code: 'required', field: 'event', message: 'event, the name of what happened, is required in a track call' } };
  }
  const name = event.trim().toLowerCase();
  const action = ECOMMERCE_ACTIONS.get(name);
  if (action) return ecommerceEvent(message, envelope, action);
  const status = ORDER_STATUSES.get(name);
  if (status) return orderEvent(message, envelope, status);
  return CONSENT_EVENTS.has(name) ? consentEvent(message, envelope) : customEvent(message, envelope, event.trim());
}

/** A decision that nobody can read must not be lost in silence: it is refused, where other events pass unknown categories over. */
function consentEvent(message: JsonObject, envelope: Envelope): Outcome {
  const field = 'context.consent.categoryPreferences';
  if (!categoryPreferences(message)) return { status: 'rejected', rejection: { code: 'required', field, message: `${field} is required in a consent event` } };
  if (consentRecords(message, envelope).length > 0) return { status: 'records', records: [] };
  return { status: 'quarantined', product: 'web.consents', rejection: { code: 'unknown_category', field, message: `${field} names no category of schemas/purposes.yaml with true or false` } };
}

function customEvent(message: JsonObject, envelope: Envelope, name: string): Outcome {
  const problems = new Problems();
  const properties = new Fields(message, '', problems).child('properties');
  const record: Records['web.custom-events'] = {
    ...envelope,
    session_id: sessionIdOf(message, problems),
    name: addressesReplaced(name, () => '[email]'),
    properties: propertyTexts(properties),
  };
  if (problems.first) return { status: 'quarantined', product: 'web.custom-events', rejection: problems.first };
  return { status: 'records', records: [{ product: 'web.custom-events', record }] };
}

/** Scalars as text, objects and lists as JSON; nulls and everything personal left out. */
function propertyTexts(properties: Fields): Record<string, string> {
  const object = properties.object ?? {};
  if (Object.hasOwn(object, '__proto__')) {
    properties.problems.add('unsafe_key', properties.at('__proto__'), 'is a key that readers in JavaScript lose: use another name');
  }
  return Object.fromEntries(Object.entries(object).flatMap(([key, value]) => {
    const inexact = inexactNumber(value, properties.at(key));
    if (inexact) properties.problems.add('range', inexact, 'is beyond 2^53 and was rounded on its way: send it as a string');
    const kept = scrubbedUnder(key, value);
    if (kept === undefined || kept === null) return [];
    return [[key, typeof kept === 'object' ? JSON.stringify(kept) : String(kept)]];
  }));
}

/** The path of the first number in a value that was rounded by parsing. */
function inexactNumber(value: unknown, path: string): string | undefined {
  if (typeof value === 'number') return isExact(value) ? undefined : path;
  if (value === null || typeof value !== 'object') return undefined;
  for (const [key, entry] of Object.entries(value)) {
    const found = inexactNumber(entry, `${path}.${key}`);
    if (found) return found;
  }
  return undefined;
}
