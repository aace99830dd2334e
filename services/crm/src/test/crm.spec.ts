// The crm service on the real platform: HubSpot's webhooks and imports become records; refusals, resends, an outage.
import { createHash, createHmac } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadProducts, productOf, type ProductId, type Records } from '@tideway/contracts';
import { Decoder, SchemaRegistry, createKafka, readTopics, type Kafka } from '@tideway/kafka';
import { createLogger, kafkaShape, loadConfig, registryShape, startService, untilDone, type RunningService } from '@tideway/service';
import { startTestPlatform, waitFor, type TestPlatform } from '@tideway/testing';
import { crm } from '../app.module.js';

const SECRET = 'client-secret';
const WEBHOOK_URL = 'https://hooks.example.com/webhooks/hubspot';
const IMPORT_KEY = 'import-key';
const PIPEDRIVE_PASSWORD = 'pipedrive-password';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const products = loadProducts();
const silent = createLogger('test', 'silent');
let platform: TestPlatform;
let service: RunningService;
let kafka: Kafka;
let registry: SchemaRegistry;

beforeAll(async () => {
  platform = await startTestPlatform({ clickhouse: false });
  service = await startService(crm, { ...platform.env, LOG_LEVEL: 'silent', HUBSPOT_CLIENT_SECRET: SECRET, HUBSPOT_WEBHOOK_URL: WEBHOOK_URL, CRM_IMPORT_KEYS: `nightly:${sha256(IMPORT_KEY)}`, PIPEDRIVE_WEBHOOK_KEYS: `shop:${sha256(PIPEDRIVE_PASSWORD)}` });
  await waitFor(async () => (await fetch(`${service.url}/health/ready`)).ok, { message: 'readiness' });
  const config = loadConfig({ ...kafkaShape, ...registryShape }, platform.env);
  kafka = createKafka(config, 'test', silent);
  registry = new SchemaRegistry(config);
});

afterAll(async () => {
  await service?.close();
  await platform?.stop();
});

/** All records of a product, with their keys. */
function read<P extends ProductId>(id: P): Promise<{ key: string; record: Records[P] }[]> {
  const product = productOf(products, id);
  const decoder = new Decoder<Records[P]>(registry, product);
  return untilDone(`records of ${id}`, silent, async () => {
    const rows: { key: string; record: Records[P] }[] = [];
    await readTopics(kafka, new Map([[product.topic, []]]), async ({ message }) => {
      rows.push({ key: String(message.key), record: await decoder.decode(message.value) });
    });
    return rows;
  });
}
/** Those of one CRM account: each test has an account of its own. */
const changesOf = async <P extends 'crm.contact-changes' | 'crm.deal-changes' | 'crm.company-changes'>(id: P, account: string) => (await read(id)).filter(({ record }) => record.account_id === account);
const consentsOf = async (source: string) => (await read('crm.consents')).map(({ record }) => record).filter((record) => record.source === source);

interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

async function post(path: string, body: string | Buffer, headers: Record<string, string>): Promise<Answer> {
  const response = await fetch(`${service.url}${path}`, { method: 'POST', body: typeof body === 'string' ? body : new Uint8Array(body), headers });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Record<string, unknown> };
}

/** Sends a webhook as HubSpot does; `change` alters what is sent after it was signed. */
function webhook(events: unknown, change: { body?: string; signature?: string; timestamp?: string; signedAt?: number } = {}): Promise<Answer> {
  const body = JSON.stringify(events);
  const timestamp = String(change.signedAt ?? Date.now());
  const signature = createHmac('sha256', SECRET).update(`POST${WEBHOOK_URL}${body}${timestamp}`).digest('base64');
  return post('/webhooks/hubspot', change.body ?? body, {
    'content-type': 'application/json',
    'X-HubSpot-Signature-v3': change.signature ?? signature,
    'X-HubSpot-Request-Timestamp': change.timestamp ?? timestamp,
  });
}

/** The events of HubSpot's documentation, of a portal of the caller's choice. */
const propertyChange = (portalId: number, change: object = {}) => ({
  objectId: 1246965, propertyName: 'lifecyclestage', propertyValue: 'subscriber', changeSource: 'ACADEMY', eventId: 3816279340, subscriptionId: 25,
  portalId, appId: 1160452, occurredAt: 1462216307945, subscriptionType: 'contact.propertyChange', attemptNumber: 0, ...change,
});
const creation = (portalId: number, change: object = {}) => ({
  objectId: 1246978, changeSource: 'IMPORT', eventId: 3816279480, subscriptionId: 22, portalId, appId: 1160452, occurredAt: 1462216307945,
  subscriptionType: 'contact.creation', attemptNumber: 0, ...change,
});

