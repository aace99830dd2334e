import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { compileValidator, loadProducts, productOf, type CrmCompanyChanges, type CrmConsents, type CrmContactChanges, type CrmDealChanges, type CrmInteractions, type Outcome } from '@tideway/contracts';
import { pipedriveEvent } from './pipedrive.js';

const ctx = { receivedAt: 1_795_000_000_250, source: 'pipedrive:shop' };
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const JANE = sha256('jane@example.com');
const MOBILE = sha256('+37255512345');

const meta = {
  action: 'change', company_id: '8087566', correlation_id: '43cb94f3-bbbd-406c-ae19-ddeec349d896', entity_id: '8', entity: 'person', id: '7c812ffd-8f50-45ea-a597-b8fcba2da9c0', is_bulk_edit: false,
  timestamp: '2022-11-24T15:18:35.616Z', type: 'general', user_id: '12415231', version: '2.0', webhook_id: '4710827', webhook_owner_id: '12094821', change_source: 'app', attempt: 1, host: 'pd-us.pipedrive.com',
};
const AT = Date.parse(meta.timestamp);
// The samples of https://pipedrive.readme.io/docs/webhooks-v2-migration-guide.
const person = { add_time: '2022-11-24T13:18:55Z', custom_fields: {}, emails: [], first_name: 'Sample Person', id: 8, label: null, last_name: null, name: 'Sample Person', org_id: 1, owner_id: 12415231, phones: [], update_time: '2022-11-24T15:18:35Z', visible_to: '3' };
const personChanged = { data: person, previous: { first_name: 'Sample', name: 'Sample' }, meta };
const personCreated = { data: person, previous: null, meta: { ...meta, action: 'create', id: '5359a602-6d1b-4562-a385-ccaa762bd722' } };
const personDeleted = { data: null, previous: person, meta: { ...meta, action: 'delete', id: '0c73badd-ba9e-43dd-ab86-687b9797f46b', timestamp: '2022-11-24T15:19:45.149Z' } };
const deal = {
  add_time: '2022-11-24T13:18:55Z', channel: null, channel_id: null, close_time: null, creator_user_id: 12415231, currency: 'EUR', custom_fields: {}, expected_close_date: null, first_won_time: null, id: 8,
  label_ids: [24, 25], lost_reason: null, lost_time: null, org_id: 1, origin: 'ManuallyCreated', origin_id: null, owner_id: 12415231, person_id: 8, pipeline_id: 1, probability: null, stage_change_time: null,
  stage_id: 2, status: 'open', title: 'Sample Org deal', update_time: '2022-11-24T15:11:55Z', value: 100, visible_to: '3', won_time: null,
};
const ofDeal = (data: object | null, previous: object | null, more: object = {}) => ({ data, previous, meta: { ...meta, entity: 'deal', id: 'df47d877-b58c-4886-91cd-1aa83e1d7366', ...more } });
const FIELD = '3d0fa3429dfa2d3dec265b4fc5dc8258ab66cdf3';
const dealChanged = ofDeal({ ...deal, custom_fields: { [FIELD]: { country: 'Estonia', formatted_address: 'Tallinn, Estonia', locality: 'Tallinn', type: 'address', value: 'Tallinn, Estonia' } } }, { custom_fields: { [FIELD]: null } });
const organization = { add_time: '2022-11-24T13:18:55Z', address: null, country_code: null, custom_fields: { bdd479c3cfdb9c50bae4fa4929ae944980da55d7: { type: 'double', value: 978 } }, id: 1, label: null, name: 'Sample Org', owner_id: 12415231, picture_id: null, update_time: '2022-11-24T15:21:23Z', visible_to: '3' };
const ofOrganization = (data: object | null, previous: object | null, more: object = {}) => ({ data, previous, meta: { ...meta, entity: 'organization', entity_id: '1', ...more } });
const activity = {
  active_flag: true, add_time: '2022-11-24T15:25:44Z', busy_flag: null, custom_fields: {}, deal_id: 10, done: false, due_date: '2022-11-24', due_time: { timezone_id: null, value: '' }, duration: { timezone_id: null, value: '' },
  id: 2, lead_id: null, location: null, org_id: null, owner_id: 12415231, person_id: 10, public_description: '', subject: 'Call with friends and family', type: 'meeting', update_time: '2022-11-24T15:28:13Z', update_user_id: null,
};
const ofActivity = (data: object | null, previous: object | null, more: object = {}) => ({ data, previous, meta: { ...meta, entity: 'activity', entity_id: '2', ...more } });
/** Version 1, https://pipedrive.readme.io/docs/guide-for-webhooks: all fields in both blocks. */
const v1 = (object: string, current: object | null, previous: object | null, more: object = {}) => ({
  v: 1, matches_filters: { current: [], previous: [] }, retry: 0, current, previous, event: `updated.${object}`,
  meta: { v: 1, action: 'updated', object, change_source: 'app', id: 11, company_id: 8087566, user_id: 12415231, host: 'company.pipedrive.com', timestamp: 1523440213, timestamp_micro: 1523440213384700, permitted_user_ids: [], trans_pending: false, is_bulk_update: false, pipedrive_service_name: false, webhook_id: 5, ...more },
});

