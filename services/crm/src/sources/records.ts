// Records of the crm products with every optional field present, and their ids.
import type { CrmConsents, CrmContactChanges, CrmInteractions, ProductRecord } from '@tideway/contracts';
import { v5 } from 'uuid';
import type { CrmObject } from './property-names.js';

/** Namespace of the crm domain's event ids; a change of it makes resends new events. */
const NAMESPACE = '3f1c9a52-6b0e-5d3a-8f47-0c2d9b71e6a4';

/** A uuid v5 of these parts: the same parts give the same id, so that a resend is recognised. */
export function eventId(...parts: (string | number | boolean)[]): string {
  return v5(JSON.stringify(parts), NAMESPACE);
}

type Required = 'event_id' | 'occurred_at' | 'received_at' | 'source' | 'identifiers' | 'account_id' | 'object_id' | 'change';
/** The fields that every change has, and those of the others that this one has. */
export type ChangeFields = Pick<CrmContactChanges, Required> & Partial<Omit<CrmContactChanges, Required>>;

/** A record of crm.contact-changes or crm.deal-changes, which have the same fields, or of crm.company-changes, which has none about a person or an amount. */
export function changeRecord(object: CrmObject, fields: ChangeFields): ProductRecord {
  const record = { property: null, value: null, stage: null, amount_micros: null, currency: null, related_ids: [], ...fields };
  if (object === 'company') {
    const { identifiers: _nobody, amount_micros: _none, currency: _neither, ...company } = record;
    return { product: 'crm.company-changes', record: company };
  }
  return object === 'contact' ? { product: 'crm.contact-changes', record } : { product: 'crm.deal-changes', record };
}

/** A record of crm.consents. */
export function consentRecord(record: CrmConsents): ProductRecord {
  return { product: 'crm.consents', record };
}

type Interaction = 'event_id' | 'occurred_at' | 'received_at' | 'source' | 'identifiers' | 'account_id' | 'object_id' | 'kind';

/** A record of crm.interactions. */
export function interactionRecord(fields: Pick<CrmInteractions, Interaction> & Partial<Omit<CrmInteractions, Interaction>>): ProductRecord {
  return { product: 'crm.interactions', record: { direction: 'unknown', outcome: null, subject_id: null, duration_s: null, value_micros: null, currency: null, ...fields } };
}
