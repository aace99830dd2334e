// The event_id that a native event must get, computed here a second time from docs/sources.md, so that every event that
// was accepted can be looked for by name.
import { v5 as uuidv5 } from 'uuid';
import type { NativeRequest } from '@tideway/simulator';

/** Namespaces of the web and crm domains' ids: constants, as ids must stay the same for ever. */
const WEB_NAMESPACE = 'a3f0e6f5-6d0b-4a0e-9f5e-2f0c7f6b1d84';
const CRM_NAMESPACE = '3f1c9a52-6b0e-5d3a-8f47-0c2d9b71e6a4';

/** The ids of a request's events by their index; undefined for events that are known by their totals only (imports). */
export function nativeIds(request: NativeRequest, webSource: string): (string | undefined)[] {
  if (request.domain === 'web') {
    const { batch } = JSON.parse(String(request.body)) as { batch: { messageId: string }[] };
    return batch.map(({ messageId }) => webEventId(webSource, messageId));
  }
  if (request.path.startsWith('/webhooks/hubspot')) {
    return (JSON.parse(String(request.body)) as HubSpotEvent[]).map((event) => uuidv5(JSON.stringify(hubspotIdentity(event)), CRM_NAMESPACE));
  }
  return Array.from({ length: request.events }, () => undefined);
}

/** Of a Segment call: the write key's name, as `segment:<name>`, and the messageId. */
export function webEventId(source: string, messageId: string): string {
  return uuidv5([source, 'id', messageId].join('\n'), WEB_NAMESPACE);
}

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
function hubspotIdentity(event: HubSpotEvent): (string | number | boolean)[] {
  const { eventId, portalId, subscriptionType, occurredAt, objectId, propertyName, fromObjectId, toObjectId, associationRemoved } = event;
  const parts = ['hubspot', String(portalId), subscriptionType, String(eventId), String(objectId ?? fromObjectId), occurredAt];
  if (propertyName !== undefined) return [...parts, propertyName];
  return toObjectId === undefined ? parts : [...parts, 'contact', String(toObjectId), associationRemoved ?? false];
}