const validators = new Map(['crm.contact-changes', 'crm.deal-changes', 'crm.company-changes', 'crm.consents', 'crm.interactions'].map((id) => [id, compileValidator(productOf(loadProducts(), id).schema)]));
function run(payload: unknown): Outcome {
  const outcome = pipedriveEvent(payload, ctx);
  if (outcome.status === 'records') for (const { product, record } of outcome.records) expect(validators.get(product)!(record)).toBeUndefined();
  return outcome;
}
function recordsOf<R = CrmContactChanges>(payload: unknown, product = 'crm.contact-changes'): R[] {
  const outcome = run(payload);
  if (outcome.status !== 'records') throw new Error(JSON.stringify(outcome));
  return outcome.records.filter((record) => record.product === product).map(({ record }) => record as R);
}
const contacts = (data: object, previous: object | null, more: object = {}) => ({ data: { ...person, ...data }, previous, meta: { ...meta, ...more } });
const emails = [{ label: 'home', value: 'other@example.org', primary: false }, { label: 'work', value: 'Jane@Example.com', primary: true }];
const phones = [{ label: 'work', value: '+372 600 1234', primary: true }, { label: 'mobile', value: '+372 5551 2345', primary: false }];

describe('a person of Pipedrive', () => {
  it('gives one record per changed field, by the samples of the documentation', () => {
    expect(recordsOf(personChanged).map(({ change, property, value }) => [change, property, value])).toEqual([['updated', 'first_name', null], ['updated', 'name', null]]);
    expect(recordsOf(personChanged)[0]).toMatchObject({ identifiers: { pipedrive_person_id: '8087566:8' }, occurred_at: AT, received_at: ctx.receivedAt, source: 'pipedrive:shop', account_id: '8087566', object_id: '8' });
    expect(recordsOf(personCreated).map(({ change, property, value, related_ids }) => [change, property, value, related_ids])).toEqual([
      ['created', null, null, []], ['updated', 'org_id', '1', ['pipedrive_organization_id:8087566:1']], ['updated', 'owner_id', '12415231', []], ['updated', 'visible_to', '3', []],
    ]);
    expect(recordsOf(personDeleted)).toMatchObject([{ change: 'deleted', property: null, identifiers: { pipedrive_person_id: '8087566:8' } }]);
  });

  it('is identified by the primary address and a mobile number, which are hashed', () => {
    const records = recordsOf(contacts({ emails, phones, label_ids: [3, 4] }, { emails: [], phones: [], label_ids: [] }));
    expect(records.map(({ property, value }) => [property, value])).toEqual([['emails', JANE], ['phones', sha256('+3726001234')], ['label_ids', '3,4']]);
    for (const { identifiers } of records) expect(identifiers).toEqual({ pipedrive_person_id: '8087566:8', email_sha256: JANE, phone_sha256: MOBILE });
    expect(JSON.stringify(records)).not.toMatch(/example|5551|6001/i);
  });

  it('is not identified by more than its id where one edit changed many persons', () => {
    expect(recordsOf(contacts({ emails, owner_id: 5 }, { owner_id: 4 }, { is_bulk_edit: true }))).toMatchObject([{ property: 'owner_id', identifiers: { pipedrive_person_id: '8087566:8' } }]);
    expect(Object.keys(recordsOf(contacts({ emails, owner_id: 5 }, { owner_id: 4 }, { is_bulk_edit: true }))[0]!.identifiers)).toEqual(['pipedrive_person_id']);
  });

  it('has cleared fields empty, and none for what did not change or says only when', () => {
    const records = recordsOf(contacts({ org_id: null, visible_to: '3' }, { org_id: 1, visible_to: '3', update_time: '2022-11-24T15:00:00Z', activities_count: 3, last_activity_id: 5 }));
    expect(records).toMatchObject([{ property: 'org_id', value: '', related_ids: [] }]);
    expect(records).toHaveLength(1);
  });

  it('that another was merged into says so, and so does the other', () => {
    expect(recordsOf(contacts({ first_name: 'Jane' }, { first_name: 'J' }, { merged_from_id: '9' }))).toMatchObject([{ change: 'merged', related_ids: ['pipedrive_person_id:8087566:9'] }, { change: 'updated', property: 'first_name' }]);
    expect(recordsOf({ ...personDeleted, meta: { ...personDeleted.meta, merged_to_id: '9' } })).toMatchObject([{ change: 'deleted', related_ids: ['pipedrive_person_id:8087566:9'] }]);
  });

  it.each([['unsubscribed', 'subscribed', 1], ['unsubscribed', 'no_consent', 1], ['no_consent', 'subscribed', 1], ['no_consent', 'archived', 1], ['no_consent', 'unsubscribed', 0], ['subscribed', 'no_consent', 0], ['archived', 'subscribed', 0]])('withdraws consent by marketing_status %s after %s: %i times', (status, before, times) => {
    const consents = recordsOf<CrmConsents>(contacts({ emails, marketing_status: status }, { marketing_status: before }), 'crm.consents');
    expect(consents).toHaveLength(times);
    for (const consent of consents) expect(consent).toMatchObject({ decision: 'withdrawn', purpose: 'marketing', channel: 'email', identifiers: { email_sha256: JANE }, evidence: `Pipedrive company 8087566, person 8, marketing_status ${status}` });
  });

  it('that is created withdraws nothing by no_consent, which is the default, but by unsubscribed', () => {
    const created = (marketing_status: string) => recordsOf(contacts({ marketing_status }, null, { action: 'create' }), 'crm.consents').length;
    expect([created('no_consent'), created('subscribed'), created('unsubscribed')]).toEqual([0, 0, 1]);
  });
});

