// Lines of an NDJSON import to records of CRM changes and consents: for history, and for CRMs without webhooks.
import { isUtf8 } from 'node:buffer';
import { micros, type Outcome, type ProductRecord, type Rejection } from '@tideway/contracts';
import { defaultIdentifierRules, identifierKey, normaliseIdentifier, primaryIdentifier } from '@tideway/identifiers';
import { lineSchema, type ConsentLine, type ContactLine, type ContactReference, type DealLine, type ImportLine } from './import-format.js';
import type { CrmObject } from './property-names.js';
import { recordedValue } from './property-value.js';
import { changeRecord, consentRecord, eventId, type ChangeFields } from './records.js';

export interface ImportContext {
  /** Milliseconds. */
  receivedAt: number;
  /** E.g. `import:62515`. */
  source: string;
  /** The account in the CRM, for HubSpot its portal. */
  accountId: string;
  /** Set for an export of a HubSpot account: then ids identify and the stage has HubSpot's name, as in its webhooks. */
  platform?: 'hubspot';
  /** Names of properties whose values are recorded beside those that property-names.ts lists. */
  keptProperties?: ReadonlySet<string>;
}

const MAX_AHEAD_MS = 24 * 3_600_000;

/** Stops the work on a line; never leaves this file. */
class Refusal extends Error {
  constructor(readonly rejection: Rejection) { super(rejection.message); }
}

/**
 * The records of one line (bytes without the line break, 1-based number). NDJSON (https://github.com/ndjson/ndjson-spec),
 * each line an object by its `type`; see import-format.ts for every limit:
 *
 *     {"type":"contact","id":"9101","email":"jane@example.com","stage":"customer","properties":{"industry":"Retail"},"updated_at":"2026-11-21T09:30:00Z"}
 *     {"type":"deal","id":"77","contacts":[{"id":"9101"}],"stage":"closedwon","amount":"1500.00","currency":"EUR","updated_at":"2026-11-21T09:30:00Z"}
 *     {"type":"consent","contact":{"email":"jane@example.com"},"purpose":"marketing","channel":"email","decision":"granted","legal_basis":"consent","evidence":"form 12","decided_at":"2026-11-21T09:30:00Z"}
 *
 * A contact or deal gives a record per recorded property, each with all identifiers of the line; a deal also one per
 * contact, which links the two, and its other records carry the first contact's identifiers. Properties that
 * property-names.ts does not list give none. `deleted` gives the deletion alone. The ids of records are made of
 * account, object, property, time and value, so that the same file may be sent again. Placeholders such as
 * test@test.com are left out; an address or number that is none rejects the line. A blank line gives no records.
 * Never throws; a rejection names the line and the field.
 */
export function importLine(line: Buffer, lineNumber: number, ctx: ImportContext): Outcome {
  try {
    const parsed = parseLine(line);
    return { status: 'records', records: parsed ? recordsOf(parsed, ctx) : [] };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { code, field, message } = error.rejection;
    return { status: 'rejected', rejection: { code, field, message: `line ${lineNumber}${field ? `, ${field}` : ''}: ${message}` } };
  }
}

function refuse(code: string, field: string, message: string): never {
  throw new Refusal({ code, field, message });
}

function parseLine(line: Buffer): ImportLine | undefined {
  if (!isUtf8(line)) refuse('encoding', '', 'not UTF-8; save the file as UTF-8');
  // trim() also takes the byte order mark that some programs begin a file with.
  const text = line.toString('utf8').trim();
  if (text === '') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    refuse('json', '', 'not JSON; each line must be one whole JSON object');
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) refuse('format', '', 'not an object; each line must be one JSON object');
  const parsed = lineSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { path, message, code } = parsed.error.issues[0]!;
  return refuse(code === 'unrecognized_keys' ? 'unknown_field' : 'format', path.join('.'), message);
}

function recordsOf(line: ImportLine, ctx: ImportContext): ProductRecord[] {
  const [field, at] = line.type === 'consent' ? ['decided_at', line.decided_at] as const : ['updated_at', line.updated_at] as const;
  if (at > ctx.receivedAt + MAX_AHEAD_MS) refuse('range', field, 'is more than 24 hours in the future');
  if (line.type === 'contact') return contactRecords(line, ctx);
  return line.type === 'deal' ? dealRecords(line, ctx) : [consent(line, ctx)];
}

const isHubspot = (ctx: ImportContext) => ctx.platform === 'hubspot';

/** Builds the records of one contact or deal: what all of them share is bound here. */
function changesOf(line: ContactLine | DealLine, identifiers: Record<string, string>, ctx: ImportContext) {
  const object: Exclude<CrmObject, 'company'> = line.type;
  return (fields: Partial<ChangeFields>): ProductRecord => changeRecord(object, {
    event_id: eventId('import', ctx.accountId, object, line.id, fields.property ?? '', line.updated_at, fields.value ?? '', fields.change ?? '', ...fields.related_ids ?? []),
    occurred_at: line.updated_at,
    received_at: ctx.receivedAt,
    source: ctx.source,
    identifiers,
    account_id: ctx.accountId,
    object_id: line.id,
    change: 'updated',
    ...fields,
  });
}