describe('a webhook that HubSpot signed', () => {
  it('becomes records of its contacts and deals, keyed by account and object', async () => {
    const before = Date.now();
    const answer = await webhook([
      propertyChange(101), creation(101),
      propertyChange(101, { subscriptionType: 'deal.propertyChange', objectId: 77, propertyName: 'amount', propertyValue: '1500.50', eventId: 3 }),
    ]);
    expect([answer.status, answer.body]).toEqual([200, { accepted: 3, quarantined: 0, rejected: [] }]);
    const contacts = (await changesOf('crm.contact-changes', '101')).sort((a, b) => a.key.localeCompare(b.key));
    const [changed, created] = contacts;
    expect(contacts).toHaveLength(2);
    expect(changed).toEqual({ key: '101|1246965', record: {
      event_id: expect.stringMatching(/^[0-9a-f-]{36}$/), occurred_at: 1462216307945, received_at: expect.any(Number), source: 'hubspot:101', identifiers: { hubspot_contact_id: '101:1246965' },
      account_id: '101', object_id: '1246965', change: 'stage_changed', property: 'lifecyclestage', value: 'subscriber', stage: 'subscriber', amount_micros: null, currency: null, related_ids: [],
    } });
    expect(changed!.record.received_at).toBeGreaterThanOrEqual(before);
    expect(changed!.record.received_at).toBeLessThanOrEqual(Date.now());
    expect(created).toMatchObject({ key: '101|1246978', record: { change: 'created', property: null, value: null } });
    expect(await changesOf('crm.deal-changes', '101')).toEqual([expect.objectContaining({ key: '101|77', record: expect.objectContaining({ property: 'amount', value: '1500.50', amount_micros: 1_500_500_000 }) })]);
  });

  it('may name the type as the example of the documentation does, in eventType', async () => {
    const { subscriptionType: eventType, ...event } = propertyChange(102);
    expect((await webhook([{ ...event, eventType }])).body).toEqual({ accepted: 1, quarantined: 0, rejected: [] });
    expect((await changesOf('crm.contact-changes', '102')).map(({ record }) => record.change)).toEqual(['stage_changed']);
  });

  it('withdraws consent where the contact unsubscribed, and hashes an e-mail address', async () => {
    await webhook([
      propertyChange(103, { propertyName: 'hs_email_optout', propertyValue: 'true', eventId: 1 }),
      propertyChange(103, { propertyName: 'email', propertyValue: 'Jane@Example.com', eventId: 2 }),
    ]);
    expect(await consentsOf('hubspot:103')).toEqual([expect.objectContaining({ identifiers: { hubspot_contact_id: '103:1246965' }, purpose: 'marketing', channel: 'email', decision: 'withdrawn' })]);
    const email = (await changesOf('crm.contact-changes', '103')).find(({ record }) => record.property === 'email')!;
    expect(email.record).toMatchObject({ value: sha256('jane@example.com'), identifiers: { hubspot_contact_id: '103:1246965', email_sha256: sha256('jane@example.com') } });
  });

  it('may be about a company, which is nobody\'s identity', async () => {
    expect((await webhook([propertyChange(108, { subscriptionType: 'company.propertyChange', objectId: 7 })])).body).toEqual({ accepted: 1, quarantined: 0, rejected: [] });
    expect(await changesOf('crm.company-changes', '108')).toEqual([{ key: '108|7', record: expect.objectContaining({ change: 'stage_changed', stage: 'subscriber' }) }]);
  });

  it('keeps the ids of its events when it is sent again', async () => {
    await webhook([propertyChange(104), creation(104)]);
    await webhook([propertyChange(104, { attemptNumber: 1 }), creation(104, { attemptNumber: 1 })]);
    const ids = (await changesOf('crm.contact-changes', '104')).map(({ record }) => record.event_id);
    expect([ids.length, new Set(ids).size]).toEqual([4, 2]);
  });

  it('is stored with its unreadable events apart, as the bytes that they came in', async () => {
    const unreadable = '{"subscriptionType" : "contact.propertyChange", "portalId":105}';
    const body = `[${JSON.stringify(creation(105))}, ${unreadable}]`;
    const timestamp = String(Date.now());
    const signature = createHmac('sha256', SECRET).update(`POST${WEBHOOK_URL}${body}${timestamp}`).digest('base64');
    expect((await webhook([], { body, timestamp, signature })).body).toEqual({ accepted: 1, quarantined: 1, rejected: [] });
    const kept = (await read('operations.quarantine')).map(({ record }) => ({ ...record, original: Buffer.from(record.original).toString() })).filter(({ original }) => original.includes('105'));
    expect(kept).toEqual([expect.objectContaining({ service: 'crm', stage: 'intake', source: 'hubspot', product: 'crm.contact-changes', code: 'type', field: 'occurredAt', original: unreadable })]);
    expect(await changesOf('crm.contact-changes', '105')).toHaveLength(1);
  });

  it('may be packed with gzip: what is signed is what was packed', async () => {
    const body = JSON.stringify([creation(106)]);
    const timestamp = String(Date.now());
    const signature = createHmac('sha256', SECRET).update(`POST${WEBHOOK_URL}${body}${timestamp}`).digest('base64');
    const answer = await post('/webhooks/hubspot', gzipSync(body), { 'content-type': 'application/json', 'content-encoding': 'gzip', 'x-hubspot-signature-v3': signature, 'x-hubspot-request-timestamp': timestamp });
    expect([answer.status, await changesOf('crm.contact-changes', '106')]).toEqual([200, [expect.anything()]]);
  });
});

