import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { compileValidator, loadProducts, productOf, type CrmConsents, type CrmContactChanges, type CrmDealChanges, type Outcome } from '@tideway/contracts';
import { salesforceChange } from './salesforce-cdc.js';

const ORG = '00D5f000000JXcHEAW';
const ctx = { receivedAt: 1_795_000_000_250, accountId: ORG };
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const CONTACT = '0035f00001YLXpmAAH';
const JANE = sha256('jane@example.com');

const header = {
  entityName: 'Contact', recordIds: [CONTACT], changeType: 'UPDATE', changeOrigin: 'com/salesforce/api/soap/60.0;client=SfdcInternalAPI/',
  transactionKey: '00006bec-ce66-0611-9018-30a98446c9f2', sequenceNumber: 1, commitTimestamp: 1714156685000, commitNumber: 1100670838951, commitUser: '0055f000005mc66AAA',
};
/** As CometD delivers it: changed fields only. */
const event = (fields: object, more: object = {}) => ({ schema: 'Jx8Hz9ElkIUaBf-heF1ShA', payload: { ...fields, ChangeEventHeader: { ...header, changedFields: Object.keys(fields), ...more } }, event: { replayId: 1398411 } });
/** Account, created, from the documentation on compound fields, as the Pub/Sub API has it. */
const accountCreated = { replayId: 18098167, payload: {
  ChangeEventHeader: { ...header, entityName: 'Account', recordIds: ['0015f00002JUXA8AAP'], changeType: 'CREATE', nulledFields: [], diffFields: [], changedFields: [] },
  Name: 'Acme', Type: null, ParentId: null, BillingAddress: { Street: '415 Mission Street', City: 'San Francisco', State: 'CA', PostalCode: '94105', Country: 'United States', Latitude: null },
  ShippingAddress: null, Phone: null, Industry: 'Biotechnology', OwnerId: '0055f000005mc66AAA', CreatedDate: 1714156685000, LastModifiedDate: 1714156685000,
} };
/** Account, updated and enriched, as a client of the Pub/Sub API decodes it. */
const accountEnriched = { ChangeEventHeader: { ...header, entityName: 'Account', recordIds: ['001ZM000001QkdOYAS'], nulledFields: [], diffFields: [], changedFields: ['Fax', 'BillingAddress.State', 'LastModifiedDate'] },
  Name: null, BillingAddress: { Street: null, City: null, State: 'CA' }, Fax: '4155551212', Industry: 'Biotechnology', LastModifiedDate: 1714172795000, External_Account_ID__c: '1ABC' };
const gap = { ChangeEventHeader: { ...header, entityName: 'Account', recordIds: ['001ZM000001n4n5YAA'], changeType: 'GAP_CREATE', changedFields: [] }, Name: null };

const validators = new Map(['crm.contact-changes', 'crm.deal-changes', 'crm.company-changes', 'crm.consents'].map((id) => [id, compileValidator(productOf(loadProducts(), id).schema)]));
function run(message: unknown): Outcome {
  const outcome = salesforceChange(message, ctx);
  if (outcome.status === 'records') for (const { product, record } of outcome.records) expect(validators.get(product)!(record)).toBeUndefined();
  return outcome;
}
function recordsOf<R = CrmContactChanges>(message: unknown, product = 'crm.contact-changes'): R[] {
  const outcome = run(message);
  if (outcome.status !== 'records') throw new Error(JSON.stringify(outcome));
  return outcome.records.filter((record) => record.product === product).map(({ record }) => record as R);
}

