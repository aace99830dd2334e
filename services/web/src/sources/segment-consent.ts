// Consent decisions that Segment calls carry: context.consent.categoryPreferences, one record per purpose of ours.
// https://segment.com/docs/privacy/consent-management/consent-in-segment-connections/#consent-object
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { schemasDir, type ProductRecord, type Records } from '@tideway/contracts';
import { asObject, at, type JsonObject } from './payload.js';
import { derivedId, type Envelope } from './segment-envelope.js';

type Purpose = Records['web.consents']['purpose'];

/** Category name in lower case to purpose, from schemas/purposes.yaml; throws where the file cannot be read. */
export function loadConsentCategories(dir: string = schemasDir()): Map<string, Purpose> {
  const { purposes } = parse(readFileSync(path.join(dir, 'purposes.yaml'), 'utf8')) as { purposes: Record<Purpose, { categories: string[] }> };
  return new Map(Object.entries(purposes).flatMap(([purpose, { categories }]) => categories.map((name) => [name.toLowerCase(), purpose as Purpose])));
}

let categories: Map<string, Purpose> | undefined;

/** The preferences object of a call, or undefined where it has none. */
export function categoryPreferences(message: JsonObject): JsonObject | undefined {
  return asObject(at(message, 'context', 'consent', 'categoryPreferences'));
}

/**
 * One record per purpose that the call's categories name. Unknown categories and values other than true and false are
 * passed over. Where several categories of one purpose disagree, one `false` denies it: consent to a part is not
 * consent to the whole. The evidence names the call's event_id and its words. Unchanged decisions are repeated with every call, and dropped by the customer service.
 */
export function consentRecords(message: JsonObject, envelope: Envelope): ProductRecord[] {
  const decisions = new Map<Purpose, [string, boolean][]>();
  for (const [name, decision] of Object.entries(categoryPreferences(message) ?? {})) {
    const purpose = (categories ??= loadConsentCategories()).get(name.trim().toLowerCase());
    if (purpose === undefined || typeof decision !== 'boolean') continue;
    decisions.set(purpose, [...(decisions.get(purpose) ?? []), [name.trim(), decision]]);
  }
  return [...decisions].map(([purpose, named]) => ({
    product: 'web.consents',
    record: {
      ...envelope,
      event_id: derivedId(envelope.event_id, 'consent', purpose),
      purpose,
      channel: 'any',
      decision: named.every(([, granted]) => granted) ? 'granted' : 'denied',
      legal_basis: 'consent',
      evidence: `event ${envelope.event_id}, context.consent.categoryPreferences: ${named.map(([name, granted]) => `${name}=${granted}`).join(', ')}`,
    },
  }));
}
