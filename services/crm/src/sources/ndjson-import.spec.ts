import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { compileValidator, loadProducts, productOf, type CrmContactChanges, type CrmDealChanges, type Outcome } from '@tideway/contracts';
import type { ImportContext } from './import-records.js';
import { importLine } from './ndjson-import.js';

const ctx: ImportContext = { receivedAt: 1_795_000_000_250, source: 'import:shop', accountId: 'shop' };
const hubspot: ImportContext = { ...ctx, source: 'import:62515', accountId: '62515', platform: 'hubspot' };
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const JANE = sha256('jane@example.com');
const UPDATED = Date.parse('2026-11-01T09:30:00Z');
const contact = { type: 'contact', id: '9101', updated_at: '2026-11-01T09:30:00Z' };
const deal = { type: 'deal', id: 77, updated_at: '2026-11-01T10:30:00+01:00' };
const consent = { type: 'consent', contact: { email: 'jane@example.com' }, purpose: 'marketing', channel: 'email', decision: 'granted', legal_basis: 'consent', decided_at: '2026-11-01T09:30:00Z' };

const interaction = { type: 'interaction', id: 'T-5', contact: { email: 'jane@example.com' }, kind: 'ticket', occurred_at: '2026-11-01T09:30:00Z' };

const validators = new Map(['crm.contact-changes', 'crm.deal-changes', 'crm.consents', 'crm.interactions'].map((id) => [id, compileValidator(productOf(loadProducts(), id).schema)]));
function run(line: unknown, context = ctx): Outcome {
  const outcome = importLine(Buffer.isBuffer(line) ? line : Buffer.from(JSON.stringify(line)), 12, context);
  if (outcome.status === 'records') for (const { product, record } of outcome.records) expect(validators.get(product)!(record)).toBeUndefined();
  return outcome;
}
function recordsOf(line: unknown, context = ctx) {
  const outcome = run(line, context);
  if (outcome.status !== 'records') throw new Error(JSON.stringify(outcome));
  return outcome.records.map(({ record }) => record as CrmContactChanges | CrmDealChanges);
}
function rejectionOf(line: unknown, context = ctx) {
  const outcome = run(line, context);
  if (outcome.status !== 'rejected') throw new Error(JSON.stringify(outcome));
  return outcome.rejection;
}

describe('a contact line', () => {
  it('gives a record per recorded property, each with every identifier', () => {
    const line = { ...contact, email: 'Jane@Example.com', phone: '+1 800 555 0100', user_id: 'u-7', stage: 'customer', properties: { industry: 'Retail', numemployees: 250, firstname: 'Jane', country: null } };
    const records = recordsOf(line);
    expect(records.map(({ change, property, value, stage }) => [change, property, value, stage])).toEqual([
      ['updated', 'email', JANE, null], ['updated', 'phone', sha256('+18005550100'), null], ['stage_changed', 'stage', 'customer', 'customer'],
      ['updated', 'industry', 'Retail', null], ['updated', 'numemployees', '250', null], ['updated', 'country', '', null],
    ]);
    for (const record of records) {
      expect(record).toMatchObject({ identifiers: { email_sha256: JANE, phone_sha256: sha256('+18005550100'), user_id: 'u-7' }, occurred_at: UPDATED, received_at: ctx.receivedAt, source: 'import:shop', account_id: 'shop', object_id: '9101' });
    }
    expect(new Set(records.map(({ event_id }) => event_id)).size).toBe(6);
    expect(JSON.stringify(records).toLowerCase()).not.toContain('jane');
  });

  it('of a HubSpot account continues its webhooks: same identifier, same property for the stage', () => {
    expect(recordsOf({ ...contact, stage: 'customer' }, hubspot)).toMatchObject([{ identifiers: { hubspot_contact_id: '62515:9101' }, property: 'lifecyclestage', stage: 'customer', source: 'import:62515' }]);
  });

  it('without a recorded property still tells that the contact is there', () => {
    expect(recordsOf({ ...contact, user_id: 'u-7' })).toMatchObject([{ change: 'updated', property: null, identifiers: { user_id: 'u-7' } }]);
  });

  it('that is deleted gives the deletion alone', () => {
    expect(recordsOf({ ...contact, stage: 'customer', deleted: true })).toMatchObject([{ change: 'deleted', property: null, stage: null }]);
  });

  it('leaves placeholders out and keeps the rest', () => {
    expect(recordsOf({ ...contact, email: 'test@test.com', user_id: 'u-7' })).toMatchObject([{ identifiers: { user_id: 'u-7' } }]);
  });

  it('records properties that the account adds', () => {
    const line = { ...contact, properties: { loyalty_tier: 'gold' } };
    expect(recordsOf(line, { ...ctx, keptProperties: new Set(['loyalty_tier']) })).toMatchObject([{ property: 'loyalty_tier', value: 'gold' }]);
  });
});

