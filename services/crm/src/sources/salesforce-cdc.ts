// Change events of Salesforce's Change Data Capture to change and consent records.
import { micros, type Outcome, type ProductRecord } from '@tideway/contracts';
import { SALESFORCE, type CrmObject } from './property-names.js';
import { recordedValue } from './property-value.js';
import { changeRecord, consentRecord, eventId, type ChangeFields } from './records.js';
import { RECORD_ID, parseSalesforceEvent, type SalesforceEvent } from './salesforce-event.js';

export interface SalesforceContext {
  /** Milliseconds. */
  receivedAt: number;
  /** Id of the org; events do not name it. */
  accountId: string;
  /** Names of fields whose values are recorded beside those that property-names.ts lists. */
  keptProperties?: ReadonlySet<string>;
}

/** Most events in one request. */
export const MAX_SALESFORCE_EVENTS = 500;

/** Who changed what when, in every event, and nothing about the object. */
const SYSTEM_FIELDS: ReadonlySet<string> = new Set(['Id', 'CreatedDate', 'CreatedById', 'LastModifiedDate', 'LastModifiedById', 'SystemModstamp', 'LastViewedDate', 'LastReferencedDate']);
const STAGE_FIELD: Record<string, string> = { Lead: 'Status', Opportunity: 'StageName' };
/** Fields that hold the id of another record. */
const REFERENCES: ReadonlyMap<string, string> = new Map([
  ['AccountId', 'salesforce_account_id'], ['ContactId', 'salesforce_contact_id'], ['ParentId', 'salesforce_account_id'],
  ['ConvertedAccountId', 'salesforce_account_id'], ['ConvertedContactId', 'salesforce_contact_id'], ['ConvertedOpportunityId', 'salesforce_opportunity_id'],
]);
/** References by which a record belongs to a person: the contact that a lead became, the contact of an opportunity. */
const LINKS: ReadonlySet<string> = new Set(['ConvertedContactId', 'ContactId']);
const OPT_OUTS: ReadonlyMap<string, 'email' | 'phone'> = new Map([['HasOptedOutOfEmail', 'email'], ['DoNotCall', 'phone']]);

interface Change {
  property: string;
  value: string | null;
  relatedId?: string;
}

/**
 * The records of one change event (https://developer.salesforce.com/docs/atlas.en-us.change_data_capture.meta/change_data_capture/cdc_event_fields_header.htm):
 * of Contact and Lead crm.contact-changes, of Opportunity crm.deal-changes, of Account crm.company-changes; other entities give none.
 *
 * - One record per changed field and record id, under an id made of transactionKey, sequenceNumber, record id and field.
 *   A creation has one for itself, and one for each field with a recorded value; an undeletion counts as a creation.
 * - E-mail address and mobile number identify the contact or lead on all records of the event, unless the event is about several
 *   records: a mass update that gave them one address does not make one person of them.
 * - A converted lead carries its contact's identifier as well, which links the two; so does an opportunity with a contact.
 * - HasOptedOutOfEmail and DoNotCall, when set, withdraw marketing by e-mail and by phone; unset they grant nothing.
 * - Gap and overflow events, record ids with a wildcard and bitmaps instead of field names are quarantined; what is no change
 *   event at all is rejected.
 */
export function salesforceChange(message: unknown, ctx: SalesforceContext): Outcome {
  const parsed = parseSalesforceEvent(message);
  if (parsed.kind === 'unknown') {
    return { status: 'rejected', rejection: { code: 'required', field: 'ChangeEventHeader', message: 'ChangeEventHeader is required: a change event of Salesforce is expected, or its payload' } };
  }
  if (parsed.kind === 'ignored') return { status: 'records', records: [] };
  if (parsed.kind === 'invalid') return { status: 'quarantined', product: `crm.${parsed.object}-changes`, rejection: parsed.rejection };
  const { event } = parsed;
  const { changes, identifiers } = changesOf(event, ctx);
  return { status: 'records', records: event.recordIds.flatMap((id) => recordsOf(event, id, changes, identifiers, ctx)) };
}

