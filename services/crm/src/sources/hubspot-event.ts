// The events in HubSpot's webhook requests, read into one shape: those of contacts, deals and companies, and the generic object.* ones.
import { TIMESTAMP_RANGE, type Rejection } from '@tideway/contracts';
import { z } from 'zod';
import type { CrmObject } from './property-names.js';

export type HubspotAction = 'creation' | 'deletion' | 'privacyDeletion' | 'restore' | 'merge' | 'propertyChange' | 'associationChange';
const ACTIONS: ReadonlySet<string> = new Set(['creation', 'deletion', 'privacyDeletion', 'restore', 'merge', 'propertyChange', 'associationChange'] satisfies HubspotAction[]);

/** Objects by the ids of their types (https://developers.hubspot.com/docs/guides/crm/understanding-the-crm#object-type-ids). */
const OBJECT_TYPES: ReadonlyMap<string, string> = new Map([
  ['0-1', 'contact'], ['0-2', 'company'], ['0-3', 'deal'], ['0-5', 'ticket'], ['0-7', 'product'], ['0-8', 'line_item'], ['0-47', 'meeting'], ['0-48', 'call'],
]);
/** What a subscription can begin with; an app has one target URL for all of its subscriptions, so all of them may arrive. */
const PREFIXES: ReadonlySet<string> = new Set([...OBJECT_TYPES.values(), 'object', 'conversation']);
const ASSOCIATION_TYPE = /^(CONTACT|COMPANY|DEAL|TICKET|PRODUCT|LINE_ITEM)_TO_(CONTACT|COMPANY|DEAL|TICKET|PRODUCT|LINE_ITEM)(?:_|$)/;

// HubSpot writes ids as numbers. Beyond 2^53 a number has lost digits by now and may be another object's: z.int() refuses it.
const id = z.union([z.int().nonnegative(), z.string().regex(/^\d{1,20}$/)], { error: 'must be an id: digits' }).transform(String);
const timestamp = z.union([z.int(), z.string().regex(/^\d{1,15}$/).transform(Number)], { error: 'must be milliseconds since the epoch' })
  .refine((ms) => ms >= TIMESTAMP_RANGE[0] && ms <= TIMESTAMP_RANGE[1], { error: 'is outside of 1970 to 2100' });

const envelopeSchema = z.object({
  subscriptionType: z.string().max(100),
  portalId: id,
  // Not unique and of no other use than the event's own id: any form will do.
  eventId: z.union([z.number(), z.string().max(100)]).optional(),
  occurredAt: timestamp,
  objectTypeId: z.string().max(40).optional(),
  changeSource: z.string().max(100).optional(),
});
const objectSchema = z.object({ objectId: id });
const mergeSchema = z.object({ primaryObjectId: id, mergedObjectIds: z.array(id).max(1000).default([]), newObjectId: id.nullish() });
const propertySchema = z.object({
  objectId: id,
  propertyName: z.string().min(1).max(256),
  propertyValue: z.union([z.string(), z.number(), z.boolean(), z.null()]).optional(),
  isSensitive: z.boolean().optional(),
});
const associationSchema = z.object({
  associationType: z.string().max(200).optional(),
  fromObjectTypeId: z.string().max(40).optional(),
  toObjectTypeId: z.string().max(40).optional(),
  fromObjectId: id,
  toObjectId: id,
  associationRemoved: z.boolean(),
});

export interface HubspotEnvelope {
  object: CrmObject;
  portalId: string;
  /** '' where the event has none. */
  eventId: string;
  /** Milliseconds. */
  occurredAt: number;
  changeSource: string;
}

/** One end of an association: `type` is a name such as `company`, or HubSpot's id of the type. */
export interface AssociationEnd {
  type: string;
  id: string;
}

export type HubspotEvent = HubspotEnvelope & (
  | { action: 'creation' | 'deletion' | 'privacyDeletion' | 'restore'; objectId: string }
  | { action: 'merge'; objectId: string; mergedIds: string[] }
  /** `value` undefined: none was sent, or HubSpot calls it sensitive. */
  | { action: 'propertyChange'; objectId: string; property: string; value: string | undefined }
  /** `object` and `objectId` are the end that the record is about: the deal, else the contact, else the company. */
  | { action: 'associationChange'; objectId: string; other: AssociationEnd; removed: boolean }
);

/** `ignored`: an event of another kind of object, which no data product is made of. */
export type ParsedEvent = { kind: 'event'; event: HubspotEvent } | { kind: 'ignored' } | { kind: 'invalid'; object: CrmObject; rejection: Rejection };

type Envelope = z.infer<typeof envelopeSchema>;

/**
 * Reads one event of a webhook request. Fields that it does not name are let through unread, as HubSpot adds to them.
 * https://developers.hubspot.com/docs/api/webhooks and, for object.*,
 * https://developers.hubspot.com/docs/apps/legacy-apps/public-apps/create-generic-webhook-subscriptions
 */