describe('a deal of Pipedrive', () => {
  const dealsOf = (payload: unknown) => recordsOf<CrmDealChanges>(payload, 'crm.deal-changes');
  it('has custom fields that changed, without values that were not asked for', () => {
    expect(dealsOf(dealChanged)).toMatchObject([{ property: `custom_fields.${FIELD}`, value: null, identifiers: { pipedrive_deal_id: '8087566:8', pipedrive_person_id: '8087566:8' } }]);
  });

  it('has its amount in exact millionths with its currency, its person and its organization', () => {
    const created = dealsOf(ofDeal({ ...deal, value: 19.99 }, null, { action: 'create' }));
    expect(created[0]).toMatchObject({ change: 'created', property: null });
    expect(created.find(({ property }) => property === 'value')).toMatchObject({ value: '19.99', amount_micros: 19_990_000, currency: 'EUR' });
    expect(created.find(({ property }) => property === 'person_id')).toMatchObject({ value: '8', related_ids: ['pipedrive_person_id:8087566:8'] });
    expect(created.find(({ property }) => property === 'org_id')!.related_ids).toEqual(['pipedrive_organization_id:8087566:1']);
    expect(created.some(({ property }) => property === 'title')).toBe(false);
  });

  it.each([['stage_id', { stage_id: 3 }, { stage_id: 2 }, '3'], ['status', { status: 'won', won_time: '2022-11-24T15:11:55Z' }, { status: 'open' }, 'won'], ['status', { status: 'open' }, { status: 'lost' }, '2'], ['stage_id', { status: 'lost', stage_id: 1 }, { stage_id: 2 }, 'lost']])('has its stage by %s, with %j', (property, now, before, stage) => {
    expect(dealsOf(ofDeal({ ...deal, ...now }, before))).toMatchObject([{ change: 'stage_changed', property, stage }]);
  });

  it('is deleted', () => {
    expect(dealsOf(ofDeal(null, deal, { action: 'delete' }))).toMatchObject([{ change: 'deleted', object_id: '8', related_ids: [] }]);
  });
});

describe('an organization of Pipedrive', () => {
  it('is a company, nobody\'s identity', () => {
    const of = (payload: unknown) => recordsOf<CrmCompanyChanges>(payload, 'crm.company-changes');
    expect(of(ofOrganization({ ...organization, country_code: 'EE' }, { country_code: null, custom_fields: { bdd479c3cfdb9c50bae4fa4929ae944980da55d7: null } })).map(({ property, value }) => [property, value])).toEqual([
      ['country_code', 'EE'], ['custom_fields.bdd479c3cfdb9c50bae4fa4929ae944980da55d7', null],
    ]);
    expect(of(ofOrganization(null, organization, { action: 'delete' }))).toMatchObject([{ change: 'deleted', account_id: '8087566', object_id: '1' }]);
  });
});