/** What is recorded of the changed fields, and whom they identify. */
function changesOf(event: SalesforceEvent, ctx: SalesforceContext): { changes: Change[]; identifiers: Record<string, string> } {
  const identifiers: Record<string, string> = {};
  const changes: Change[] = [];
  for (const [property, raw] of event.fields) {
    if (SYSTEM_FIELDS.has(property)) continue;
    const reference = REFERENCES.get(property);
    if (reference && raw !== undefined && RECORD_ID.test(raw)) {
      changes.push({ property, value: raw, relatedId: `${reference}:${ctx.accountId}:${raw}` });
      if (LINKS.has(property)) identifiers[reference] = `${ctx.accountId}:${raw}`;
      continue;
    }
    const { value, identifier } = raw === undefined ? { value: null } : recordedValue(event.object, property, raw, ctx.keptProperties, SALESFORCE);
    if (identifier) identifiers[identifier[0]] ??= identifier[1];
    changes.push({ property, value });
  }
  return { changes, identifiers: event.recordIds.length === 1 ? identifiers : {} };
}

function recordsOf(event: SalesforceEvent, id: string, changes: Change[], identifiers: Record<string, string>, ctx: SalesforceContext): ProductRecord[] {
  const { object, transactionKey, sequenceNumber } = event;
  const idOf = (...what: string[]) => eventId('salesforce', ctx.accountId, transactionKey, sequenceNumber, id, ...what);
  const base = {
    occurred_at: event.committedAt,
    received_at: ctx.receivedAt,
    source: `salesforce:${ctx.accountId}`,
    identifiers: { [event.idType]: `${ctx.accountId}:${id}`, ...identifiers },
    account_id: ctx.accountId,
    object_id: id,
    change: 'updated' as const,
  };
  const isNew = event.change === 'CREATE' || event.change === 'UNDELETE';
  const records: ProductRecord[] = [];
  if (event.change !== 'UPDATE') records.push(changeRecord(object, { ...base, event_id: idOf(event.change, ''), change: isNew ? 'created' : 'deleted' }));
  for (const { property, value, relatedId } of changes) {
    // What a new record has in a field that is not recorded says nothing.
    if (isNew && value === null) continue;
    const event_id = idOf('field', property);
    records.push(changeRecord(object, {
      ...base, event_id, property, value,
      ...stageFields(event.entity, property, value), ...moneyFields(object, property, value, event), ...(relatedId ? { related_ids: [relatedId] } : {}),
    }));
    const channel = object === 'contact' && value === 'true' ? OPT_OUTS.get(property) : undefined;
    if (channel) records.push(withdrawal(channel, event, id, property, { ...base, event_id }));
  }
  return records;
}

function stageFields(entity: string, property: string, value: string | null): Partial<ChangeFields> {
  return value && STAGE_FIELD[entity] === property ? { change: 'stage_changed', stage: value } : {};
}

/** An amount is in the event's currency where it names one; orgs with a single currency do not. */
function moneyFields(object: CrmObject, property: string, value: string | null, event: SalesforceEvent): Partial<ChangeFields> {
  if (object !== 'deal' || !value || (property !== 'Amount' && property !== 'CurrencyIsoCode')) return {};
  const code = event.fields.get('CurrencyIsoCode');
  const currency = code !== undefined && /^[A-Z]{3}$/.test(code) ? code : null;
  if (property === 'CurrencyIsoCode') return { currency };
  const amount = micros(value);
  return { amount_micros: typeof amount === 'number' ? amount : null, currency };
}

function withdrawal(channel: 'email' | 'phone', event: SalesforceEvent, id: string, property: string, base: ChangeFields): ProductRecord {
  return consentRecord({
    event_id: eventId('consent', base.event_id),
    occurred_at: base.occurred_at,
    received_at: base.received_at,
    source: base.source,
    identifiers: base.identifiers,
    purpose: 'marketing',
    channel,
    decision: 'withdrawn',
    legal_basis: 'consent',
    evidence: `Salesforce org ${base.account_id}, ${event.entity} ${id}, ${property}`,
  });
}