describe('an event that is larger than Kafka takes', () => {
  it('is kept in quarantine, or named where that is too small as well, and is never a reason to send all again', async () => {
    const [kept, refused] = [1_500_000, 2_200_000].map((length) => ({ ...creation(107), subscriptionType: 'thing.change', note: 'x'.repeat(length) }));
    const more = Array.from({ length: 98 }, (_, i) => creation(107, { eventId: i, objectId: i }));
    const answer = await webhook([creation(107), refused, kept, ...more]);
    expect([answer.status, answer.body]).toEqual([200, { accepted: 98, quarantined: 1, rejected: [
      { index: 1, code: 'too_large', field: '', message: expect.stringContaining('thing.change') }, { index: 100, code: 'too_many', field: '', message: expect.any(String) },
    ] }]);
    expect(await changesOf('crm.contact-changes', '107')).toHaveLength(98);
    const large = (await read('operations.quarantine')).map(({ record }) => Buffer.from(record.original)).filter(({ length }) => length > 1_000_000);
    expect(large.map((original) => original.equals(Buffer.from(JSON.stringify(kept))))).toEqual([true]);
  });
});

describe('a webhook of somebody else', () => {
  it.each([
    ['a wrong signature', { signature: Buffer.alloc(32).toString('base64') }, 'signature'],
    ['an altered body', { body: JSON.stringify([creation(110)]) }, 'signature'],
    ['another timestamp than the signed one', { timestamp: String(Date.now() - 1_000) }, 'signature'],
    ['a request that is older than five minutes', { signedAt: Date.now() - 301_000 }, 'timestamp'],
    ['no signature', { signature: '' }, 'missing_header'],
  ])('is refused for %s, with a code and what to do, and nothing is stored', async (_name, change, code) => {
    const answer = await webhook([propertyChange(110)], change);
    expect([answer.status, answer.body]).toEqual([401, { code, field: 'x-hubspot-signature-v3', message: expect.any(String) }]);
    expect(await changesOf('crm.contact-changes', '110')).toEqual([]);
  });

  it('is refused with a right signature of v1, which has no time, unless the environment allows that', async () => {
    const body = JSON.stringify([creation(110)]);
    const signature = createHash('sha256').update(SECRET).update(body).digest('hex');
    const answer = await post('/webhooks/hubspot', body, { 'content-type': 'application/json', 'x-hubspot-signature': signature, 'x-hubspot-signature-version': 'v1' });
    expect([answer.status, answer.body]).toEqual([401, { code: 'undated_signature', field: 'x-hubspot-signature', message: expect.stringContaining('HUBSPOT_ALLOW_V1_V2') }]);
    expect(await changesOf('crm.contact-changes', '110')).toEqual([]);
  });
});