describe('a deal line', () => {
  const line = { ...deal, contacts: [{ id: 9101, email: 'jane@example.com' }, { user_id: 'u-8' }], stage: 'won', amount: 1500.5, currency: 'EUR', properties: { pipeline: 'default' } };

  it('links each contact, and carries the first one on its other records', () => {
    const records = recordsOf(line, hubspot);
    expect(records.map(({ property, value, related_ids }) => [property, value, related_ids])).toEqual([
      ['association', 'added', ['hubspot_contact_id:62515:9101']], ['association', 'added', ['user_id:u-8']], ['dealstage', 'won', []], ['amount', '1500.5', []], ['pipeline', 'default', []],
    ]);
    const first = { hubspot_contact_id: '62515:9101', email_sha256: JANE, hubspot_deal_id: '62515:77' };
    expect(records.map(({ identifiers }) => identifiers)).toEqual([first, { user_id: 'u-8', hubspot_deal_id: '62515:77' }, first, first, first]);
    expect(records[3]).toMatchObject({ amount_micros: 1_500_500_000, currency: 'EUR', change: 'updated', occurred_at: UPDATED });
    expect(records.filter(({ amount_micros }) => amount_micros !== null)).toHaveLength(1);
  });

  it('of another CRM is related to its contacts by the account', () => {
    expect(recordsOf({ ...deal, contacts: [{ id: 9101, email: 'jane@example.com' }, { email: 'test@test.com' }] })).toMatchObject([{ identifiers: { email_sha256: JANE }, related_ids: ['contact:shop:9101'] }]);
  });

  it('needs a currency with an amount, and an amount that a record holds', () => {
    expect(rejectionOf({ ...deal, amount: '5' })).toMatchObject({ field: 'currency', message: 'line 12, currency: is required with an amount' });
    expect(rejectionOf({ ...deal, amount: '1,500.00', currency: 'EUR' })).toMatchObject({ code: 'format', field: 'amount' });
    expect(rejectionOf({ ...deal, amount: '9100000000', currency: 'VND' })).toMatchObject({ code: 'range', field: 'amount' });
  });
});

describe('a consent line', () => {
  it('gives the decision with its evidence', () => {
    expect(run({ ...consent, evidence: 'form 12' })).toEqual({ status: 'records', records: [{ product: 'crm.consents', record: {
      event_id: expect.any(String), occurred_at: UPDATED, received_at: ctx.receivedAt, source: 'import:shop', identifiers: { email_sha256: JANE },
      purpose: 'marketing', channel: 'email', decision: 'granted', legal_basis: 'consent', evidence: 'form 12',
    } }] });
    expect(run(consent)).toMatchObject({ records: [{ record: { evidence: null } }] });
  });

  it('is rejected where it names nobody', () => {
    for (const person of [{ id: '9101' }, { email: 'test@test.com' }]) expect(rejectionOf({ ...consent, contact: person })).toMatchObject({ code: 'no_identifier', field: 'contact' });
    expect(rejectionOf({ ...consent, contact: {} })).toMatchObject({ field: 'contact' });
    expect(run({ ...consent, contact: { id: '9101' } }, hubspot)).toMatchObject({ records: [{ record: { identifiers: { hubspot_contact_id: '62515:9101' } } }] });
  });
});

describe('an interaction line', () => {
  const visit = { ...interaction, id: 'V-1', kind: 'store_visit', direction: 'inbound', outcome: 'sold', subject: 'order:O-1', duration_s: 1260, value: '89.90', currency: 'EUR' };

  it('gives what happened, with everything that the line says of it', () => {
    expect(run(visit)).toEqual({ status: 'records', records: [{ product: 'crm.interactions', record: {
      event_id: expect.any(String), occurred_at: UPDATED, received_at: ctx.receivedAt, source: 'import:shop', identifiers: { email_sha256: JANE }, account_id: 'shop', object_id: 'V-1',
      kind: 'store_visit', direction: 'inbound', outcome: 'sold', subject_id: 'order:O-1', duration_s: 1260, value_micros: 89_900_000, currency: 'EUR',
    } }] });
    expect(run(interaction)).toMatchObject({ records: [{ record: { kind: 'ticket', direction: 'unknown', outcome: null, subject_id: null, duration_s: null, value_micros: null } }] });
  });

  it('keeps its id when it is sent again with another outcome, and has another for each person', () => {
    const idOf = (line: object) => recordsOf(line)[0]!.event_id;
    expect(idOf({ ...visit, outcome: 'returned' })).toBe(idOf(visit));
    expect(new Set([visit, { ...visit, contact: { user_id: 'u-7' } }, { ...visit, id: 'V-2' }, { ...visit, kind: 'chat' }].map(idOf)).size).toBe(4);
  });

  it.each<[string, object, string, string]>([
    ['nobody', { contact: { email: 'test@test.com' } }, 'no_identifier', 'contact'],
    ['an unknown kind', { kind: 'seance' }, 'format', 'kind'],
    ['contact data in its outcome', { outcome: 'call 030 1234567' }, 'format', 'outcome'],
    ['a subject that is an address', { subject: 'person:jane@example.com' }, 'format', 'subject'],
    ['a negative length', { duration_s: -1 }, 'format', 'duration_s'],
    ['a value without a currency', { currency: undefined }, 'format', 'currency'],
    ['a value that is no amount', { value: '1,500' }, 'format', 'value'],
    ['a time in the future', { occurred_at: '2027-11-01T09:30:00Z' }, 'range', 'occurred_at'],
  ])('is rejected with %s', (_name, change, code, field) => {
    const rejection = rejectionOf({ ...visit, ...change });
    expect(rejection).toEqual({ code, field, message: expect.stringContaining(`line 12, ${field}: `) });
    expect(rejection.message).not.toContain('jane');
  });
});

