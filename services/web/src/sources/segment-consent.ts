// Consent decisions that Segment calls carry: context.consent.categoryPreferences.
// https://segment.com/docs/privacy/consent-management/consent-in-segment-connections/#consent-object
import type { ProductRecord } from '@tideway/contracts';
import { consentDecisions } from './consent-decisions.js';
import type { Envelope } from './envelope.js';
import { asObject, at, type JsonObject } from './payload.js';

/** The preferences object of a call, or undefined where it has none. */
export function categoryPreferences(message: JsonObject): JsonObject | undefined {
  return asObject(at(message, 'context', 'consent', 'categoryPreferences'));
}

/** The decisions of a call, one record per purpose that its categories name. */
export function consentRecords(message: JsonObject, envelope: Envelope): ProductRecord[] {
  return consentDecisions(Object.entries(categoryPreferences(message) ?? {}), 'context.consent.categoryPreferences', envelope);
}