describe('an activity of Pipedrive', () => {
  const of = (payload: unknown) => recordsOf<CrmInteractions>(payload, 'crm.interactions');
  it('is an interaction of each person in it once it is done', () => {
    const done = { ...activity, done: true, duration: { timezone_id: null, value: '00:30:00' }, participants: [{ person_id: 10, primary: true }, { person_id: 11, primary: false }] };
    const records = of(ofActivity(done, { done: false }));
    expect(records).toMatchObject(['10', '11'].map((id) => ({ kind: 'meeting', object_id: '2', account_id: '8087566', occurred_at: AT, duration_s: 1_800, subject_id: 'pipedrive_deal_id:8087566:10', direction: 'unknown', identifiers: { pipedrive_person_id: `8087566:${id}` } })));
    const again = of(ofActivity(done, { done: false }, { id: 'another', timestamp: '2022-11-25T00:00:00Z' }));
    expect(again.map(({ event_id }) => event_id)).toEqual(records.map(({ event_id }) => event_id));
    expect(of(ofActivity({ ...activity, type: 'call', done: true, duration: null, deal_id: null }, null, { action: 'create' }))).toMatchObject([{ kind: 'call', duration_s: null, subject_id: null }]);
  });

  it.each<[string, object | null, object | null, string]>([
    ['planned', activity, null, 'create'], ['changed while it is planned', activity, { subject: 'Call with friends' }, 'change'], ['changed after it was done', { ...activity, done: true }, { subject: 'x' }, 'change'],
    ['deleted', null, activity, 'delete'], ['a task', { ...activity, done: true, type: 'task' }, { done: false }, 'change'], ['of nobody', { ...activity, done: true, person_id: null }, { done: false }, 'change'],
  ])('is none where it is %s', (_name, data, previous, action) => {
    expect(run(ofActivity(data, previous, { action }))).toEqual({ status: 'records', records: [] });
  });
});

describe('a webhook of version 1', () => {
  const current = { id: 11, name: 'Jane Doe', email: emails, phone: [{ value: '', primary: true }], org_id: null, owner_id: 123, label_ids: [14], label: 14, activities_count: 1, update_time: '2025-02-17 21:26:58' };
  it('has the fields that differ, under an id of object, action and time, which resends keep', () => {
    const payload = v1('person', current, { ...current, label_ids: [], label: null, email: [{ value: '', primary: true }], activities_count: 0 });
    const records = recordsOf(payload);
    expect(records.map(({ property, value }) => [property, value])).toEqual([['email', JANE], ['label_ids', '14'], ['label', '14']]);
    expect(records[0]).toMatchObject({ identifiers: { pipedrive_person_id: '8087566:11', email_sha256: JANE }, occurred_at: 1523440213384, account_id: '8087566', object_id: '11' });
    expect(recordsOf({ ...payload, retry: 1 })).toEqual(records);
    const later = recordsOf(v1('person', current, { ...current, label: null }, { timestamp_micro: 1523440213385700 }));
    expect(records.map(({ event_id }) => event_id)).not.toContain(later[0]!.event_id);
  });

  it('is created, merged and deleted', () => {
    expect(recordsOf(v1('person', current, null, { action: 'added' }))[0]).toMatchObject({ change: 'created' });
    expect(recordsOf(v1('person', current, current, { action: 'merged' }))).toMatchObject([{ change: 'merged', related_ids: [] }]);
    expect(recordsOf(v1('person', null, current, { action: 'deleted', timestamp_micro: undefined }))).toMatchObject([{ change: 'deleted', occurred_at: 1523440213000 }]);
    expect(recordsOf(v1('activity', { id: 11, type: 'call', done: true, duration: '00:15', person_id: 3 }, { done: false }), 'crm.interactions')).toMatchObject([{ kind: 'call', duration_s: 900 }]);
  });
});

