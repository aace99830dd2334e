import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { compileValidator, loadProducts, productOf, type CrmCompanyChanges, type CrmConsents, type CrmContactChanges, type CrmInteractions, type Outcome } from '@tideway/contracts';
import { hubspotEvent } from './hubspot-webhook.js';

const ctx = { receivedAt: 1_795_000_000_250 };
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const UUID_V5 = /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Fields that every event has, with the values of HubSpot's documentation. */
const envelope = { eventId: 3816279340, subscriptionId: 25, portalId: 33, appId: 1160452, occurredAt: 1462216307945, attemptNumber: 0 };
const propertyChange = { ...envelope, objectId: 1246965, propertyName: 'lifecyclestage', propertyValue: 'subscriber', changeSource: 'ACADEMY', subscriptionType: 'contact.propertyChange' };
const creation = { ...envelope, objectId: 1246978, changeSource: 'IMPORT', changeFlag: 'NEW', subscriptionType: 'contact.creation' };
const merge = { ...envelope, subscriptionType: 'contact.merge', objectId: 501, primaryObjectId: 101, mergedObjectIds: [102, 103], newObjectId: 501, numberOfPropertiesMoved: 4, changeSource: 'CRM_UI' };
const association = {
  ...envelope, subscriptionType: 'deal.associationChange', associationType: 'DEAL_TO_CONTACT', fromObjectId: 36629623097, toObjectId: 92181619357, associationRemoved: false, isPrimaryAssociation: false, changeSource: 'USER',
};

const validators = new Map(['crm.contact-changes', 'crm.deal-changes', 'crm.company-changes', 'crm.consents', 'crm.interactions'].map((id) => [id, compileValidator(productOf(loadProducts(), id).schema)]));
function expectValid(outcome: Outcome): void {
  if (outcome.status !== 'records') return;
  for (const { product, record } of outcome.records) expect(validators.get(product)!(record)).toBeUndefined();
}
/** The records of an event, valid by their contracts. */
function recordsOf(payload: unknown) {
  const outcome = hubspotEvent(payload, ctx);
  if (outcome.status !== 'records') throw new Error(JSON.stringify(outcome));
  expectValid(outcome);
  return outcome.records;
}
function changeOf(payload: unknown, product = 'crm.contact-changes'): CrmContactChanges {
  const [first] = recordsOf(payload);
  expect(first!.product).toBe(product);
  return first!.record as CrmContactChanges;
}
const contactProperty = (propertyName: string, propertyValue: unknown, more: object = {}) => ({ ...propertyChange, propertyName, propertyValue, ...more });
const dealProperty = (propertyName: string, propertyValue: string) => ({ ...contactProperty(propertyName, propertyValue), subscriptionType: 'deal.propertyChange' });

