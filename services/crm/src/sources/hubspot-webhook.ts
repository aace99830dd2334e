// HubSpot's webhook events of contacts, deals and companies to records of changes, consents and interactions.
import { micros, type CrmInteractions, type Outcome, type ProductRecord } from '@tideway/contracts';
import { consentFor } from './hubspot-consent.js';
import { parseHubspotEvent, type AssociationEnd, type HubspotEvent } from './hubspot-event.js';
import type { CrmObject } from './property-names.js';
import { recordedValue } from './property-value.js';
import { changeRecord, eventId, interactionRecord, type ChangeFields } from './records.js';

export interface HubspotContext {
  /** Milliseconds. */
  receivedAt: number;
  /** Names of properties whose values are recorded beside those that property-names.ts lists. */
  keptProperties?: ReadonlySet<string>;
}

/** Most events in one request (https://developers.hubspot.com/docs/api/webhooks). */
export const MAX_EVENTS = 100;
const INTERACTIONS: ReadonlyMap<string, CrmInteractions['kind']> = new Map([['ticket', 'ticket'], ['call', 'call'], ['meeting', 'meeting']]);
const STAGE_PROPERTY: Record<CrmObject, string> = { contact: 'lifecyclestage', deal: 'dealstage', company: 'lifecyclestage' };

/**
 * The records of one event of a request's array (https://developers.hubspot.com/docs/api/webhooks).
 *
 * Events of other objects than contacts, deals and companies give no records. Whatever is unreadable is quarantined, never
 * rejected: HubSpot cannot mend it, and would resend the whole request with its good events for a day.
 * - A restored object counts as created. A deletion for privacy is a `deleted` change with the property
 *   `privacyDeletion`: the person has to be forgotten, not only taken off the list.
 * - A merge is about the primary object; `related_ids` are the objects merged into it and, where HubSpot made a new
 *   object of them, the new one.
 * - An association of a deal and a contact is an `updated` change of the deal with the property `association` and the
 *   value `added` or `removed`. Only when added does it carry both identifiers, as that links them. An association with
 *   a company is a change of the company as well, and one that adds a ticket, call or meeting to a contact is that
 *   person's interaction: the one event of these objects that says whose they are.
 * - `amount_micros` is null where the amount is no number or beyond 9 billion; `value` has it as text. HubSpot does
 *   not say the currency with it.
 */
export function hubspotEvent(payload: unknown, ctx: HubspotContext): Outcome {
  const parsed = parseHubspotEvent(payload);
  if (parsed.kind === 'ignored') return { status: 'records', records: [] };
  if (parsed.kind === 'invalid') return { status: 'quarantined', product: `crm.${parsed.object}-changes`, rejection: parsed.rejection };
  const { event } = parsed;
  const base = baseFields(event, ctx);
  if (event.action === 'propertyChange') return { status: 'records', records: propertyChange(event, base, ctx) };
  if (event.action === 'associationChange') return { status: 'records', records: associationChange(event, base) };
  if (event.action === 'merge') {
    const related_ids = event.mergedIds.map((id) => hubspotKey(event.portalId, { type: event.object, id }));
    return { status: 'records', records: [changeRecord(event.object, { ...base, change: 'merged', related_ids })] };
  }
  return { status: 'records', records: [changeRecord(event.object, { ...base, ...lifecycleFields(event.action) })] };
}

function lifecycleFields(action: 'creation' | 'deletion' | 'privacyDeletion' | 'restore'): Pick<ChangeFields, 'change' | 'property'> {
  if (action === 'deletion') return { change: 'deleted' };
  return action === 'privacyDeletion' ? { change: 'deleted', property: action } : { change: 'created' };
}

