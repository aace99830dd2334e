// An import of contacts and consents that the CRM team kept elsewhere, as lines of JSON.
import { PORTAL_ID } from './hubspot-events.js';
import type { Person } from './person.js';
import { allAccepted, type NativeRequest } from './request.js';

const DAY_MS = 86_400_000;

/**
 * Imports these people as contacts of the CRM with a consent to marketing e-mails each, two lines a person, and remembers
 * on them that the CRM has them. `now` in milliseconds; the contacts were last changed 30 days before.
 */
export function importRequest(people: readonly Person[], lane: number, now: number): NativeRequest {
  const at = new Date(now - 30 * DAY_MS).toISOString();
  const lines = people.flatMap(({ crm, email, kind }) => {
    crm.followed = true;
    crm.stage = kind === 'trade' ? 'lead' : 'subscriber';
    return [
      { type: 'contact', id: String(crm.contactId), email, stage: crm.stage, updated_at: at },
      { type: 'consent', contact: { email }, purpose: 'marketing', channel: 'email', decision: 'granted', legal_basis: 'consent', decided_at: at },
    ];
  });
  return {
    domain: 'crm',
    method: 'POST',
    path: `/v1/import?account=${PORTAL_ID}`,
    body: Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join('')),
    contentType: 'application/x-ndjson',
    events: lines.length,
    expected: allAccepted(lines.length),
    lane,
  };
}
