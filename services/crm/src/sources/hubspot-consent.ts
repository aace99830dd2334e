// Which changes of HubSpot properties are consent decisions of the person, and which only look like it.
import type { CrmConsents, ProductRecord } from '@tideway/contracts';
import type { HubspotEvent } from './hubspot-event.js';
import { consentRecord, eventId, type ChangeFields } from './records.js';

/** Values of hs_emailconfirmationstatus by which the person has confirmed, and nobody for them. */
const CONFIRMED_BY_PERSON: ReadonlySet<string> = new Set(['Confirmed', 'User clicked confirmation']);

/**
 * The consent decision in a property change, for marketing by e-mail; undefined where there is none.
 * - `hs_email_optout` true (unsubscribed from all e-mail): withdrawn. False only lifts HubSpot's block, often by an
 *   employee or an import: it is no opt-in, and grants nothing.
 * - `hs_emailconfirmationstatus` (double opt-in) confirmed by the person: granted. Statuses that a HubSpot user, an
 *   import, a form without double opt-in or earlier behaviour has set are not
 *   (https://knowledge.hubspot.com/marketing-email/what-is-the-marketing-email-confirmation-status-contact-property).
 * - `hs_legal_basis` is the basis for storing and using the contact's data, set by employees, and no opt-in to
 *   messages (https://knowledge.hubspot.com/articles/kcs_article/contacts/how-can-i-track-lawful-basis-of-processing-in-hubspot):
 *   were it one, an edit of it would undo an unsubscription.
 * - `hs_marketable_status` says whether HubSpot bills for the contact. `hs_email_optout_<id>` is about one
 *   subscription type, not all marketing.
 */
export function consentFor(event: HubspotEvent, base: ChangeFields): ProductRecord | undefined {
  if (event.action !== 'propertyChange' || event.object !== 'contact') return undefined;
  const decision = decisionOf(event.property, event.value?.trim() ?? '');
  if (!decision) return undefined;
  return consentRecord({
    event_id: eventId('consent', base.event_id),
    occurred_at: base.occurred_at,
    received_at: base.received_at,
    source: base.source,
    identifiers: base.identifiers,
    purpose: 'marketing',
    channel: 'email',
    decision,
    legal_basis: 'consent',
    evidence: `HubSpot portal ${event.portalId}, contact ${event.objectId}, ${event.property}${event.changeSource ? ` (${event.changeSource})` : ''}`,
  });
}

function decisionOf(property: string, value: string): CrmConsents['decision'] | undefined {
  if (property === 'hs_email_optout' && value.toLowerCase() === 'true') return 'withdrawn';
  if (property === 'hs_emailconfirmationstatus' && CONFIRMED_BY_PERSON.has(value)) return 'granted';
  return undefined;
}