describe('a contact of Salesforce', () => {
  it('gives one record per changed field, with the person in each and contact data hashed', () => {
    const records = recordsOf(event({ Email: 'Jane@Example.com', MobilePhone: '+1 800 555 0100', LeadSource: 'Web', Name: { LastName: 'Doe' }, LastModifiedDate: '2024-04-26T18:38:05.000Z' }, { changedFields: ['Email', 'MobilePhone', 'LeadSource', 'Name.LastName', 'LastModifiedDate'] }));
    expect(records.map(({ change, property, value }) => [change, property, value])).toEqual([
      ['updated', 'Email', JANE], ['updated', 'MobilePhone', sha256('+18005550100')], ['updated', 'LeadSource', 'Web'], ['updated', 'Name.LastName', null],
    ]);
    for (const record of records) {
      expect(record).toMatchObject({
        identifiers: { salesforce_contact_id: `${ORG}:${CONTACT}`, email_sha256: JANE, phone_sha256: sha256('+18005550100') },
        occurred_at: 1714156685000, received_at: ctx.receivedAt, source: `salesforce:${ORG}`, account_id: ORG, object_id: CONTACT,
      });
    }
    expect(JSON.stringify(records)).not.toMatch(/jane|doe/i);
  });

  it('is not identified by a business phone, which may be a switchboard', () => {
    expect(recordsOf(event({ Phone: '+49 30 1234567' }))).toMatchObject([{ value: sha256('+49301234567'), identifiers: { salesforce_contact_id: `${ORG}:${CONTACT}` } }]);
    expect(Object.keys(recordsOf(event({ Phone: '+49 30 1234567' }))[0]!.identifiers)).toEqual(['salesforce_contact_id']);
  });

  it('is created with the fields that are recorded, deleted, and created again when undeleted', () => {
    const created = recordsOf(event({ Email: 'jane@example.com', Title: 'CEO', AccountId: '0015f00002JUXA8AAP' }, { changeType: 'CREATE', changedFields: [] }));
    expect(created.map(({ change, property, value, related_ids }) => [change, property, value, related_ids])).toEqual([
      ['created', null, null, []], ['updated', 'Email', JANE, []], ['updated', 'AccountId', '0015f00002JUXA8AAP', [`salesforce_account_id:${ORG}:0015f00002JUXA8AAP`]],
    ]);
    expect(created[0]!.identifiers).toMatchObject({ email_sha256: JANE });
    expect(recordsOf(event({}, { changeType: 'DELETE', changedFields: [] }))).toMatchObject([{ change: 'deleted', property: null }]);
    expect(recordsOf(event({ LeadSource: 'Web' }, { changeType: 'UNDELETE', changedFields: [] }))).toMatchObject([{ change: 'created' }, { property: 'LeadSource' }]);
  });

  it('is several contacts in a merged event, which one address does not make one person', () => {
    const records = recordsOf(event({ Email: 'team@example.com', LeadSource: 'Web' }, { recordIds: [CONTACT, '0035f00001YLXpnAAH'] }));
    expect(records.map(({ object_id, property }) => [object_id, property])).toEqual([[CONTACT, 'Email'], [CONTACT, 'LeadSource'], ['0035f00001YLXpnAAH', 'Email'], ['0035f00001YLXpnAAH', 'LeadSource']]);
    expect(records.map(({ identifiers }) => Object.keys(identifiers))).toEqual(Array.from({ length: 4 }, () => ['salesforce_contact_id']));
    expect(new Set(records.map(({ event_id }) => event_id)).size).toBe(4);
  });

  it('has cleared fields empty, however the API says it', () => {
    expect(recordsOf(event({ LeadSource: null }))).toMatchObject([{ property: 'LeadSource', value: '' }]);
    expect(recordsOf(event({ LeadSource: null }, { changedFields: [], nulledFields: ['LeadSource'] }))).toMatchObject([{ property: 'LeadSource', value: '' }]);
    expect(recordsOf(event({ Description: '--- diff' }, { changedFields: [], diffFields: ['Description'] }))).toMatchObject([{ property: 'Description', value: null }]);
  });

  it('has no value of a number that its reader has rounded', () => {
    for (const number of [2 ** 53, 1e999]) expect(recordsOf(event({ LeadSource: number }))).toMatchObject([{ property: 'LeadSource', value: null }]);
    expect(recordsOf(event({ LeadSource: 2 ** 53 - 1 }))).toMatchObject([{ value: '9007199254740991' }]);
  });
});

