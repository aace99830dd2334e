// track calls: shop events and orders by Segment's e-commerce names, consent decisions, and events with the team's own names.
// https://segment.com/docs/connections/spec/track/
import type { Outcome, Records } from '@tideway/contracts';
import { addressesReplaced } from './personal-data.js';
import { Fields, own, Problems, type JsonObject } from './payload.js';
import { propertyTexts } from './property-texts.js';
import { categoryPreferences, consentRecords } from './segment-consent.js';
import { ECOMMERCE_ACTIONS, ecommerceEvent } from './segment-ecommerce.js';
import type { Envelope } from './envelope.js';
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
