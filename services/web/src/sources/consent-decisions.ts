// Consent decisions under the names that consent managers have for them, as records, one per purpose of ours.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { schemasDir, type ProductRecord, type Records } from '@tideway/contracts';
import { derivedId, type Envelope } from './envelope.js';

type Purpose = Records['web.consents']['purpose'];

/** Category name in lower case to purpose, from schemas/purposes.yaml; throws where the file cannot be read. */
export function loadConsentCategories(dir: string = schemasDir()): Map<string, Purpose> {
  const { purposes } = parse(readFileSync(path.join(dir, 'purposes.yaml'), 'utf8')) as { purposes: Record<Purpose, { categories: string[] }> };
  return new Map(Object.entries(purposes).flatMap(([purpose, { categories }]) => categories.map((name) => [name.toLowerCase(), purpose as Purpose])));
}

let categories: Map<string, Purpose> | undefined;

/**
 * One record per purpose that the categories name; `place` is where they stand in the payload. Unknown categories and
 * values other than true and false are passed over. Where several categories of one purpose disagree, one `false` denies
 * it: consent to a part is not consent to the whole. The evidence names the event's id and its words. Unchanged decisions
 * are repeated with every event, and dropped by the customer service.
 */
export function consentDecisions(named: Iterable<[string, unknown]>, place: string, envelope: Envelope): ProductRecord[] {
  const decisions = new Map<Purpose, [string, boolean][]>();
  for (const [name, decision] of named) {
    const purpose = (categories ??= loadConsentCategories()).get(name.trim().toLowerCase());
    if (purpose === undefined || typeof decision !== 'boolean') continue;
    decisions.set(purpose, [...(decisions.get(purpose) ?? []), [name.trim(), decision]]);
  }
  return [...decisions].map(([purpose, parts]) => ({
    product: 'web.consents',
    record: {
      ...envelope,
      event_id: derivedId(envelope.event_id, 'consent', purpose),
      purpose,
      channel: 'any',
      decision: parts.every(([, granted]) => granted) ? 'granted' : 'denied',
      legal_basis: 'consent',
      evidence: `event ${envelope.event_id}, ${place}: ${parts.map(([name, granted]) => `${name}=${granted}`).join(', ')}`,
    },
  }));
}