describe('the id of a change', () => {
  const ids = (payload: unknown) => recordsOf(payload).map(({ event_id }) => event_id);
  it('stays in further attempts, and is another for another event, company and field', () => {
    expect(ids({ ...personChanged, meta: { ...meta, attempt: 2, webhook_id: '1' } })).toEqual(ids(personChanged));
    const all = [personChanged, personCreated, personDeleted, contacts({}, { name: 'x' }, { id: 'other' }), contacts({}, { name: 'x' }, { company_id: '1' })].flatMap(ids);
    expect(new Set(all).size).toBe(all.length);
  });

  it('is made of object, action and time where Pipedrive sent none', () => {
    const without = (more: object = {}) => ids(contacts({}, { name: 'x' }, { id: undefined, ...more }));
    expect(without({ attempt: 2 })).toEqual(without());
    expect(new Set([without(), without({ entity_id: '9' }), without({ timestamp: '2022-11-24T15:18:36.616Z' })].flat()).size).toBe(3);
  });
});

describe('a webhook that gives no record', () => {
  it('of another entity is accepted', () => {
    for (const entity of ['lead', 'note', 'product', 'stage', 'user']) expect(run({ ...personChanged, meta: { ...meta, entity, entity_id: 'b1810230-6c0d-11ed-9826-a53d0eb706a5' } })).toEqual({ status: 'records', records: [] });
  });

  it.each<[string, unknown, string, string, string]>([
    ['an unknown action', contacts({}, {}, { action: 'teleport' }), 'enum', 'crm.contact-changes', 'meta.action'],
    ['no time', ofDeal(deal, {}, { timestamp: 'yesterday' }), 'type', 'crm.deal-changes', 'meta.timestamp'],
    ['a time before 1970', contacts({}, {}, { timestamp: '1901-01-01T00:00:00Z' }), 'type', 'crm.contact-changes', 'meta.timestamp'],
    ['an id that lost digits', ofActivity(activity, {}, { entity_id: 2 ** 53 }), 'type', 'crm.interactions', 'meta.entity_id'],
    ['no company', ofOrganization(organization, {}, { company_id: null }), 'type', 'crm.company-changes', 'meta.company_id'],
    ['no data', { ...personChanged, data: null }, 'type', 'crm.contact-changes', 'data'],
    ['no current state', v1('deal', null, {}), 'type', 'crm.deal-changes', 'current'],
    ['too many fields', contacts(Object.fromEntries(Array.from({ length: 1_001 }, (_, i) => [`f${i}`, i])), {}), 'too_many', 'crm.contact-changes', 'data'],
  ])('with %s is quarantined, naming the place', (_name, payload, code, product, field) => {
    expect(run(payload)).toEqual({ status: 'quarantined', product, rejection: { code, field, message: expect.stringContaining(field) } });
  });

  it('is rejected where it is none of Pipedrive\'s', () => {
    for (const payload of [null, 'x', [], {}, { meta: [] }]) expect(run(payload)).toMatchObject({ status: 'rejected', rejection: { code: 'required', field: 'meta' } });
    expect(run({ meta: {} })).toMatchObject({ status: 'rejected', rejection: { code: 'required', field: 'meta.entity' } });
  });
});

describe('any JSON', () => {
  const samples = [personChanged, personCreated, personDeleted, contacts({ emails, phones, marketing_status: 'unsubscribed' }, { emails: [], marketing_status: 'subscribed' }), dealChanged, ofDeal(deal, { status: 'won', value: 1 }), ofOrganization(organization, { label: 1 }), ofActivity({ ...activity, done: true }, { done: false }), v1('person', { id: 11, email: emails }, { email: null })] as { meta: object; data?: object | null; current?: object | null; previous: object | null }[];
  const keys = [...new Set(samples.flatMap(({ meta: head, data, current, previous }) => [head, data, current, previous].flatMap((part) => Object.keys(part ?? {})))), '__proto__', 'constructor'];
  const changes = fc.dictionary(fc.constantFrom(...keys), fc.jsonValue(), { maxKeys: 3 });
  const damaged = fc.tuple(fc.constantFrom(...samples), changes, changes, changes).map(([sample, head, now, before]) => ({
    ...sample, meta: { ...sample.meta, ...head }, previous: { ...sample.previous, ...before }, ...('current' in sample ? { current: { ...sample.current, ...now } } : { data: { ...sample.data, ...now } }),
  }));

  it('never throws, and gives only records that fit their contracts or a named rejection', () => {
    fc.assert(fc.property(fc.oneof(fc.jsonValue(), damaged), (payload) => {
      const outcome = run(payload);
      if (outcome.status !== 'records') expect(outcome.rejection).toEqual({ code: expect.stringMatching(/./), field: expect.stringMatching(/./), message: expect.stringMatching(/./) });
    }), { numRuns: 1500 });
  });
});
