// CloudEvents whose data are a record of a web product, as a team's own code writes it, without the fields that all events share.
// https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md
import { compileValidator, loadProducts, type Outcome, type Product, type ProductId, type ProductRecord, type Rejection } from '@tideway/contracts';
import { productFields } from './cloudevents-data.js';
import { derivedId, identifiersFrom, plausibleTime, type Contact, type EnvelopeResult, type IdField, type SourceContext } from './envelope.js';
import { recordsOrQuarantine, rejected } from './outcomes.js';
import { asObject, isTooDeep, MAX_DEPTH, own, Problems, type JsonObject } from './payload.js';
import { addressesReplaced } from './personal-data.js';
import { isoTime } from './time.js';

const JSON_TYPE = /^(?:application\/(?:[\w.-]+\+)?json|text\/json)\s*(?:;|$)/i;
const IDS = { user_id: 'user_id', anonymous_id: 'anonymous_id' } as const;
const CONTACTS = { email: 'email_sha256', email_sha256: 'email_sha256', phone: 'phone_sha256', phone_sha256: 'phone_sha256' } as const;

interface Target {
  product: Product;
  validate: ReturnType<typeof compileValidator>;
}

let targets: Map<unknown, Target> | undefined;

/** The products that a CloudEvent can carry by its type: `com.tideway.` and the topic, e.g. `com.tideway.web.orders.v1`. */
export function cloudEventTypes(): Map<unknown, Target> {
  targets ??= new Map(loadProducts()
    .filter(({ domain, kind }) => domain === 'web' && kind === 'event')
    .map((product) => [`com.tideway.${product.topic}`, { product, validate: compileValidator(product.schema) }]));
  return targets;
}

/**
 * The record of one event in the JSON format. Rejected is what the sender must mend (no CloudEvent 1.0, unknown type,
 * nobody named), quarantined what breaks the product's contract. source and id make the event_id: CloudEvents wants
 * them unique together. Never throws.
 */
export function cloudEvent(value: unknown, ctx: SourceContext): Outcome {
  const event = asObject(value);
  if (!event) return rejected('not_an_object', '', 'an event must be a JSON object');
  if (isTooDeep(event)) return rejected('too_deep', '', `an event must not nest deeper than ${MAX_DEPTH} levels`);
  const refused = attributeRefusal(event);
  if (refused) return { status: 'rejected', rejection: refused };
  const target = cloudEventTypes().get(own(event, 'type'));
  if (!target) return rejected('unknown_type', 'type', `type must be one of ${[...cloudEventTypes().keys()].join(', ')}`);
  const id = target.product.id as ProductId;
  const data = asObject(own(event, 'data'));
  if (!data) return rejected('required', 'data', 'data, a JSON object, is required (data_base64 is not read)');
  const problems = new Problems();
  const result = envelopeOf(event, data, ctx, problems);
  if (!result.ok) return result.status === 'rejected' ? { status: 'rejected', rejection: result.rejection } : { status: 'quarantined', product: id, rejection: result.rejection };
  const record = productFields(target.product, data, result.envelope, problems);
  const violation = problems.first ? undefined : target.validate(record);
  if (violation) return { status: 'quarantined', product: id, rejection: inData(violation) };
  return recordsOrQuarantine(id, problems, [{ product: id, record } as unknown as ProductRecord]);
}

function attributeRefusal(event: JsonObject): Rejection | undefined {
  if (own(event, 'specversion') !== '1.0') return { code: 'unsupported_version', field: 'specversion', message: 'specversion must be 1.0' };
  const missing = ['id', 'source', 'type'].find((name) => typeof own(event, name) !== 'string' || own(event, name) === '');
  if (missing) return { code: 'required', field: missing, message: `${missing}, a text, is required` };
  const type = own(event, 'datacontenttype');
  if (type === undefined || (typeof type === 'string' && JSON_TYPE.test(type))) return undefined;
  return { code: 'type', field: 'datacontenttype', message: 'datacontenttype must be application/json, or left out' };
}

function envelopeOf(event: JsonObject, data: JsonObject, ctx: SourceContext, problems: Problems): EnvelopeResult {
  const given = asObject(own(data, 'identifiers')) ?? {};
  const unknown = Object.keys(given).find((name) => !(name in IDS) && !(name in CONTACTS));
  if (unknown !== undefined) problems.add('unknown_field', `data.identifiers.${unknown}`, `is none of ${[...Object.keys(IDS), ...Object.keys(CONTACTS)].join(', ')}`);
  const ids = Object.entries(IDS).map(([name, type]): IdField => ({ type, field: `data.identifiers.${name}`, raw: own(given, name) }));
  const contacts = Object.entries(CONTACTS).map(([name, type]): Contact => ({ type, raw: own(given, name) }));
  const identifiers = identifiersFrom(ids, contacts, { code: 'missing_identifier', field: 'data.identifiers', message: `data.identifiers must name the person by one of ${[...Object.keys(IDS), ...Object.keys(CONTACTS)].join(', ')}` }, 'ids or contacts');
  if (!identifiers.ok) return identifiers;
  const time = timeOf(own(event, 'time'), ctx.receivedAt);
  if (typeof time !== 'number') return { ok: false, status: 'quarantined', rejection: time };
  const event_id = derivedId(ctx.source, 'cloudevent', JSON.stringify([own(event, 'source'), own(event, 'id')]));
  return { ok: true, envelope: { event_id, occurred_at: time, received_at: ctx.receivedAt, source: ctx.source, identifiers: identifiers.values } };
}

function timeOf(value: unknown, receivedAt: number): number | Rejection {
  if (value === undefined) return receivedAt;
  const time = isoTime(value);
  return time === undefined ? { code: 'type', field: 'time', message: 'time must be an RFC 3339 time such as 2026-11-21T09:30:00Z' } : plausibleTime(time, 'time', receivedAt);
}

/** A contract's violation at its place in the event. Keys are the sender's, and may be addresses; what stood there may be personal. */
function inData({ code, field, message }: Rejection): Rejection {
  const masked = (text: string) => addressesReplaced(text, () => '[email]');
  return { code, field: masked(`data.${field}`), message: masked(`data.${message.replace(/; got .*$/s, '')}`) };
}
