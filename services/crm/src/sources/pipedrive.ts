// Webhooks of Pipedrive to change, consent and interaction records.
import { micros, type CrmInteractions, type Outcome, type ProductRecord } from '@tideway/contracts';
import { normaliseIdentifier } from '@tideway/identifiers';
import { flattened, isObject, parsePipedriveEvent, type JsonObject, type PipedriveEntity, type PipedriveEvent } from './pipedrive-event.js';
import { PIPEDRIVE, type CrmObject } from './property-names.js';
import { recordedValue, textOf } from './property-value.js';
import { changeRecord, consentRecord, eventId, interactionRecord, type ChangeFields } from './records.js';

export interface PipedriveContext {
  /** Milliseconds. */
  receivedAt: number;
  /** E.g. `pipedrive:shop`. */
  source: string;
  /** Names of fields whose values are recorded beside those that property-names.ts lists. */
  keptProperties?: ReadonlySet<string>;
}

/** Who changed what when, and counts and times of other objects: nothing about this one. */
const SYSTEM_FIELD = /^(?:id|company_id|add_time|update_time|update_user_id|stage_change_time|custom_fields|(?:next|last)_activity_.+|last_(?:incoming|outgoing)_mail_time|.+_count|(?:formatted|weighted)_.+|stage_order_nr)$/;
/** Fields that hold the id of another object. */
const REFERENCES: ReadonlyMap<string, CrmObject> = new Map([['person_id', 'contact'], ['org_id', 'company']]);
const OWN_NAMES: Record<CrmObject, string> = { contact: 'person', deal: 'deal', company: 'organization' };
/** Pipedrive's own types of activities (https://developers.pipedrive.com/docs/api/v1/ActivityTypes) in which people meet; tasks, deadlines and types that a company adds are none. */
const KINDS: ReadonlyMap<unknown, CrmInteractions['kind']> = new Map<unknown, CrmInteractions['kind']>([['call', 'call'], ['meeting', 'meeting'], ['lunch', 'meeting'], ['email', 'email']]);

/**
 * The records of one webhook: of persons crm.contact-changes, of deals crm.deal-changes, of organizations
 * crm.company-changes, of activities crm.interactions; other entities give none. Formats: pipedrive-event.ts.
 *
 * - One record per changed field, a creation has one for itself and one for each field with a recorded value.
 * - A person's primary e-mail address and first number labelled mobile identify on all records of the event, unless one edit
 *   changed many persons. A deal carries its person's identifier.
 * - The stage of a deal is `won` or `lost` once it is, its stage_id until then.
 * - marketing_status `unsubscribed`, and a fall from subscribed to no_consent, withdraw marketing by e-mail. `subscribed`
 *   grants nothing: users and imports set it, for the person.
 * - An activity counts when it is done, at the time when it was marked so, once for each person in it.
 * - What has no `meta` with an entity is rejected; webhooks that cannot be read are quarantined: Pipedrive cannot mend them.
 */
export function pipedriveEvent(payload: unknown, ctx: PipedriveContext): Outcome {
  const parsed = parsePipedriveEvent(payload);
  if (parsed.kind === 'unknown') return { status: 'rejected', rejection: { code: 'required', field: parsed.field, message: `${parsed.field} is required: a webhook of Pipedrive is expected, with meta, data and previous` } };
  if (parsed.kind === 'ignored') return { status: 'records', records: [] };
  if (parsed.kind === 'invalid') return { status: 'quarantined', product: productOf(parsed.entity), rejection: parsed.rejection };
  const { event } = parsed;
  return { status: 'records', records: event.entity === 'activity' ? interactions(event, ctx) : changes(event, event.entity, ctx) };
}

const productOf = (entity: PipedriveEntity) => (entity === 'activity' ? 'crm.interactions' as const : `crm.${entity}-changes` as const);
const keyOf = (object: CrmObject, companyId: string, id: string) => `pipedrive_${OWN_NAMES[object]}_id:${companyId}:${id}`;

/** The id in a reference; version 1 may send the object that has it as `value`. Undefined where there is none. */
function idIn(value: unknown): string | undefined {
  const id = textOf(isObject(value) ? value['value'] : value);
  return id !== undefined && /^\d{1,20}$/.test(id) ? id : undefined;
}

function changes(event: PipedriveEvent, object: CrmObject, ctx: PipedriveContext): ProductRecord[] {
  const { action, companyId, objectId, identity, occurredAt, data, mergedId } = event;
  const idOf = (...what: string[]) => eventId('pipedrive', companyId, ...identity, ...what);
  const base: ChangeFields = {
    event_id: '', occurred_at: occurredAt, received_at: ctx.receivedAt, source: ctx.source,
    identifiers: identifiersOf(event, object), account_id: companyId, object_id: objectId, change: 'updated',
  };
  const merged = mergedId === undefined ? [] : [keyOf(object, companyId, mergedId)];
  if (action === 'delete') return [changeRecord(object, { ...base, event_id: idOf('delete'), change: 'deleted', related_ids: merged })];
  const isNew = action === 'create';
  const records: ProductRecord[] = [];
  if (isNew) records.push(changeRecord(object, { ...base, event_id: idOf('create'), change: 'created' }));
  if (action === 'merge') records.push(changeRecord(object, { ...base, event_id: idOf('merge'), change: 'merged', related_ids: merged }));
  const fields = flattened(data);
  for (const property of isNew ? fields.keys() : event.changed.keys()) {
    if (SYSTEM_FIELD.test(property)) continue;
    const text = fieldText(property, fields.get(property) ?? null);
    const { value } = text === undefined ? { value: null } : recordedValue(object, property, text, ctx.keptProperties, PIPEDRIVE);
    // What a new object has in a field that is empty or not recorded says nothing.
    if (isNew && !value) continue;
    const record = { ...base, event_id: idOf('field', property), property, value, ...detailsOf(object, property, event) };
    records.push(changeRecord(object, record));
    if (object === 'contact' && property === 'marketing_status' && isWithdrawal(value, event.changed.get(property))) records.push(withdrawal(record));
  }
  return records;
}

