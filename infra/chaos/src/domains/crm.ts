// The crm domain: HubSpot's webhooks, and imports. Its requests come with the web's, and all of its events are good.
import type { NativeRequest } from '@tideway/simulator';
import { v5 as uuidv5 } from 'uuid';
import type { Domain } from './domain.js';

/** Namespace of the domain's ids: a constant, as ids must stay the same for ever. */
const NAMESPACE = '3f1c9a52-6b0e-5d3a-8f47-0c2d9b71e6a4';

export const crm: Domain = {
  /** Lines of an import are known by their totals: they have no id of their own. */
  ids(request: NativeRequest) {
    if (!request.path.startsWith('/webhooks/hubspot')) return Array.from({ length: request.events }, () => undefined);
    return (JSON.parse(String(request.body)) as HubSpotEvent[]).map((event) => uuidv5(JSON.stringify(identityOf(event)), NAMESPACE));
  },
};

interface HubSpotEvent {
  eventId: number;
  portalId: number;
  subscriptionType: string;
  occurredAt: number;
  objectId?: number;
  propertyName?: string;
  fromObjectId?: number;
  toObjectId?: number;
  associationRemoved?: boolean;
}

/** Portal, kind, eventId, object, time, and what the kind of event adds; an association counts as the deal's. */
function identityOf(event: HubSpotEvent): (string | number | boolean)[] {
  const { eventId, portalId, subscriptionType, occurredAt, objectId, propertyName, fromObjectId, toObjectId, associationRemoved } = event;
  const parts = ['hubspot', String(portalId), subscriptionType, String(eventId), String(objectId ?? fromObjectId), occurredAt];
  if (propertyName !== undefined) return [...parts, propertyName];
  return toObjectId === undefined ? parts : [...parts, 'contact', String(toObjectId), associationRemoved ?? false];
}