const UPDATED = '2026-11-01T09:30:00Z';
const contactLine = (change: object = {}) => JSON.stringify({ type: 'contact', id: '9101', email: 'jane@example.com', stage: 'customer', properties: { industry: 'Retail' }, updated_at: UPDATED, ...change });
const authorization = `Bearer ${IMPORT_KEY}`;
const importLines = (query: string, lines: string[], headers: Record<string, string> = {}) => post(`/v1/import${query}`, lines.join('\n'), { 'content-type': 'application/x-ndjson', authorization, ...headers });

describe('a change event of Salesforce', () => {
  const change = (more: object = {}, fields: object = { StageName: 'Closed Won', Amount: 1500.5 }) => ({ schema: 's', event: { replayId: 1 }, payload: { ...fields, ChangeEventHeader: {
    entityName: 'Opportunity', recordIds: ['006SG00000DxYWzYAN'], changeType: 'UPDATE', transactionKey: '000a50de-05dd-07c4-22fb-44b7f9e72ab5', sequenceNumber: 1, commitTimestamp: 1714417112000,
    changedFields: Object.keys(fields), ...more,
  } } });
  const send = (account: string, body: unknown, key = authorization) => post(`/webhooks/salesforce?account=${account}`, JSON.stringify(body), { 'content-type': 'application/json', authorization: key });

  it('is stored, one record per field, with its gaps apart', async () => {
    const answer = await send('00D1', [change(), change({ changeType: 'GAP_UPDATE' }), {}]);
    expect([answer.status, answer.body]).toEqual([200, { accepted: 1, quarantined: 1, rejected: [{ index: 2, code: 'required', field: 'ChangeEventHeader', message: expect.any(String) }] }]);
    const deals = (await changesOf('crm.deal-changes', '00D1')).map(({ key, record: { property, stage, amount_micros } }) => [key, property, stage, amount_micros]);
    expect(deals).toEqual([['00D1|006SG00000DxYWzYAN', 'StageName', 'Closed Won', null], ['00D1|006SG00000DxYWzYAN', 'Amount', null, 1_500_500_000]]);
    const quarantined = (await read('operations.quarantine')).map(({ record }) => record).filter(({ source }) => source === 'salesforce:00D1');
    expect(quarantined).toEqual([expect.objectContaining({ code: 'gap', product: 'crm.deal-changes' })]);
  });

  it('is refused by itself where it is none, and without the key', async () => {
    expect((await send('00D2', { hello: 1 })).body).toMatchObject({ code: 'required', field: 'ChangeEventHeader' });
    const refused = await send('00D2', change(), 'Bearer other');
    expect([refused.status, refused.body['code'], await changesOf('crm.deal-changes', '00D2')]).toEqual([401, 'unauthorised', []]);
  });
});