describe('a contact', () => {
  it('enters a lifecycle stage', () => {
    expect(recordsOf(propertyChange)).toEqual([{
      product: 'crm.contact-changes',
      record: {
        event_id: expect.stringMatching(UUID_V5), occurred_at: 1462216307945, received_at: ctx.receivedAt, source: 'hubspot:33',
        identifiers: { hubspot_contact_id: '33:1246965' }, account_id: '33', object_id: '1246965',
        change: 'stage_changed', property: 'lifecyclestage', value: 'subscriber', stage: 'subscriber', amount_micros: null, currency: null, related_ids: [],
      },
    }]);
  });

  it('is only updated where its stage was cleared', () => {
    expect(changeOf(contactProperty('lifecyclestage', ''))).toMatchObject({ change: 'updated', stage: null, value: '' });
  });

  it('is created, restored, deleted and deleted for privacy', () => {
    expect(changeOf(creation)).toMatchObject({ change: 'created', property: null, value: null, object_id: '1246978' });
    expect(changeOf({ ...creation, subscriptionType: 'contact.restore' })).toMatchObject({ change: 'created' });
    expect(changeOf({ ...creation, subscriptionType: 'contact.deletion', changeFlag: 'DELETED' })).toMatchObject({ change: 'deleted', property: null });
    expect(changeOf({ ...creation, subscriptionType: 'contact.privacyDeletion' })).toMatchObject({ change: 'deleted', property: 'privacyDeletion' });
  });

  it('is identified by a new e-mail address or phone number, of which only the hash is in the record', () => {
    const email = changeOf(contactProperty('email', 'Jane.Doe@Example.com'));
    expect(email).toMatchObject({ property: 'email', value: sha256('jane.doe@example.com') });
    expect(email.identifiers).toEqual({ hubspot_contact_id: '33:1246965', email_sha256: sha256('jane.doe@example.com') });
    expect(changeOf(contactProperty('mobilephone', '+1 800 555 0100')).identifiers).toEqual({ hubspot_contact_id: '33:1246965', phone_sha256: sha256('+18005550100') });
    expect(JSON.stringify(email).toLowerCase()).not.toContain('jane');
  });

  it('is known to have changed where its value is free text, sensitive or none, but the value is not recorded', () => {
    for (const event of [contactProperty('firstname', 'Jane'), contactProperty('industry', 'Retail', { isSensitive: true }), contactProperty('email', 'jane@example.com', { isSensitive: true }), contactProperty('industry', undefined)]) {
      const change = changeOf(event);
      expect(change).toMatchObject({ change: 'updated', property: event.propertyName, value: null, identifiers: { hubspot_contact_id: '33:1246965' } });
      expect(Object.keys(change.identifiers)).toHaveLength(1);
    }
  });

  it('is merged: the primary identifies, the merged and the new object are related', () => {
    expect(changeOf(merge)).toMatchObject({
      change: 'merged', object_id: '101', identifiers: { hubspot_contact_id: '33:101' },
      related_ids: ['hubspot_contact_id:33:102', 'hubspot_contact_id:33:103', 'hubspot_contact_id:33:501'],
    });
    expect(changeOf({ ...merge, newObjectId: 101 }).related_ids).toEqual(['hubspot_contact_id:33:102', 'hubspot_contact_id:33:103']);
  });

  it('is associated with a company', () => {
    const event = { ...association, subscriptionType: 'contact.associationChange', associationType: 'CONTACT_TO_COMPANY', fromObjectId: 1, toObjectId: 2 };
    expect(changeOf(event)).toMatchObject({ property: 'association', value: 'added', object_id: '1', identifiers: { hubspot_contact_id: '33:1' }, related_ids: ['hubspot_company_id:33:2'] });
  });
});

describe('a deal', () => {
  it('enters a stage', () => {
    expect(changeOf(dealProperty('dealstage', 'closedwon'), 'crm.deal-changes')).toMatchObject({
      change: 'stage_changed', stage: 'closedwon', value: 'closedwon', identifiers: { hubspot_deal_id: '33:1246965' },
    });
  });

  it('has its amount in exact millionths and its currency by itself', () => {
    expect(changeOf(dealProperty('amount', '19.99'), 'crm.deal-changes')).toMatchObject({ change: 'updated', value: '19.99', amount_micros: 19_990_000, currency: null });
    expect(changeOf(dealProperty('amount', '12000000000'), 'crm.deal-changes')).toMatchObject({ value: '12000000000', amount_micros: null });
    expect(changeOf(dealProperty('amount', ''), 'crm.deal-changes')).toMatchObject({ value: '', amount_micros: null });
    expect(changeOf(dealProperty('deal_currency_code', 'EUR'), 'crm.deal-changes')).toMatchObject({ value: 'EUR', currency: 'EUR', amount_micros: null });
    expect(changeOf(contactProperty('amount', '19.99'))).toMatchObject({ amount_micros: null });
  });

  it.each([
    ['from the deal', association],
    ['from the contact', { ...association, subscriptionType: 'contact.associationChange', associationType: 'CONTACT_TO_DEAL', fromObjectId: 92181619357, toObjectId: 36629623097 }],
    ['by a generic subscription', { ...association, subscriptionType: 'object.associationChange', associationType: undefined, fromObjectTypeId: '0-1', toObjectTypeId: '0-3', fromObjectId: 92181619357, toObjectId: 36629623097 }],
  ])('is linked to a contact, seen %s', (_name, event) => {
    expect(changeOf(event, 'crm.deal-changes')).toMatchObject({
      change: 'updated', property: 'association', value: 'added', object_id: '36629623097',
      identifiers: { hubspot_deal_id: '33:36629623097', hubspot_contact_id: '33:92181619357' }, related_ids: ['hubspot_contact_id:33:92181619357'],
    });
  });

  it('is not linked to a contact that is taken from it', () => {
    const change = changeOf({ ...association, associationRemoved: true }, 'crm.deal-changes');
    expect(change.identifiers).toEqual({ hubspot_deal_id: '33:36629623097' });
    expect(change).toMatchObject({ value: 'removed', related_ids: ['hubspot_contact_id:33:92181619357'] });
  });

  it('is merged and deleted', () => {
    expect(changeOf({ ...merge, subscriptionType: 'deal.merge' }, 'crm.deal-changes')).toMatchObject({ change: 'merged', identifiers: { hubspot_deal_id: '33:101' }, related_ids: expect.arrayContaining(['hubspot_deal_id:33:102']) });
    expect(changeOf({ ...creation, subscriptionType: 'deal.deletion' }, 'crm.deal-changes')).toMatchObject({ change: 'deleted' });
  });
});