describe('a lead of Salesforce', () => {
  const lead = { entityName: 'Lead', recordIds: ['00Q5f000004rbRLEAY'] };
  it('has its status as stage, and is linked to the contact that it became', () => {
    const records = recordsOf(event({ Status: 'Closed - Converted', IsConverted: true, ConvertedContactId: CONTACT }, lead));
    expect(records).toMatchObject([{ change: 'stage_changed', stage: 'Closed - Converted' }, { property: 'IsConverted', value: 'true' }, { property: 'ConvertedContactId', related_ids: [`salesforce_contact_id:${ORG}:${CONTACT}`] }]);
    for (const { identifiers } of records) expect(identifiers).toEqual({ salesforce_lead_id: `${ORG}:00Q5f000004rbRLEAY`, salesforce_contact_id: `${ORG}:${CONTACT}` });
  });

  it.each([['HasOptedOutOfEmail', 'email'], ['DoNotCall', 'phone']])('withdraws consent by %s, and grants none without it', (field, channel) => {
    expect(recordsOf<CrmConsents>(event({ [field]: true }, lead), 'crm.consents')).toMatchObject([{ decision: 'withdrawn', purpose: 'marketing', channel, evidence: expect.stringContaining(field) }]);
    expect(recordsOf(event({ [field]: false }, lead), 'crm.consents')).toEqual([]);
  });
});

describe('an opportunity of Salesforce', () => {
  const deal = { entityName: 'Opportunity', recordIds: ['006SG00000DxYWzYAN'] };
  it('has its stage, its amount in exact millionths with its currency, and its contact', () => {
    const records = recordsOf<CrmDealChanges>(event({ StageName: 'Closed Won', Amount: 19.99, CurrencyIsoCode: 'EUR', ContactId: CONTACT, Name: 'Doe kitchen' }, deal), 'crm.deal-changes');
    expect(records.map(({ property, value, stage, amount_micros, currency }) => [property, value, stage, amount_micros, currency])).toEqual([
      ['StageName', 'Closed Won', 'Closed Won', null, null], ['Amount', '19.99', null, 19_990_000, 'EUR'], ['CurrencyIsoCode', 'EUR', null, null, 'EUR'], ['ContactId', CONTACT, null, null, null], ['Name', null, null, null, null],
    ]);
    expect(records[0]!.identifiers).toEqual({ salesforce_opportunity_id: `${ORG}:006SG00000DxYWzYAN`, salesforce_contact_id: `${ORG}:${CONTACT}` });
    expect(recordsOf<CrmDealChanges>(event({ Amount: 5 }, deal), 'crm.deal-changes')).toMatchObject([{ amount_micros: 5_000_000, currency: null }]);
  });
});

describe('an account of Salesforce', () => {
  it('is a company, by the sample of the documentation', () => {
    expect(recordsOf(accountCreated, 'crm.company-changes').map(({ change, property, value }) => [change, property, value])).toEqual([
      ['created', null, null], ['updated', 'BillingAddress.Country', 'United States'], ['updated', 'Industry', 'Biotechnology'], ['updated', 'OwnerId', '0055f000005mc66AAA'],
    ]);
  });

  it('changed in the named fields only, whatever enriches the event', () => {
    expect(recordsOf(accountEnriched, 'crm.company-changes').map(({ property, value }) => [property, value])).toEqual([['Fax', null], ['BillingAddress.State', null]]);
  });
});

