// The crm domain: HubSpot's webhooks and imports. What sales does about people comes with the web's stream; its own has companies,
// and what a shop's staff notes: calls, tickets, visits. All of its events are good.
import { PORTAL_ID, allAccepted, type NativeRequest } from '@tideway/simulator';
import { v5 as uuidv5 } from 'uuid';
import type { Random } from '../random.js';
import { sentAgain } from './days.js';
import type { Domain } from './domain.js';

/** Namespace of the domain's ids: a constant, as ids must stay the same for ever. */
const NAMESPACE = '3f1c9a52-6b0e-5d3a-8f47-0c2d9b71e6a4';
const ACCOUNT = String(PORTAL_ID);
/** Lanes of their own, beyond those of people and of other platforms. */
const [COMPANY_LANE, INTERACTION_LANE] = [20_100, 20_101];
const [COMPANIES, PEOPLE] = [50, 80];
const KINDS = ['call', 'ticket', 'store_visit', 'meeting'];
/** Share of the requests that are sent again. */
const AGAIN = 0.08;

export const crm: Domain = {
  load: {
    share: 0.05,
    *requests({ random }) {
      for (let number = 1; ; number += 1) {
        const request = number % 2 === 0 ? companyRequest(random) : interactionRequest(number, random);
        yield request;
        if (random.fraction() < AGAIN) yield sentAgain(request);
      }
    },
  },
  /** Of lines of an import, interactions alone have an id that their line gives; the others are known by their totals. */
  ids(request: NativeRequest) {
    if (request.path.startsWith('/webhooks/hubspot')) return (JSON.parse(String(request.body)) as HubSpotEvent[]).map((event) => uuidv5(JSON.stringify(identityOf(event)), NAMESPACE));
    const lines = String(request.body).trim().split('\n').map((line) => JSON.parse(line) as ImportLine);
    return lines.map((line) => (line.type === 'interaction' ? uuidv5(JSON.stringify(['import', ACCOUNT, 'interaction', line.kind, line.id, 'user_id', line.contact.user_id]), NAMESPACE) : undefined));
  },
};

interface ImportLine {
  type: string;
  id: string;
  kind: string;
  contact: { user_id: string };
}

/** HubSpot tells of companies: https://developers.hubspot.com/docs/api/webhooks */
function companyRequest(random: Random): NativeRequest {
  const events = Array.from({ length: random.int(1, 6) }, () => ({
    eventId: random.int(1, 0x7fff_ffff), subscriptionId: 1_010, portalId: PORTAL_ID, appId: 54_321, attemptNumber: 0, changeSource: 'CRM_UI', occurredAt: Date.now(),
    subscriptionType: 'company.propertyChange', objectId: 900_000 + random.int(1, COMPANIES), propertyName: 'name', propertyValue: `Company ${random.int(1, 1_000)}`,
  }));
  return { domain: 'crm', path: '/webhooks/hubspot', method: 'POST', contentType: 'application/json', lane: COMPANY_LANE, ...bodyOf(JSON.stringify(events), events.length) };
}

/** Lines of an import: docs/sources/crm-import.md. */
function interactionRequest(number: number, random: Random): NativeRequest {
  const lines = Array.from({ length: random.int(1, 10) }, (_, index) => ({
    type: 'interaction', id: `I-${number}-${index}`, contact: { user_id: `noted-${random.int(1, PEOPLE)}` }, kind: KINDS[random.int(0, KINDS.length - 1)]!,
    direction: 'inbound', duration_s: random.int(10, 3_000), occurred_at: new Date().toISOString(),
  }));
  return { domain: 'crm', path: `/v1/import?account=${ACCOUNT}`, method: 'POST', contentType: 'application/x-ndjson', lane: INTERACTION_LANE, ...bodyOf(lines.map((line) => JSON.stringify(line)).join('\n'), lines.length) };
}

function bodyOf(text: string, events: number): Pick<NativeRequest, 'body' | 'events' | 'expected'> {
  return { body: Buffer.from(text), events, expected: allAccepted(events) };
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
function identityOf(event: HubSpotEvent): (string | number | boolean)[] {
  const { eventId, portalId, subscriptionType, occurredAt, objectId, propertyName, fromObjectId, toObjectId, associationRemoved } = event;
  const parts = ['hubspot', String(portalId), subscriptionType, String(eventId), String(objectId ?? fromObjectId), occurredAt];
  if (propertyName !== undefined) return [...parts, propertyName];
  return toObjectId === undefined ? parts : [...parts, 'contact', String(toObjectId), associationRemoved ?? false];
}