function identifiersOf({ companyId, objectId, data, isBulk, action }: PipedriveEvent, object: CrmObject): Record<string, string> {
  if (object === 'company') return {};
  const own = { [`pipedrive_${OWN_NAMES[object]}_id`]: `${companyId}:${objectId}` };
  if (action === 'delete') return own;
  if (object === 'deal') {
    const person = idIn(data['person_id']);
    return person === undefined ? own : { ...own, pipedrive_person_id: `${companyId}:${person}` };
  }
  if (isBulk) return own;
  const email = fieldText('emails', data['emails'] ?? data['email']);
  const mobile = entriesOf(data['phones'] ?? data['phone']).find(({ label }) => label === 'mobile')?.['value'];
  return { ...own, ...identifier('email_sha256', email), ...identifier('phone_sha256', mobile) };
}

function identifier(type: string, raw: unknown): Record<string, string> {
  const normalised = typeof raw === 'string' ? normaliseIdentifier(type, raw) : undefined;
  return normalised?.ok ? { [type]: normalised.value } : {};
}

const entriesOf = (value: unknown): JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : []);

/** A field's value as text: of addresses and numbers the primary one, of labels their ids, of a custom field its value or the id of what it names; undefined for others. */
function fieldText(property: string, value: unknown): string | undefined {
  if (Array.isArray(value)) {
    if (value.length === 0) return '';
    const entries = entriesOf(value);
    if (entries.length > 0) return textOf((entries.find(({ primary }) => primary === true) ?? entries[0]!)['value']);
    return value.every(Number.isSafeInteger) ? value.join(',') : undefined;
  }
  if (!isObject(value)) return textOf(value);
  return REFERENCES.has(property) ? idIn(value) : textOf(value['value'] ?? value['id']);
}

/** What a record says beside the property and its value: the stage, the amount, the other object. */
function detailsOf(object: CrmObject, property: string, { data, companyId }: PipedriveEvent): Partial<ChangeFields> {
  const related = REFERENCES.get(property);
  const id = related && idIn(data[property]);
  if (related && id !== undefined) return { related_ids: [keyOf(related, companyId, id)] };
  if (object !== 'deal') return {};
  if (property === 'stage_id' || property === 'status') {
    const { status } = data;
    const stage = status === 'won' || status === 'lost' ? status : idIn(data['stage_id']);
    return stage === undefined ? {} : { change: 'stage_changed', stage };
  }
  const currency = typeof data['currency'] === 'string' && /^[A-Z]{3}$/.test(data['currency']) ? data['currency'] : null;
  if (property === 'currency') return { currency };
  if (property !== 'value') return {};
  const amount = micros(textOf(data['value']) ?? '');
  return { amount_micros: typeof amount === 'number' ? amount : null, currency };
}

/** New persons have no_consent, which takes back nothing; who was subscribed until now has taken it back. */
function isWithdrawal(status: string | null, before: unknown): boolean {
  return status === 'unsubscribed' || (status === 'no_consent' && (before === 'subscribed' || before === 'archived'));
}

function withdrawal({ event_id, occurred_at, received_at, source, identifiers, account_id, object_id, value }: ChangeFields): ProductRecord {
  return consentRecord({
    event_id: eventId('consent', event_id), occurred_at, received_at, source, identifiers, purpose: 'marketing', channel: 'email', decision: 'withdrawn', legal_basis: 'consent',
    evidence: `Pipedrive company ${account_id}, person ${object_id}, marketing_status ${value}`,
  });
}

/** Its id is made of the activity and the person: what is marked as done again is still one meeting. */
function interactions({ action, companyId, objectId, occurredAt, data, changed }: PipedriveEvent, ctx: PipedriveContext): ProductRecord[] {
  const kind = KINDS.get(data['type']);
  if (!kind || !isDone(data['done']) || action === 'delete' || (action !== 'create' && !changed.has('done'))) return [];
  const deal = idIn(data['deal_id']);
  const persons = new Set([idIn(data['person_id']), ...entriesOf(data['participants']).map((participant) => idIn(participant['person_id']))]);
  persons.delete(undefined);
  return ([...persons] as string[]).map((person) => interactionRecord({
    event_id: eventId('pipedrive', companyId, 'interaction', objectId, person),
    occurred_at: occurredAt, received_at: ctx.receivedAt, source: ctx.source,
    identifiers: { pipedrive_person_id: `${companyId}:${person}` }, account_id: companyId, object_id: objectId, kind,
    subject_id: deal === undefined ? null : keyOf('deal', companyId, deal), duration_s: seconds(data['duration']),
  }));
}

const isDone = (value: unknown) => value === true || value === 1;

/** `00:30` or `00:30:00`, in version 2 within an object; null where there is none. */
function seconds(duration: unknown): number | null {
  const [, hours, minutes, rest = '0'] = /^(\d{1,3}):(\d{2})(?::(\d{2}))?$/.exec(String((isObject(duration) ? duration['value'] : duration) ?? '')) ?? [];
  return hours === undefined ? null : Number(hours) * 3_600 + Number(minutes) * 60 + Number(rest);
}