function baseFields(event: HubspotEvent, ctx: HubspotContext): ChangeFields {
  return {
    event_id: eventId(...identityOf(event)),
    occurred_at: event.occurredAt,
    received_at: ctx.receivedAt,
    source: `hubspot:${event.portalId}`,
    identifiers: { [`hubspot_${event.object}_id`]: `${event.portalId}:${event.objectId}` },
    account_id: event.portalId,
    object_id: event.objectId,
    change: 'updated',
  };
}

/**
 * What makes an event itself: eventId alone is not unique. `contact.*` and `object.*` subscriptions count as one, and
 * attemptNumber does not count, so that a resend keeps its id.
 */
function identityOf(event: HubspotEvent): (string | number | boolean)[] {
  const parts = ['hubspot', event.portalId, `${event.object}.${event.action}`, event.eventId, event.objectId, event.occurredAt];
  if (event.action === 'propertyChange') return [...parts, event.property];
  if (event.action === 'associationChange') return [...parts, event.other.type, event.other.id, event.removed];
  if (event.action === 'merge') return [...parts, ...event.mergedIds];
  return parts;
}

type PropertyChange = Extract<HubspotEvent, { action: 'propertyChange' }>;
type AssociationChange = Extract<HubspotEvent, { action: 'associationChange' }>;

function propertyChange(event: PropertyChange, base: ChangeFields, ctx: HubspotContext): ProductRecord[] {
  const { object, property } = event;
  const { value, identifier } = event.value === undefined ? { value: null } : recordedValue(object, property, event.value, ctx.keptProperties);
  const fields: ChangeFields = { ...base, property, value };
  if (identifier) fields.identifiers = { ...base.identifiers, [identifier[0]]: identifier[1] };
  if (property === STAGE_PROPERTY[object] && value) Object.assign(fields, { change: 'stage_changed', stage: value });
  if (object === 'deal' && value) Object.assign(fields, moneyFields(property, value));
  const consent = consentFor(event, base);
  return [changeRecord(object, fields), ...consent ? [consent] : []];
}

function moneyFields(property: string, value: string): Pick<ChangeFields, 'amount_micros' | 'currency'> {
  if (property === 'deal_currency_code') return { currency: /^[A-Z]{3}$/.test(value) ? value : null };
  if (property !== 'amount') return {};
  const result = micros(value);
  return { amount_micros: typeof result === 'number' ? result : null };
}

function associationChange(event: AssociationChange, base: ChangeFields): ProductRecord[] {
  const { object, other, portalId, removed } = event;
  const links = !removed && object === 'deal' && other.type === 'contact';
  const fields = { ...base, property: 'association', value: removed ? 'removed' : 'added' };
  const changes = [changeRecord(object, {
    ...fields,
    identifiers: links ? { ...base.identifiers, hubspot_contact_id: `${portalId}:${other.id}` } : base.identifiers,
    related_ids: [hubspotKey(portalId, other)],
  })];
  if (other.type === 'company') {
    const related_ids = [hubspotKey(portalId, { type: object, id: event.objectId })];
    changes.push(changeRecord('company', { ...fields, event_id: eventId('company', base.event_id), object_id: other.id, related_ids }));
  }
  const kind = object === 'contact' && !removed ? INTERACTIONS.get(other.type) : undefined;
  return kind ? [...changes, interaction(event, kind, base)] : changes;
}

/** Its id is made of the two objects: they are associated from either end, and each end tells of it. */
function interaction(event: AssociationChange, kind: CrmInteractions['kind'], { received_at, source, identifiers }: ChangeFields): ProductRecord {
  const { portalId, objectId, other, occurredAt } = event;
  return interactionRecord({
    event_id: eventId('hubspot', portalId, 'interaction', kind, other.id, objectId),
    occurred_at: occurredAt, received_at, source, identifiers, account_id: portalId, object_id: other.id, kind,
  });
}

/** `hubspot_contact_id:62515:123`; the ids of types without a name here are in it as they are. */
function hubspotKey(portalId: string, { type, id }: AssociationEnd): string {
  return `hubspot_${type}_id:${portalId}:${id}`;
}