describe('a company', () => {
  const base = { source: 'hubspot:33', account_id: '33', occurred_at: 1462216307945, received_at: ctx.receivedAt, event_id: expect.stringMatching(UUID_V5) };
  const companiesOf = (event: unknown) => recordsOf(event).filter(({ product }) => product === 'crm.company-changes').map(({ record }) => record as CrmCompanyChanges);
  const company = (more: object) => ({ ...propertyChange, subscriptionType: 'company.propertyChange', ...more });

  it('enters a lifecycle stage, and is about no person', () => {
    expect(companiesOf(company({}))).toEqual([
      { ...base, object_id: '1246965', change: 'stage_changed', property: 'lifecyclestage', value: 'subscriber', stage: 'subscriber', related_ids: [] },
    ]);
  });

  it('has choices and numbers recorded, of names only that they changed', () => {
    for (const [propertyName, propertyValue, value] of [['industry', 'RETAIL', 'RETAIL'], ['numberofemployees', '250', '250'], ['name', 'Jane Doe Ltd', null], ['phone', '+1 800 555 0100', sha256('+18005550100')]]) {
      expect(companiesOf(company({ propertyName, propertyValue }))).toMatchObject([{ change: 'updated', property: propertyName, value }]);
    }
  });

  it('is created, restored, deleted and merged, also by a generic subscription', () => {
    expect(companiesOf({ ...creation, subscriptionType: 'company.creation' })).toMatchObject([{ change: 'created', object_id: '1246978' }]);
    expect(companiesOf({ ...creation, subscriptionType: 'object.restore', objectTypeId: '0-2' })).toMatchObject([{ change: 'created' }]);
    expect(companiesOf({ ...creation, subscriptionType: 'company.deletion' })).toMatchObject([{ change: 'deleted' }]);
    expect(companiesOf({ ...merge, subscriptionType: 'company.merge' })).toMatchObject([{ change: 'merged', object_id: '101', related_ids: ['hubspot_company_id:33:102', 'hubspot_company_id:33:103', 'hubspot_company_id:33:501'] }]);
  });

  it.each([
    ['a contact', 'company.associationChange', 'COMPANY_TO_CONTACT', 'hubspot_contact_id:33:2'],
    ['a deal', 'company.associationChange', 'COMPANY_TO_DEAL', 'hubspot_deal_id:33:2'],
    ['another company', 'company.associationChange', 'COMPANY_TO_COMPANY', 'hubspot_company_id:33:2'],
    ['a ticket', 'company.associationChange', 'COMPANY_TO_TICKET', 'hubspot_ticket_id:33:2'],
  ])('is associated with %s', (_name, subscriptionType, associationType, related) => {
    const event = { ...association, subscriptionType, associationType, fromObjectId: 1, toObjectId: 2 };
    expect(companiesOf(event)[0]).toMatchObject({ object_id: '1', property: 'association', value: 'added', related_ids: [related] });
  });

  it('whose association names a contact or deal changes that as well, under an id of its own', () => {
    const records = recordsOf({ ...association, subscriptionType: 'company.associationChange', associationType: 'COMPANY_TO_CONTACT', fromObjectId: 1, toObjectId: 2 });
    expect(records.map(({ product }) => product)).toEqual(['crm.contact-changes', 'crm.company-changes']);
    expect(new Set(records.map(({ record }) => (record as CrmCompanyChanges).event_id)).size).toBe(2);
  });
});