describe('a webhook of Pipedrive', () => {
  const meta = (company_id: string, more: object = {}) => ({ action: 'change', company_id, entity: 'person', entity_id: '8', id: '7c812ffd-8f50-45ea-a597-b8fcba2da9c0', is_bulk_edit: false, timestamp: '2022-11-24T15:18:35.616Z', type: 'general', version: '2.0', attempt: 1, ...more });
  const send = (body: unknown, password = PIPEDRIVE_PASSWORD) => post('/webhooks/pipedrive', JSON.stringify(body), { 'content-type': 'application/json', authorization: `Basic ${Buffer.from(`any:${password}`).toString('base64')}` });
  const taken = { status: 200, body: { accepted: 1, quarantined: 0, rejected: [] } };

  it('becomes records of persons, deals, organizations, consents and interactions', async () => {
    const person = { id: 8, emails: [{ label: 'work', value: 'Jane@Example.com', primary: true }], marketing_status: 'unsubscribed', org_id: 1 };
    const deal = { id: 9, person_id: 8, stage_id: 3, status: 'won', value: 1500.5, currency: 'EUR' };
    expect(await send({ data: person, previous: { marketing_status: 'subscribed' }, meta: meta('p1') })).toMatchObject({ status: 200, body: { accepted: 0, quarantined: 1 } });
    expect(await send({ data: person, previous: { marketing_status: 'subscribed' }, meta: meta('901') })).toMatchObject(taken);
    expect(await send({ data: deal, previous: { status: 'open', value: 1000 }, meta: meta('901', { entity: 'deal', entity_id: '9' }) })).toMatchObject(taken);
    expect(await send({ data: null, previous: { id: 1 }, meta: meta('901', { entity: 'organization', entity_id: '1', action: 'delete' }) })).toMatchObject(taken);
    expect(await send({ data: { id: 2, type: 'call', done: true, person_id: 8, duration: { value: '00:15' } }, previous: { done: false }, meta: meta('901', { entity: 'activity', entity_id: '2' }) })).toMatchObject(taken);
    const identifiers = { pipedrive_person_id: '901:8', email_sha256: sha256('jane@example.com') };
    expect(await changesOf('crm.contact-changes', '901')).toEqual([{ key: '901|8', record: expect.objectContaining({ property: 'marketing_status', value: 'unsubscribed', source: 'pipedrive:shop', identifiers }) }]);
    expect((await consentsOf('pipedrive:shop')).map(({ decision, identifiers: whose }) => [decision, whose])).toEqual([['withdrawn', identifiers]]);
    expect((await changesOf('crm.deal-changes', '901')).map(({ key, record: { property, stage, amount_micros, currency } }) => [key, property, stage, amount_micros, currency])).toEqual([['901|9', 'status', 'won', null, null], ['901|9', 'value', null, 1_500_500_000, 'EUR']]);
    expect(await changesOf('crm.company-changes', '901')).toEqual([{ key: '901|1', record: expect.objectContaining({ change: 'deleted' }) }]);
    const interactions = (await read('crm.interactions')).map(({ record }) => record).filter(({ source }) => source === 'pipedrive:shop');
    expect(interactions).toEqual([expect.objectContaining({ kind: 'call', object_id: '2', duration_s: 900, identifiers: { pipedrive_person_id: '901:8' } })]);
    const quarantined = (await read('operations.quarantine')).map(({ record }) => record).filter(({ source }) => source === 'pipedrive:shop');
    expect(quarantined).toEqual([expect.objectContaining({ code: 'type', field: 'meta.company_id', product: 'crm.contact-changes' })]);
  });

  it('is refused where it is none, and with another password', async () => {
    const none = await send({ hello: 1 });
    expect([none.status, none.body]).toMatchObject([400, { code: 'required', field: 'meta' }]);
    const refused = await send({ data: { id: 8 }, previous: { name: 'x' }, meta: meta('902') }, 'other');
    expect([refused.status, refused.body['code'], refused.headers.get('www-authenticate'), await changesOf('crm.contact-changes', '902')]).toEqual([401, 'unauthorised', 'Basic realm="webhook"', []]);
  });
});