export function parseHubspotEvent(payload: unknown): ParsedEvent {
  const envelope = envelopeSchema.safeParse(withSubscriptionType(payload));
  if (!envelope.success) return invalid('contact', envelope.error);
  const { subscriptionType, objectTypeId } = envelope.data;
  const [prefix = '', action = ''] = subscriptionType.split('.');
  if (action === 'associationChange' && PREFIXES.has(prefix)) return parseAssociation(payload, envelope.data);
  const name = prefix === 'object' ? OBJECT_TYPES.get(objectTypeId ?? '') : prefix;
  if (PREFIXES.has(prefix) && !isCrmObject(name)) {
    return prefix === 'object' && objectTypeId === undefined
      ? { kind: 'invalid', object: 'contact', rejection: { code: 'required', field: 'objectTypeId', message: `objectTypeId is required for ${subscriptionType}` } }
      : { kind: 'ignored' };
  }
  if (!isCrmObject(name) || !ACTIONS.has(action)) return unsupported(subscriptionType);
  return parseObject(payload, envelopeOf(envelope.data, name), action as Exclude<HubspotAction, 'associationChange'>);
}

const isCrmObject = (name: string | undefined): name is CrmObject => name === 'contact' || name === 'deal' || name === 'company';

/** HubSpot sends the type as `subscriptionType`; the example of its documentation has it as `eventType`. */
function withSubscriptionType(payload: unknown): unknown {
  if (typeof payload !== 'object' || payload === null || !('eventType' in payload) || 'subscriptionType' in payload) return payload;
  return { ...payload, subscriptionType: payload.eventType };
}

function envelopeOf({ portalId, eventId, occurredAt, changeSource }: Envelope, object: CrmObject): HubspotEnvelope {
  return { object, portalId, occurredAt, eventId: String(eventId ?? ''), changeSource: changeSource ?? '' };
}

function parseObject(payload: unknown, envelope: HubspotEnvelope, action: Exclude<HubspotAction, 'associationChange'>): ParsedEvent {
  if (action === 'merge') {
    const merge = mergeSchema.safeParse(payload);
    if (!merge.success) return invalid(envelope.object, merge.error);
    const { primaryObjectId, mergedObjectIds, newObjectId } = merge.data;
    // HubSpot may make a new object of the merged ones, whose id later events carry: it belongs to them.
    const others = new Set([...mergedObjectIds, ...newObjectId == null ? [] : [newObjectId]]);
    others.delete(primaryObjectId);
    return { kind: 'event', event: { ...envelope, action, objectId: primaryObjectId, mergedIds: [...others] } };
  }
  if (action === 'propertyChange') {
    const change = propertySchema.safeParse(payload);
    if (!change.success) return invalid(envelope.object, change.error);
    const { objectId, propertyName, propertyValue, isSensitive } = change.data;
    const value = isSensitive || propertyValue == null ? undefined : String(propertyValue);
    return { kind: 'event', event: { ...envelope, action, objectId, property: propertyName, value } };
  }
  const object = objectSchema.safeParse(payload);
  if (!object.success) return invalid(envelope.object, object.error);
  return { kind: 'event', event: { ...envelope, action, objectId: object.data.objectId } };
}

function parseAssociation(payload: unknown, data: Envelope): ParsedEvent {
  const association = associationSchema.safeParse(payload);
  if (!association.success) {
    const [prefix] = data.subscriptionType.split('.');
    return invalid(isCrmObject(prefix) ? prefix : 'contact', association.error);
  }
  const { associationType = '', fromObjectTypeId, toObjectTypeId, fromObjectId, toObjectId, associationRemoved } = association.data;
  const [, fromName, toName] = ASSOCIATION_TYPE.exec(associationType) ?? [];
  const from = endOf(fromObjectTypeId, fromName, fromObjectId);
  const to = endOf(toObjectTypeId, toName, toObjectId);
  if (!from || !to) {
    const message = 'associationType must be such as DEAL_TO_CONTACT, or fromObjectTypeId and toObjectTypeId must be given';
    return { kind: 'invalid', object: 'deal', rejection: { code: 'type', field: 'associationType', message } };
  }
  const ends = [from, to];
  const about = ends.find((end) => end.type === 'deal') ?? ends.find((end) => end.type === 'contact') ?? ends.find((end) => end.type === 'company');
  if (!about) return { kind: 'ignored' };
  const envelope = envelopeOf(data, about.type as CrmObject);
  return { kind: 'event', event: { ...envelope, action: 'associationChange', objectId: about.id, other: about === from ? to : from, removed: associationRemoved } };
}

function endOf(typeId: string | undefined, name: string | undefined, objectId: string): AssociationEnd | undefined {
  const type = typeId === undefined ? name?.toLowerCase() : OBJECT_TYPES.get(typeId) ?? typeId;
  return type === undefined ? undefined : { type, id: objectId };
}

function invalid(object: CrmObject, error: z.ZodError): ParsedEvent {
  const { path, message } = error.issues[0]!;
  const field = path.join('.');
  return { kind: 'invalid', object, rejection: { code: 'type', field, message: `${field || 'the event'}: ${message}` } };
}

function unsupported(subscriptionType: string): ParsedEvent {
  const message = `subscriptionType ${subscriptionType} is none that this service knows; it reads those of contacts, deals and companies, also as object.*`;
  return { kind: 'invalid', object: 'contact', rejection: { code: 'unsupported_subscription', field: 'subscriptionType', message } };
}