describe('an interaction', () => {
  const interactionsOf = (event: unknown) => recordsOf(event).filter(({ product }) => product === 'crm.interactions').map(({ record }) => record as CrmInteractions);
  const ticket = { ...association, subscriptionType: 'ticket.associationChange', associationType: 'TICKET_TO_CONTACT', fromObjectId: 5001, toObjectId: 9101 };
  const generic = (typeId: string) => ({ ...association, subscriptionType: 'object.associationChange', associationType: undefined, fromObjectTypeId: '0-1', toObjectTypeId: typeId, fromObjectId: 9101, toObjectId: 5001 });

  it('is a ticket that is given to a contact', () => {
    expect(interactionsOf(ticket)).toEqual([{
      event_id: expect.stringMatching(UUID_V5), occurred_at: 1462216307945, received_at: ctx.receivedAt, source: 'hubspot:33', identifiers: { hubspot_contact_id: '33:9101' },
      account_id: '33', object_id: '5001', kind: 'ticket', direction: 'unknown', outcome: null, subject_id: null, duration_s: null, value_micros: null, currency: null,
    }]);
    expect(changeOf(ticket)).toMatchObject({ property: 'association', related_ids: ['hubspot_ticket_id:33:5001'] });
  });

  it('is a call or a meeting, by the ids of their types', () => {
    expect(['0-5', '0-47', '0-48'].flatMap((typeId) => interactionsOf(generic(typeId))).map(({ kind }) => kind)).toEqual(['ticket', 'meeting', 'call']);
  });

  it('keeps its id, whichever end tells of it and when', () => {
    const ids = [ticket, { ...ticket, eventId: 1, occurredAt: 1462216307999 }, generic('0-5')].map((event) => interactionsOf(event)[0]!.event_id);
    expect(new Set(ids).size).toBe(1);
    expect(interactionsOf({ ...ticket, toObjectId: 9102 })[0]!.event_id).not.toBe(ids[0]);
  });

  it('is none where it is taken away, or given to a deal or a company only', () => {
    for (const event of [{ ...ticket, associationRemoved: true }, { ...ticket, associationType: 'TICKET_TO_DEAL' }, { ...ticket, associationType: 'TICKET_TO_COMPANY' }, generic('0-2')]) expect(interactionsOf(event)).toEqual([]);
  });
});

describe('consent', () => {
  const consentsOf = (event: unknown) => recordsOf(event).filter(({ product }) => product === 'crm.consents').map(({ record }) => record as CrmConsents);

  it('is withdrawn by an unsubscription from all e-mail', () => {
    const [consent] = consentsOf(contactProperty('hs_email_optout', 'true', { changeSource: 'EMAIL' }));
    expect(consent).toEqual({
      event_id: expect.stringMatching(UUID_V5), occurred_at: 1462216307945, received_at: ctx.receivedAt, source: 'hubspot:33', identifiers: { hubspot_contact_id: '33:1246965' },
      purpose: 'marketing', channel: 'email', decision: 'withdrawn', legal_basis: 'consent', evidence: 'HubSpot portal 33, contact 1246965, hs_email_optout (EMAIL)',
    });
  });

  it('is granted by a double opt-in that the person confirmed', () => {
    for (const status of ['Confirmed', 'User clicked confirmation']) expect(consentsOf(contactProperty('hs_emailconfirmationstatus', status))).toMatchObject([{ decision: 'granted', channel: 'email' }]);
  });

  it.each([
    ['hs_email_optout', 'false'], ['hs_email_optout', ''], ['hs_email_optout_3513592', 'true'], ['hs_marketable_status', 'true'], ['hs_legal_basis', 'Freely given consent from contact'],
    ['hs_emailconfirmationstatus', 'Customer marked confirmed'], ['hs_emailconfirmationstatus', 'Confirmed from previous behavior'], ['hs_emailconfirmationstatus', 'Confirmation Email Sent'],
  ])('is not decided by %s = %j, which is a change of the contact only', (property, value) => {
    expect(recordsOf(contactProperty(property, value))).toMatchObject([{ product: 'crm.contact-changes', record: { property, value } }]);
  });
});