describe('an import', () => {
  it('stores good lines, and names bad ones by their number in the file', async () => {
    const answer = await importLines('?account=shop-1', [
      contactLine(), '', '{"type":"contact"', contactLine({ id: '9102', email: 'nobody at all' }),
      JSON.stringify({ type: 'deal', id: '77', contacts: [{ id: '9101' }], amount: '1500.00', currency: 'EUR', updated_at: UPDATED }),
      JSON.stringify({ type: 'consent', contact: { email: 'jane@example.com' }, purpose: 'marketing', channel: 'email', decision: 'granted', legal_basis: 'consent', decided_at: UPDATED }),
    ]);
    expect([answer.status, answer.body]).toEqual([200, { accepted: 3, quarantined: 0, rejected_total: 2, dry_run: false, rejected: [
      { line: 3, code: 'json', field: '', message: expect.stringContaining('line 3') },
      { line: 4, code: 'identifier', field: 'email', message: expect.stringContaining('line 4, email') },
    ] }]);
    const contacts = await changesOf('crm.contact-changes', 'shop-1');
    expect(contacts.map(({ key, record: { property, value, stage } }) => [key, property, value, stage])).toEqual([
      ['shop-1|9101', 'email', sha256('jane@example.com'), null], ['shop-1|9101', 'stage', 'customer', 'customer'], ['shop-1|9101', 'industry', 'Retail', null],
    ]);
    expect(contacts[0]!.record).toMatchObject({ source: 'import:shop-1', occurred_at: Date.parse(UPDATED), identifiers: { email_sha256: sha256('jane@example.com') } });
    const deals = (await changesOf('crm.deal-changes', 'shop-1')).map(({ record }) => record);
    expect(deals).toEqual([expect.objectContaining({ property: 'association', related_ids: ['contact:shop-1:9101'] }), expect.objectContaining({ property: 'amount', amount_micros: 1_500_000_000, currency: 'EUR' })]);
    expect(await consentsOf('import:shop-1')).toEqual([expect.objectContaining({ decision: 'granted', legal_basis: 'consent' })]);
  });

  it('may be CSV, with semicolons, a byte order mark and CRLF, and is reported by its lines', async () => {
    const headers = { 'content-type': 'text/csv; charset=utf-8', authorization };
    const rows = ['\ufeffid;email;stage;properties.industry;updated_at', `1;jane@example.com;customer;"Retail; ""big"" one"`, `;`, `2;nobody at all;;;${UPDATED}`, `3;;lead;;${UPDATED}`];
    rows[1] += `;${UPDATED}`;
    const answer = await post('/v1/import?account=shop-8&type=contact', rows.join('\r\n'), headers);
    expect([answer.status, answer.body]).toEqual([200, { accepted: 2, quarantined: 0, rejected_total: 1, dry_run: false, rejected: [
      { line: 4, code: 'identifier', field: 'email', message: expect.stringContaining('line 4, email') },
    ] }]);
    expect((await changesOf('crm.contact-changes', 'shop-8')).map(({ record: { object_id, property, value } }) => [object_id, property, value])).toEqual([
      ['1', 'email', sha256('jane@example.com')], ['1', 'stage', 'customer'], ['1', 'industry', 'Retail; "big" one'], ['3', 'stage', 'lead'],
    ]);
    for (const [query, body, field] of [['', 'id', 'type'], ['&type=person', 'id', 'type'], ['&type=contact', '', 'header'], ['&type=contact', 'id,mail', 'mail']]) {
      const refused = await post(`/v1/import?account=shop-8${query}`, body!, headers);
      expect([query, refused.status, refused.body['field']]).toEqual([query, 400, field]);
    }
  });

  it('stores interactions of people', async () => {
    const visit = { type: 'interaction', id: 'V-1', contact: { user_id: 'u-7' }, kind: 'store_visit', direction: 'inbound', outcome: 'sold', duration_s: 1260, value: '89.90', currency: 'EUR', occurred_at: UPDATED };
    expect((await importLines('?account=shop-7', [JSON.stringify(visit)])).body).toMatchObject({ accepted: 1 });
    expect((await read('crm.interactions')).filter(({ record }) => record.account_id === 'shop-7')).toEqual([
      { key: 'shop-7|V-1', record: expect.objectContaining({ kind: 'store_visit', identifiers: { user_id: 'u-7' }, duration_s: 1260, value_micros: 89_900_000 }) },
    ]);
  });

  it('keeps the ids of its records when the file is sent again, packed this time', async () => {
    await importLines('?account=shop-2', [contactLine()]);
    const again = await post('/v1/import?account=shop-2', gzipSync(`${contactLine()}\r\n`), { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip', authorization });
    expect([again.status, again.body['accepted']]).toEqual([200, 1]);
    const ids = (await changesOf('crm.contact-changes', 'shop-2')).map(({ record }) => record.event_id);
    expect([ids.length, new Set(ids).size]).toEqual([6, 3]);
  });

  it('stores many wide lines, more than one request to Kafka can hold', async () => {
    const names = ['industry', 'country', 'hs_country_region_code', 'hs_persona', 'hs_language', 'hs_role', 'hs_seniority', 'hs_analytics_source', 'hs_latest_source', 'hs_lead_status', 'hs_buying_role', 'numemployees', 'annualrevenue', 'total_revenue', 'hs_legal_basis', 'hs_marketable_status', 'hubspotscore', 'hubspot_owner_id'];
    const properties = Object.fromEntries(names.map((name) => [name, name.padEnd(250, '.')]));
    const answer = await importLines('?account=shop-3', Array.from({ length: 1_200 }, (_, i) => contactLine({ id: String(i), email: `person-${i}@example.com`, properties })));
    expect([answer.status, answer.body]).toEqual([200, { accepted: 1_200, quarantined: 0, rejected: [], rejected_total: 0, dry_run: false }]);
    const stored = await changesOf('crm.contact-changes', 'shop-3');
    expect([stored.length, new Set(stored.map(({ key }) => key)).size]).toEqual([24_000, 1_200]);
  });

  it('that is tried out publishes nothing, and answers as it would', async () => {
    const answer = await importLines('?account=shop-4&dry_run=true', [contactLine(), 'nonsense']);
    expect([answer.status, answer.body]).toEqual([200, { accepted: 1, quarantined: 0, rejected_total: 1, dry_run: true, rejected: [expect.objectContaining({ line: 2, code: 'json' })] }]);
    expect(await changesOf('crm.contact-changes', 'shop-4')).toEqual([]);
  });

  it('lists the first thousand rejected lines, and counts all', async () => {
    const { body } = await importLines('?account=shop-5', Array.from({ length: 1_205 }, () => '[]'));
    expect([body['accepted'], body['rejected_total'], (body['rejected'] as unknown[]).length]).toEqual([0, 1_205, 1_000]);
    expect((body['rejected'] as { line: number }[]).at(-1)!.line).toBe(1_000);
  });

  it('is refused without its key, with a wrong one, and where it does not say the account', async () => {
    for (const wrong of ['', 'Bearer ', 'Bearer other', `Basic ${Buffer.from(IMPORT_KEY).toString('base64')}`]) {
      const answer = await importLines('?account=shop-6', [contactLine()], { authorization: wrong });
      expect([answer.status, answer.body['code'], answer.body['field'], answer.headers.get('www-authenticate')]).toEqual([401, 'unauthorised', 'authorization', 'Bearer realm="import"']);
    }
    for (const query of ['', '?account=', '?account=a%20b', '?account=a/b', `?account=${'x'.repeat(65)}`, '?account=a&account=b']) {
      const answer = await importLines(query, [contactLine()]);
      expect([query, answer.status, answer.body['field'], answer.body['message']]).toEqual([query, 400, 'account', expect.stringContaining('?account=')]);
    }
    const platformUnknown = await importLines('?account=shop-6&platform=other', [contactLine()]);
    expect([platformUnknown.status, platformUnknown.body['field']]).toEqual([400, 'platform']);
    expect((await changesOf('crm.contact-changes', 'shop-6'))).toEqual([]);
  });

  it('is counted by what became of its lines', async () => {
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    expect(metrics).toMatch(/tideway_intake_events_total\{source="import:shop-1",outcome="rejected",service="crm"\} 2/);
    expect(metrics).toMatch(/tideway_published_total\{product="crm\.contact-changes",service="crm"\} \d+/);
  });
});

describe('while Kafka is away', () => {
  it('the answer is 503 with Retry-After and never a success, readiness says why, and all is well afterwards without a restart', async () => {
    const accepted: number[] = [];
    const statuses = new Set<number>();
    let objectId = 0;
    const send = async () => {
      const id = (objectId += 1);
      const answer = await webhook([creation(120, { objectId: id })]);
      statuses.add(answer.status);
      if (answer.status === 200) accepted.push(id);
      else expect([answer.headers.get('retry-after'), answer.body['code']]).toEqual(['1', 'outage']);
      return answer.status;
    };
    expect(await send()).toBe(200);
    // Again and again: a publisher that tries again would bridge the seconds that one restart takes.
    const killing = setInterval(() => platform.kill('kafka-1'), 300);
    platform.kill('kafka-1');
    const [, ready] = await Promise.all([
      waitFor(async () => (await send()) === 503, { timeoutMs: 60_000, intervalMs: 10, message: 'a 503' }),
      waitFor(async () => {
        const response = await fetch(`${service.url}/health/ready`);
        return !response.ok && { status: response.status, body: await response.json() };
      }, { message: 'a service that is not ready' }),
    ]).finally(() => clearInterval(killing));
    expect(ready).toEqual({ status: 503, body: { ready: false, checks: { kafka: expect.not.stringMatching(/^ok$/), registry: 'ok' } } });
    await platform.ready('kafka-1');
    await waitFor(async () => (await send()) === 200, { timeoutMs: 60_000, message: 'a success again' });
    await waitFor(async () => (await fetch(`${service.url}/health/ready`)).ok, { message: 'readiness' });
    expect([...statuses].sort()).toEqual([200, 503]);
    const stored = new Set((await changesOf('crm.contact-changes', '120')).map(({ record }) => Number(record.object_id)));
    expect(accepted.filter((id) => !stored.has(id))).toEqual([]);
  });
});