describe('the id of a change', () => {
  const ids = (message: unknown) => recordsOf(message).map(({ event_id }) => event_id);
  it('stays when the event is replayed, in another form and with another replay id', () => {
    const first = event({ LeadSource: 'Web' });
    for (const again of [{ ...first, event: { replayId: 2 } }, { channel: '/data/ContactChangeEvent', data: first }, { replayId: 3, payload: first.payload }, first.payload]) expect(ids(again)).toEqual(ids(first));
  });

  it('is another for another transaction, step, record and field, and for the creation', () => {
    const others = [event({ LeadSource: 'Web' }), event({ LeadSource: 'Web' }, { transactionKey: 'x' }), event({ LeadSource: 'Web' }, { sequenceNumber: 2 }), event({ LeadSource: 'Web' }, { recordIds: ['0035f00001YLXpnAAH'] }), event({ Title: 'x' }), event({}, { changeType: 'DELETE' })].flatMap(ids);
    expect(new Set([...others, ...ids(event({}, { changeType: 'CREATE' }))]).size).toBe(others.length + 1);
  });
});

describe('an event that gives no record', () => {
  it('of another entity is accepted', () => {
    expect(run(event({ Name: 'x' }, { entityName: 'Case' }))).toEqual({ status: 'records', records: [] });
  });

  it.each<[string, unknown, string, string, string]>([
    ['a gap', gap, 'gap', 'crm.company-changes', 'changeType'],
    ['a gap of a contact', event({}, { changeType: 'GAP_UPDATE' }), 'gap', 'crm.contact-changes', 'changeType'],
    ['an overflow', event({}, { changeType: 'GAP_OVERFLOW', recordIds: ['000000000000000AAA'] }), 'gap_overflow', 'crm.contact-changes', 'changeType'],
    ['all records of an object', event({}, { recordIds: ['003*'] }), 'wildcard', 'crm.contact-changes', 'recordIds'],
    ['bitmaps, as they come over the wire', event({ Fax: 'x' }, { changedFields: ['0x400080', '4-0x3'] }), 'encoded_fields', 'crm.contact-changes', 'changedFields'],
    ['an unknown change', event({}, { changeType: 'TELEPORT' }), 'enum', 'crm.contact-changes', 'changeType'],
    ['no transaction', event({}, { transactionKey: undefined }), 'type', 'crm.contact-changes', 'transactionKey'],
    ['too many changes', event({ LeadSource: 'Web' }, { recordIds: Array.from({ length: 2_501 }, () => CONTACT) }), 'too_many', 'crm.contact-changes', 'recordIds'],
  ])('with %s is quarantined, with what to do', (_name, message, code, product, field) => {
    expect(run(message)).toEqual({ status: 'quarantined', product, rejection: { code, field: `ChangeEventHeader.${field}`, message: expect.stringContaining(field) } });
  });

  it('without a header is rejected', () => {
    for (const message of [null, 'x', [], {}, { data: { payload: {} } }]) expect(run(message)).toMatchObject({ status: 'rejected', rejection: { code: 'required', field: 'ChangeEventHeader' } });
  });
});

describe('any JSON', () => {
  const samples = [event({ Email: 'jane@example.com', LeadSource: 'Web' }), event({ Amount: 5, StageName: 'x' }, { entityName: 'Opportunity' }), accountCreated, { payload: accountEnriched }, { payload: gap }];
  const keys = [...new Set(samples.flatMap(({ payload }) => [...Object.keys(payload), ...Object.keys(payload.ChangeEventHeader)])), '__proto__', 'constructor'];
  const changes = fc.dictionary(fc.constantFrom(...keys), fc.oneof(fc.jsonValue(), fc.array(fc.constantFrom(...keys))), { maxKeys: 3 });
  const damaged = fc.tuple(fc.constantFrom(...samples), changes, changes).map(([{ payload }, body, head]) => ({ payload: { ...payload, ...body, ChangeEventHeader: { ...payload.ChangeEventHeader, ...head } } }));

  it('never throws, and gives only records that fit their contracts or a named rejection', () => {
    fc.assert(fc.property(fc.oneof(fc.jsonValue(), damaged), (message) => {
      const outcome = run(message);
      if (outcome.status !== 'records') expect(outcome.rejection).toEqual({ code: expect.stringMatching(/./), field: expect.stringMatching(/./), message: expect.stringMatching(/./) });
    }), { numRuns: 1500 });
  });
});