describe('the id of an event', () => {
  const idOf = (event: unknown) => recordsOf(event)[0]!.record;
  it('stays where HubSpot sends it again, and where the generic subscription sends it', () => {
    expect(idOf({ ...propertyChange, attemptNumber: 3 })).toEqual(idOf(propertyChange));
    expect(idOf({ ...propertyChange, subscriptionType: 'object.propertyChange', objectTypeId: '0-1' })).toEqual(idOf(propertyChange));
  });

  it('is another for each event that shares the eventId, and for the consent beside it', () => {
    const others = [{ portalId: 34 }, { objectId: 1 }, { propertyName: 'industry' }, { occurredAt: 1462216307946 }, { eventId: 1 }, { subscriptionType: 'deal.propertyChange' }];
    const ids = [propertyChange, ...others.map((change) => ({ ...propertyChange, ...change })), creation, association, { ...association, associationRemoved: true }].map((event) => (idOf(event) as CrmContactChanges).event_id);
    ids.push(...recordsOf(contactProperty('hs_email_optout', 'true')).map(({ record }) => (record as CrmConsents).event_id));
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('an event that gives no record', () => {
  it.each(['product.propertyChange', 'ticket.creation', 'line_item.deletion', 'conversation.newMessage'])('%s is accepted and left out', (subscriptionType) => {
    expect(hubspotEvent({ ...propertyChange, subscriptionType }, ctx)).toEqual({ status: 'records', records: [] });
  });

  it('is one of another object by its generic type', () => {
    for (const objectTypeId of ['0-7', '0-48', '2-226377266']) expect(hubspotEvent({ ...creation, subscriptionType: 'object.creation', objectTypeId }, ctx)).toEqual({ status: 'records', records: [] });
  });

  it.each<[string, unknown, string, string]>([
    ['no object', 'hello', 'crm.contact-changes', ''],
    ['no portal', { ...propertyChange, portalId: undefined }, 'crm.contact-changes', 'portalId'],
    ['an id beyond 2^53', { ...propertyChange, objectId: 2 ** 60 }, 'crm.contact-changes', 'objectId'],
    ['a time in seconds of the year 3000', { ...propertyChange, occurredAt: 32_503_680_000_000 }, 'crm.contact-changes', 'occurredAt'],
    ['no property', { ...propertyChange, subscriptionType: 'deal.propertyChange', propertyName: undefined }, 'crm.deal-changes', 'propertyName'],
    ['a value that is an object', contactProperty('industry', { a: 1 }), 'crm.contact-changes', 'propertyValue'],
    ['no primary', { ...merge, primaryObjectId: undefined }, 'crm.contact-changes', 'primaryObjectId'],
    ['no object of a company', { ...creation, subscriptionType: 'company.creation', objectId: undefined }, 'crm.company-changes', 'objectId'],
    ['an association of unknown ends', { ...association, associationType: 'FRIENDS' }, 'crm.deal-changes', 'associationType'],
    ['a generic type without objectTypeId', { ...creation, subscriptionType: 'object.creation' }, 'crm.contact-changes', 'objectTypeId'],
    ['an unknown subscription', { ...creation, subscriptionType: 'contact.teleported' }, 'crm.contact-changes', 'subscriptionType'],
  ])('is quarantined with %s', (_name, event, product, field) => {
    expect(hubspotEvent(event, ctx)).toEqual({ status: 'quarantined', product, rejection: { code: expect.any(String), field, message: expect.stringContaining(field) } });
  });
});

describe('any JSON', () => {
  const samples = [propertyChange, creation, merge, association, { ...propertyChange, subscriptionType: 'company.propertyChange' }, { ...association, associationType: 'COMPANY_TO_CONTACT' }, { ...association, associationType: 'TICKET_TO_CONTACT' }, contactProperty('email', 'jane@example.com'), dealProperty('amount', '1.5')];
  const mutated = fc.tuple(fc.constantFrom(...samples), fc.dictionary(fc.constantFrom(...new Set(samples.flatMap(Object.keys)), '__proto__', 'objectTypeId', 'isSensitive'), fc.jsonValue(), { maxKeys: 3 }))
    .map(([sample, changes]) => ({ ...sample, ...changes }));
  const texts = fc.tuple(fc.constantFrom('email', 'phone', 'lifecyclestage', 'amount', 'hs_email_optout'), fc.string({ unit: 'binary' }), fc.boolean())
    .map(([name, value, deal]) => (deal ? dealProperty(name, value) : contactProperty(name, value)));

  it('never throws, is never rejected, and gives only records that fit their contracts', () => {
    fc.assert(fc.property(fc.oneof(fc.jsonValue(), mutated, texts), (payload) => {
      const outcome = hubspotEvent(payload, ctx);
      expect(['records', 'quarantined']).toContain(outcome.status);
      expectValid(outcome);
    }), { numRuns: 1500 });
  });
});
