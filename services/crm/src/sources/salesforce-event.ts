// Salesforce's change events read into one shape, whichever way a relay wrapped them.
import { TIMESTAMP_RANGE, type Rejection } from '@tideway/contracts';
import { z } from 'zod';
import type { CrmObject } from './property-names.js';
import { textOf } from './property-value.js';

/** What becomes of the entities that products are made of; other entities may arrive on a channel that has several. */
const ENTITIES: ReadonlyMap<string, { object: CrmObject; id: string }> = new Map([
  ['Contact', { object: 'contact', id: 'salesforce_contact_id' }],
  ['Lead', { object: 'contact', id: 'salesforce_lead_id' }],
  ['Opportunity', { object: 'deal', id: 'salesforce_opportunity_id' }],
  ['Account', { object: 'company', id: 'salesforce_account_id' }],
]);
const MAX_FIELDS = 1_000;
/** Records that one event may become: its record ids times its fields. */
const MAX_CHANGES = 5_000;
export const RECORD_ID = /^[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?$/;
/** Names of the Pub/Sub API's changedFields as they come over the wire: bits, not names. */
const BITMAP = /^(?:\d+-)?0x[0-9A-Fa-f]*$/;

const fieldNames = z.array(z.string().min(1).max(256)).max(MAX_FIELDS).nullish().transform((names) => names ?? []);
const headerSchema = z.object({
  entityName: z.string().min(1).max(100),
  recordIds: z.array(z.string().max(18)).min(1),
  changeType: z.string().max(40),
  transactionKey: z.string().min(1).max(100),
  sequenceNumber: z.int().nonnegative(),
  commitTimestamp: z.int().refine((ms) => ms >= TIMESTAMP_RANGE[0] && ms <= TIMESTAMP_RANGE[1], { error: 'is outside of 1970 to 2100' }),
  changedFields: fieldNames,
  nulledFields: fieldNames,
  diffFields: fieldNames,
});

export interface SalesforceEvent {
  object: CrmObject;
  entity: string;
  /** Type of identifier of the records, e.g. `salesforce_contact_id`. */
  idType: string;
  recordIds: string[];
  change: 'CREATE' | 'UPDATE' | 'DELETE' | 'UNDELETE';
  transactionKey: string;
  sequenceNumber: number;
  /** Milliseconds. */
  committedAt: number;
  /** Path of each changed field, such as `Email` or `MailingAddress.Country`: '' where it was cleared, undefined where its value is not sent whole. */
  fields: Map<string, string | undefined>;
}

/** `ignored`: of an entity that no product is made of. `unknown`: no change event at all. */
export type ParsedSalesforce =
  | { kind: 'event'; event: SalesforceEvent } | { kind: 'ignored' } | { kind: 'unknown' }
  | { kind: 'invalid'; object: CrmObject; rejection: Rejection };

type Fields = Record<string, unknown>;
const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Reads a change event as CometD delivers it (`{"data": {"schema", "payload", "event"}}` or that inside of `data`) or as a
 * client of the Pub/Sub API decodes it (`{"replayId", "payload"}`, or the payload alone, in which fields that did not
 * change are null). Field names of changedFields must have been decoded: over the wire they are bitmaps.
 * https://developer.salesforce.com/docs/atlas.en-us.change_data_capture.meta/change_data_capture/cdc_message_structure.htm
 */
export function parseSalesforceEvent(message: unknown): ParsedSalesforce {
  const payload = payloadOf(message);
  if (!payload) return { kind: 'unknown' };
  const rawHeader = payload['ChangeEventHeader'];
  const entityName = isObject(rawHeader) ? rawHeader['entityName'] : undefined;
  const known = typeof entityName === 'string' ? ENTITIES.get(entityName) : undefined;
  if (typeof entityName === 'string' && !known) return { kind: 'ignored' };
  const object = known?.object ?? 'contact';
  const parsed = headerSchema.safeParse(rawHeader);
  if (!parsed.success) {
    const { path, message: text } = parsed.error.issues[0]!;
    return invalid(object, 'type', path.join('.'), text);
  }
  const header = parsed.data;
  const gap = gapOf(header);
  if (gap) return invalid(object, ...gap);
  const { changeType: change, recordIds, transactionKey, sequenceNumber, commitTimestamp: committedAt } = header;
  if (change !== 'CREATE' && change !== 'UPDATE' && change !== 'DELETE' && change !== 'UNDELETE') {
    return invalid(object, 'enum', 'changeType', 'is none of CREATE, UPDATE, DELETE, UNDELETE and GAP_*');
  }
  if (header.changedFields.some((name) => BITMAP.test(name))) {
    return invalid(object, 'encoded_fields', 'changedFields', 'is a bitmap, as the Pub/Sub API sends it: the relay has to decode it to field names with the event\'s schema');
  }
  const fields = change === 'DELETE' ? new Map<string, string | undefined>() : changesIn(payload, header, change);
  if (recordIds.length * (fields.size + 1) > MAX_CHANGES) return invalid(object, 'too_many', 'recordIds', `times the changed fields are more than ${MAX_CHANGES} changes`);
  return { kind: 'event', event: { object, entity: header.entityName, idType: known!.id, recordIds, change, transactionKey, sequenceNumber, committedAt, fields } };
}

function payloadOf(message: unknown): Fields | undefined {
  let value = message;
  for (const wrapper of ['data', 'payload']) if (isObject(value) && !('ChangeEventHeader' in value) && wrapper in value) value = value[wrapper];
  return isObject(value) && 'ChangeEventHeader' in value ? value : undefined;
}

type Header = z.infer<typeof headerSchema>;

/** Events that say that something changed, but not what: somebody has to read the records in Salesforce. */
function gapOf({ changeType, entityName, recordIds }: Header): [code: string, field: string, message: string] | undefined {
  if (changeType === 'GAP_OVERFLOW') return ['gap_overflow', 'changeType', `Salesforce left out changes of ${entityName} in a transaction of over 100,000: import the ${entityName} records that changed since`];
  if (changeType.startsWith('GAP_')) return ['gap', 'changeType', `Salesforce could not say what changed (${changeType}): import these ${entityName} records`];
  if (recordIds.some((id) => !RECORD_ID.test(id))) return ['wildcard', 'recordIds', `names no single records (such as 003*, after a field's type was changed): import the ${entityName} records`];
  return undefined;
}

/**
 * An update has the fields that its header names; what else is in the body did not change (enrichment). Other events have all
 * fields that are not empty.
 */
function changesIn(payload: Fields, header: Header, change: SalesforceEvent['change']): Map<string, string | undefined> {
  const named = new Set([...header.changedFields, ...header.nulledFields, ...header.diffFields]);
  if (change !== 'UPDATE' || named.size === 0) return filledFields(payload);
  const partial = new Set(header.diffFields);
  const nulled = new Set(header.nulledFields);
  return new Map([...named].map((path) => [path, partial.has(path) ? undefined : nulled.has(path) ? '' : textOf(valueAt(payload, path))]));
}

function filledFields(payload: Fields): Map<string, string | undefined> {
  const fields = new Map<string, string | undefined>();
  for (const [name, value] of Object.entries(payload)) {
    if (name === 'ChangeEventHeader' || value === null) continue;
    const parts = isObject(value) ? Object.entries(value).map(([part, inner]) => [`${name}.${part}`, inner] as const) : [[name, value] as const];
    for (const [path, inner] of parts) if (inner !== null && fields.size < MAX_FIELDS) fields.set(path, textOf(inner));
  }
  return fields;
}

function valueAt(payload: Fields, path: string): unknown {
  const dot = path.indexOf('.');
  const name = dot < 0 ? path : path.slice(0, dot);
  const value = Object.hasOwn(payload, name) ? payload[name] : undefined;
  if (dot < 0) return value;
  const part = path.slice(dot + 1);
  return isObject(value) && Object.hasOwn(value, part) ? value[part] : value === null ? null : undefined;
}

function invalid(object: CrmObject, code: string, field: string, message: string): ParsedSalesforce {
  const path = ['ChangeEventHeader', field].filter(Boolean).join('.');
  return { kind: 'invalid', object, rejection: { code, field: path, message: `${path} ${message}` } };
}
