// The records of one line of an import, whichever file format it came in.
import { micros, type Outcome, type ProductRecord, type Rejection } from '@tideway/contracts';
import { defaultIdentifierRules, identifierKey, normaliseIdentifier, primaryIdentifier } from '@tideway/identifiers';
import { lineSchema, type ConsentLine, type ContactLine, type ContactReference, type DealLine, type ImportLine, type InteractionLine } from './import-format.js';
import type { CrmObject } from './property-names.js';
import { mayHoldContactData, recordedValue } from './property-value.js';
import { changeRecord, consentRecord, eventId, interactionRecord, type ChangeFields } from './records.js';

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

/** Stops the work on a line; `rejectedLine` makes an outcome of it. */
class Refusal extends Error {
  constructor(readonly rejection: Rejection) { super(rejection.message); }
}

export function refuse(code: string, field: string, message: string): never {
  throw new Refusal({ code, field, message });
}

/** The rejection that a Refusal is, with the number of its line; throws any other error on. */
export function rejectedLine(error: unknown, lineNumber: number): Outcome {
  if (!(error instanceof Refusal)) throw error;
  const { code, field, message } = error.rejection;
  return { status: 'rejected', rejection: { code, field, message: `line ${lineNumber}${field ? `, ${field}` : ''}: ${message}` } };
}

/** A line by the format of import-format.ts; throws Refusal (`format`, `unknown_field`) for any other value. */
export function checkedLine(value: unknown): ImportLine {
  const parsed = lineSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { path, message, code } = parsed.error.issues[0]!;
  return refuse(code === 'unrecognized_keys' ? 'unknown_field' : 'format', path.join('.'), message);
}

/** The records of a line; throws Refusal where it cannot have any. */
export function recordsOf(line: ImportLine, ctx: ImportContext): ProductRecord[] {
  const [field, at] = timeOf(line);
  if (at > ctx.receivedAt + MAX_AHEAD_MS) refuse('range', field, 'is more than 24 hours in the future');
  if (line.type === 'contact') return contactRecords(line, ctx);
  if (line.type === 'deal') return dealRecords(line, ctx);
  return [line.type === 'consent' ? consent(line, ctx) : interaction(line, ctx)];
}

function timeOf(line: ImportLine): [field: string, at: number] {
  if (line.type === 'consent') return ['decided_at', line.decided_at];
  return line.type === 'interaction' ? ['occurred_at', line.occurred_at] : ['updated_at', line.updated_at];
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

function microsOf(amount: string, field = 'amount'): number {
  const result = micros(amount);
  if (result === 'type') return refuse('format', field, 'must be a decimal number such as 1500.00, without thousands separators');
  if (result === 'range') return refuse('range', field, 'is beyond 9,007,199,254, the largest amount that a record holds');
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
  const { identifiers, who } = personOf(line.contact, ctx);
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

function interaction(line: InteractionLine, ctx: ImportContext): ProductRecord {
  const { identifiers, who } = personOf(line.contact, ctx);
  if (line.outcome !== undefined && mayHoldContactData(line.outcome)) refuse('format', 'outcome', 'must be a code such as no_show, without contact data');
  return interactionRecord({
    event_id: eventId('import', ctx.accountId, 'interaction', line.kind, line.id, ...who),
    occurred_at: line.occurred_at,
    received_at: ctx.receivedAt,
    source: ctx.source,
    identifiers,
    account_id: ctx.accountId,
    object_id: line.id,
    kind: line.kind,
    direction: line.direction,
    outcome: line.outcome ?? null,
    subject_id: line.subject ?? null,
    duration_s: line.duration_s ?? null,
    value_micros: line.value === undefined ? null : microsOf(line.value, 'value'),
    currency: line.currency ?? null,
  });
}

/** Who a consent or an interaction is of, and the same as parts of its id; a line about nobody is refused. */
function personOf(contact: ContactReference, ctx: ImportContext): { identifiers: Record<string, string>; who: string[] } {
  const identifiers = identifiersOf(contact, 'contact.', ctx);
  if (Object.keys(identifiers).length === 0) {
    return refuse('no_identifier', 'contact', 'names nobody: an email, phone or user_id that is no placeholder is needed (an id is enough in a HubSpot account)');
  }
  return { identifiers, who: Object.keys(identifiers).sort().flatMap((type) => [type, identifiers[type]!]) };
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