describe('the ids of records', () => {
  const idsOf = (line: unknown, context = ctx) => recordsOf(line, context).map(({ event_id }) => event_id);
  const line = { ...contact, stage: 'customer', properties: { industry: 'Retail' } };

  it('stay where the same line is sent again, later and in another order', () => {
    expect(idsOf({ ...line, properties: { industry: 'Retail' } }, { ...ctx, receivedAt: ctx.receivedAt + 5000 })).toEqual(idsOf(line));
    expect(idsOf(Buffer.from('{"stage":"customer","updated_at":"2026-11-01T10:30:00+01:00","id":9101,"type":"contact"}'))).toEqual(idsOf(line).slice(0, 1));
  });

  it('are others for another value, time, object, account or decision', () => {
    const ids = [line, { ...line, stage: 'lead' }, { ...line, updated_at: '2026-11-01T09:31:00Z' }, { ...line, id: '9102' }, { ...line, type: 'deal' }].map((other) => idsOf(other)[0]);
    ids.push(idsOf(line, { ...ctx, accountId: 'other' })[0], idsOf(consent)[0], idsOf({ ...consent, decision: 'denied' })[0], idsOf({ ...contact, deleted: true })[0], idsOf(contact)[0]);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('a line that cannot be read', () => {
  it('that is blank gives no records', () => {
    for (const blank of ['', '  ', '\r', '\ufeff']) expect(run(Buffer.from(blank))).toEqual({ status: 'records', records: [] });
  });

  it.each<[string, unknown, string, string]>([
    ['bytes that are no UTF-8', Buffer.from([0xff, 0xfe]), 'encoding', ''],
    ['half an object', Buffer.from('{"type":"contact"'), 'json', ''],
    ['an array', [], 'format', ''],
    ['another type', { ...contact, type: 'company' }, 'format', 'type'],
    ['no id', { ...contact, id: undefined }, 'format', 'id'],
    ['an unknown field', { ...contact, firstname: 'Jane' }, 'unknown_field', ''],
    ['a time without a zone', { ...contact, updated_at: '2026-11-01T09:30:00' }, 'format', 'updated_at'],
    ['a time before 1970', { ...contact, updated_at: '1969-11-01T09:30:00Z' }, 'format', 'updated_at'],
    ['a time in the future', { ...contact, updated_at: '2027-11-01T09:30:00Z' }, 'range', 'updated_at'],
    ['an address that is none', { ...contact, email: 'jane at example' }, 'identifier', 'email'],
    ['a national phone number', { ...deal, contacts: [{ phone: '030 1234567' }] }, 'identifier', 'contacts.0.phone'],
    ['an e-mail address as a property', { ...contact, properties: { email: 'jane@example.com' } }, 'format', 'properties.email'],
    ['a property that is an object', { ...contact, properties: { industry: {} } }, 'format', 'properties.industry'],
    ['a stage that is contact data', { ...contact, stage: 'ask jane@example.com' }, 'format', 'stage'],
    ['an unknown purpose', { ...consent, purpose: 'spam' }, 'format', 'purpose'],
  ])('with %s is rejected with line and field, without its contact data', (_name, line, code, field) => {
    const rejection = rejectionOf(line);
    expect(rejection).toEqual({ code, field, message: expect.stringContaining(field ? `line 12, ${field}: ` : 'line 12: ') });
    expect(rejection.message.toLowerCase()).not.toContain('jane');
  });

  it('never throws, and every record fits its contract', () => {
    const samples: object[] = [{ ...contact, email: 'jane@example.com', phone: '+18005550100', stage: 'x', properties: { industry: 'y' } }, { ...deal, contacts: [{ id: 1 }], amount: '5', currency: 'EUR' }, consent, interaction];
    const mutated = fc.tuple(fc.constantFrom(...samples), fc.dictionary(fc.constantFrom(...new Set(samples.flatMap(Object.keys)), '__proto__'), fc.jsonValue(), { maxKeys: 2 })).map(([sample, changes]) => ({ ...sample, ...changes }));
    const texts = fc.tuple(fc.constantFrom('email', 'phone', 'user_id', 'stage', 'id'), fc.string({ unit: 'binary' })).map(([field, value]) => ({ ...contact, [field]: value, properties: { [value]: value } }));
    const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array));
    fc.assert(fc.property(fc.oneof(fc.jsonValue(), mutated, texts, bytes), fc.constantFrom(ctx, hubspot), (line, context) => {
      expect(['records', 'rejected']).toContain(run(line, context).status);
    }), { numRuns: 1500 });
  });
});