function contactRecords(line: ContactLine, ctx: ImportContext): ProductRecord[] {
  const identifiers = identifiersOf(line, '', ctx);
  const change = changesOf(line, identifiers, ctx);
  if (line.deleted) return [change({ change: 'deleted' })];
  const records = [
    ...(['email_sha256', 'phone_sha256'] as const).flatMap((type) => {
      const value = identifiers[type];
      return value === undefined ? [] : [change({ property: type === 'email_sha256' ? 'email' : 'phone', value })];
    }),
    ...stageRecords(line, change, ctx),
    ...propertyRecords(line, change, ctx),
  ];
  // Without a recorded property the line still says that the contact is there, and who it is.
  return records.length > 0 ? records : [change({})];
}

function dealRecords(line: DealLine, ctx: ImportContext): ProductRecord[] {
  const own: Record<string, string> = isHubspot(ctx) ? { hubspot_deal_id: `${ctx.accountId}:${line.id}` } : {};
  const contacts = line.contacts.flatMap((contact, index) => {
    const identifiers = identifiersOf(contact, `contacts.${index}.`, ctx);
    const key = relatedKey(contact, identifiers, ctx);
    return key === undefined ? [] : [{ key, identifiers: { ...identifiers, ...own } }];
  });
  const change = changesOf(line, contacts[0]?.identifiers ?? own, ctx);
  if (line.deleted) return [change({ change: 'deleted' })];
  const records = [
    ...contacts.map(({ key, identifiers }) => change({ property: 'association', value: 'added', identifiers, related_ids: [key] })),
    ...stageRecords(line, change, ctx),
    ...line.amount === undefined ? [] : [change({ property: 'amount', value: line.amount, amount_micros: microsOf(line.amount), currency: line.currency! })],
    ...propertyRecords(line, change, ctx),
  ];
  return records.length > 0 ? records : [change({})];
}

function microsOf(amount: string): number {
  const result = micros(amount);
  if (result === 'type') return refuse('format', 'amount', 'must be a decimal number such as 1500.00, without thousands separators');
  if (result === 'range') return refuse('range', 'amount', 'is beyond 9,007,199,254, the largest amount that a record holds');
  return result;
}

type ChangeBuilder = ReturnType<typeof changesOf>;

/** HubSpot's name for the stage in a HubSpot account, so that imports and webhooks are one history. */
function stageRecords(line: ContactLine | DealLine, change: ChangeBuilder, ctx: ImportContext): ProductRecord[] {
  if (line.stage === undefined) return [];
  const property = isHubspot(ctx) ? { contact: 'lifecyclestage', deal: 'dealstage' }[line.type] : 'stage';
  const { value } = recordedValue(line.type, property, line.stage);
  if (!value) return refuse('format', 'stage', 'must be the name of a stage, without contact data');
  return [change({ change: 'stage_changed', property, value, stage: value })];
}

function propertyRecords(line: ContactLine | DealLine, change: ChangeBuilder, ctx: ImportContext): ProductRecord[] {
  return Object.entries(line.properties).flatMap(([property, raw]) => {
    const { value } = recordedValue(line.type, property, raw === null ? '' : String(raw), ctx.keptProperties);
    return value === null ? [] : [change({ property, value })];
  });
}

function consent(line: ConsentLine, ctx: ImportContext): ProductRecord {
  const identifiers = identifiersOf(line.contact, 'contact.', ctx);
  if (Object.keys(identifiers).length === 0) {
    return refuse('no_identifier', 'contact', 'names nobody: an email, phone or user_id that is no placeholder is needed (an id is enough in a HubSpot account)');
  }
  const who = Object.keys(identifiers).sort().flatMap((type) => [type, identifiers[type]!]);
  return consentRecord({
    event_id: eventId('import', ctx.accountId, 'consent', ...who, line.purpose, line.channel, line.decision, line.legal_basis, line.decided_at),
    occurred_at: line.decided_at,
    received_at: ctx.receivedAt,
    source: ctx.source,
    identifiers,
    purpose: line.purpose,
    channel: line.channel,
    decision: line.decision,
    legal_basis: line.legal_basis,
    evidence: line.evidence ?? null,
  });
}

/** Blocked values are left out; others that are none refuse the line. `at` is where the contact stands in it. */
function identifiersOf(contact: ContactReference, at: string, ctx: ImportContext): Record<string, string> {
  const candidates: [field: string, type: string, raw: string | undefined][] = [
    ['id', 'hubspot_contact_id', isHubspot(ctx) && contact.id !== undefined ? `${ctx.accountId}:${contact.id}` : undefined],
    ['email', 'email_sha256', contact.email],
    ['phone', 'phone_sha256', contact.phone],
    ['user_id', 'user_id', contact.user_id],
  ];
  return Object.fromEntries(candidates.flatMap(([field, type, raw]) => {
    if (raw === undefined) return [];
    const normalised = normaliseIdentifier(type, raw);
    if (normalised.ok) return [[type, normalised.value]];
    return normalised.code === 'blocked' ? [] : refuse('identifier', `${at}${field}`, normalised.message);
  }));
}

/** The contact as `type:id`, or as its strongest identifier where the line does not say its id; undefined for a placeholder. */
function relatedKey(contact: ContactReference, identifiers: Record<string, string>, ctx: ImportContext): string | undefined {
  if (contact.id !== undefined) return `${isHubspot(ctx) ? 'hubspot_contact_id' : 'contact'}:${ctx.accountId}:${contact.id}`;
  const primary = primaryIdentifier(identifiers, defaultIdentifierRules());
  return primary && identifierKey(...primary);
}
