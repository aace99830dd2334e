// Generated from schemas/ by `npm run generate`: do not edit.
import type { CompanyChange as CrmCompanyChanges } from './crm.company-changes.v1.js';
import type { Consent as CrmConsents } from './crm.consents.v1.js';
import type { ContactChange as CrmContactChanges } from './crm.contact-changes.v1.js';
import type { DealChange as CrmDealChanges } from './crm.deal-changes.v1.js';
import type { Interaction as CrmInteractions } from './crm.interactions.v1.js';
import type { Activity as CustomerActivities } from './customer.activities.v1.js';
import type { Consent as CustomerConsents } from './customer.consents.v1.js';
import type { Erasure as CustomerErasures } from './customer.erasures.v1.js';
import type { Identity as CustomerIdentities } from './customer.identities.v1.js';
import type { Split as CustomerSplits } from './customer.splits.v1.js';
import type { Consent as EmailConsents } from './email.consents.v1.js';
import type { Engagement as EmailEngagements } from './email.engagements.v1.js';
import type { QuarantineReplay as OperationsQuarantineReplays } from './operations.quarantine-replays.v1.js';
import type { Quarantine as OperationsQuarantine } from './operations.quarantine.v1.js';
import type { AdClick as PaidMediaAdClicks } from './paid-media.ad-clicks.v1.js';
import type { CampaignPerformance as PaidMediaCampaignPerformance } from './paid-media.campaign-performance.v1.js';
import type { Lead as PaidMediaLeads } from './paid-media.leads.v1.js';
import type { Profile as PersonalizationProfiles } from './personalization.profiles.v1.js';
import type { Membership as SegmentsMemberships } from './segments.memberships.v1.js';
import type { State as SegmentsState } from './segments.state.v1.js';
import type { Consent as WebConsents } from './web.consents.v1.js';
import type { CustomEvent as WebCustomEvents } from './web.custom-events.v1.js';
import type { EcommerceEvent as WebEcommerceEvents } from './web.ecommerce-events.v1.js';
import type { Identification as WebIdentifications } from './web.identifications.v1.js';
import type { Order as WebOrders } from './web.orders.v1.js';
import type { PageView as WebPageViews } from './web.page-views.v1.js';
import type { Session as WebSessions } from './web.sessions.v1.js';

export type { CrmCompanyChanges, CrmConsents, CrmContactChanges, CrmDealChanges, CrmInteractions, CustomerActivities, CustomerConsents, CustomerErasures, CustomerIdentities, CustomerSplits, EmailConsents, EmailEngagements, OperationsQuarantineReplays, OperationsQuarantine, PaidMediaAdClicks, PaidMediaCampaignPerformance, PaidMediaLeads, PersonalizationProfiles, SegmentsMemberships, SegmentsState, WebConsents, WebCustomEvents, WebEcommerceEvents, WebIdentifications, WebOrders, WebPageViews, WebSessions };

/** The record type of every product at its current major. */
export interface Records {
  'crm.company-changes': CrmCompanyChanges;
  'crm.consents': CrmConsents;
  'crm.contact-changes': CrmContactChanges;
  'crm.deal-changes': CrmDealChanges;
  'crm.interactions': CrmInteractions;
  'customer.activities': CustomerActivities;
  'customer.consents': CustomerConsents;
  'customer.erasures': CustomerErasures;
  'customer.identities': CustomerIdentities;
  'customer.splits': CustomerSplits;
  'email.consents': EmailConsents;
  'email.engagements': EmailEngagements;
  'operations.quarantine-replays': OperationsQuarantineReplays;
  'operations.quarantine': OperationsQuarantine;
  'paid-media.ad-clicks': PaidMediaAdClicks;
  'paid-media.campaign-performance': PaidMediaCampaignPerformance;
  'paid-media.leads': PaidMediaLeads;
  'personalization.profiles': PersonalizationProfiles;
  'segments.memberships': SegmentsMemberships;
  'segments.state': SegmentsState;
  'web.consents': WebConsents;
  'web.custom-events': WebCustomEvents;
  'web.ecommerce-events': WebEcommerceEvents;
  'web.identifications': WebIdentifications;
  'web.orders': WebOrders;
  'web.page-views': WebPageViews;
  'web.sessions': WebSessions;
}

export type ProductId = keyof Records;
