// Events of HubSpot's webhooks, and what a sales team does about a person that makes HubSpot send them.
import type { Person } from './person.js';
import type { Random } from './random.js';

export const PORTAL_ID = 62515;
const APP_ID = 54321;

/** HubSpot sends an event per subscription of the app; these are the app's. */
const SUBSCRIPTIONS = {
  'contact.creation': 1001,
  'contact.propertyChange:email': 1002,
  'contact.propertyChange:lifecyclestage': 1003,
  'deal.creation': 1004,
  'deal.propertyChange:dealstage': 1005,
  'deal.propertyChange:amount': 1006,
  'deal.associationChange': 1007,
} as const;

/**
 * One event without `occurredAt`, which is added when it is sent: https://developers.hubspot.com/docs/api/webhooks
 * `eventId` is not promised to be unique. Association changes have no `objectId`.
 */
export interface HubSpotEvent {
  eventId: number;
  subscriptionId: number;
  portalId: number;
  appId: number;
  subscriptionType: string;
  /** 0 for the first delivery. */
  attemptNumber: number;
  changeSource: string;
  objectId?: number;
  changeFlag?: 'CREATED';
  propertyName?: string;
  propertyValue?: string;
  associationType?: 'DEAL_TO_CONTACT';
  fromObjectId?: number;
  toObjectId?: number;
  associationRemoved?: boolean;
  isPrimaryAssociation?: boolean;
}

function event(random: Random, subscription: keyof typeof SUBSCRIPTIONS, fields: Partial<HubSpotEvent>): HubSpotEvent {
  return {
    eventId: random.int(1, 0x7fff_ffff), subscriptionId: SUBSCRIPTIONS[subscription], portalId: PORTAL_ID, appId: APP_ID,
    subscriptionType: subscription.split(':')[0]!, attemptNumber: 0, changeSource: 'CRM_UI', ...fields,
  };
}

/** A contact is created with its e-mail address and a lifecycle stage. */
export function contactCreated(random: Random, contactId: number, email: string, stage: string): HubSpotEvent[] {
  return [
    event(random, 'contact.creation', { objectId: contactId, changeFlag: 'CREATED', changeSource: 'INTEGRATION' }),
    event(random, 'contact.propertyChange:email', { objectId: contactId, propertyName: 'email', propertyValue: email, changeSource: 'INTEGRATION' }),
    stageChanged(random, contactId, stage),
  ];
}

export function stageChanged(random: Random, contactId: number, stage: string): HubSpotEvent {
  return event(random, 'contact.propertyChange:lifecyclestage', { objectId: contactId, propertyName: 'lifecyclestage', propertyValue: stage });
}

/** A deal is opened for a contact; `amount` is in whole units of the account's currency, as text, as HubSpot has it. */
export function dealOpened(random: Random, dealId: number, contactId: number, amount: string): HubSpotEvent[] {
  return [
    event(random, 'deal.creation', { objectId: dealId, changeFlag: 'CREATED' }),
    event(random, 'deal.associationChange', { associationType: 'DEAL_TO_CONTACT', fromObjectId: dealId, toObjectId: contactId, associationRemoved: false, isPrimaryAssociation: false }),
    dealStageChanged(random, dealId, 'appointmentscheduled'),
    event(random, 'deal.propertyChange:amount', { objectId: dealId, propertyName: 'amount', propertyValue: amount }),
  ];
}

export function dealStageChanged(random: Random, dealId: number, stage: string): HubSpotEvent {
  return event(random, 'deal.propertyChange:dealstage', { objectId: dealId, propertyName: 'dealstage', propertyValue: stage });
}

/**
 * What the sales team does after a visit of a person whom it knows, once per visit: the contact appears after the first
 * sign-in, a customer's stage follows the first order, and a trade lead gets a deal that moves on with each visit.
 */
export function salesFollowUp({ crm, email, kind, orders, random }: Person): HubSpotEvent[] {
  if (!crm.followed) return [];
  const moveTo = (stage: string): HubSpotEvent[] => {
    crm.stage = stage;
    return [stageChanged(random, crm.contactId, stage)];
  };
  if (crm.stage === undefined) {
    crm.stage = kind === 'trade' || orders.length === 0 ? 'lead' : 'customer';
    return contactCreated(random, crm.contactId, email, crm.stage);
  }
  if (kind !== 'trade') return orders.length > 0 && crm.stage !== 'customer' ? moveTo('customer') : [];
  if (crm.dealStage === undefined) {
    crm.dealStage = 'appointmentscheduled';
    return [...moveTo('opportunity'), ...dealOpened(random, crm.dealId, crm.contactId, String(random.int(20, 180) * 100))];
  }
  if (crm.dealStage === 'appointmentscheduled') {
    crm.dealStage = random.chance(0.7) ? 'contractsent' : 'closedlost';
    return [dealStageChanged(random, crm.dealId, crm.dealStage)];
  }
  return [];
}
