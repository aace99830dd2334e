// What web, crm and the warehouse refused, found, read, mended and replayed, by the command line and over HTTP: each
// record arrives exactly once, however often it is asked for.
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { avroType, productOf } from '@tideway/contracts';
import { Supervisor, workspaceRoot } from '@tideway/embedded';
import { encodeWire } from '@tideway/kafka';
import { runProgram, startTestPlatform, waitFor, type TestPlatform } from '@tideway/testing';
import { v4 as uuid } from 'uuid';
import { connect, type Clients } from '../clients.js';
import { makeSecrets } from '../secrets.js';
import { choosePorts, hubspotWebhookUrl, serviceChild, urlOf, type ServiceName } from '../services.js';

const secrets = makeSecrets();
const STARTED: ServiceName[] = ['web', 'crm', 'warehouse'];
const bearer = { authorization: `Bearer ${secrets.quarantineKey}` };
let platform: TestPlatform;
let supervisor: Supervisor;
let clients: Clients;
let ports: Record<ServiceName, number>;

beforeAll(async () => {
  platform = await startTestPlatform();
  clients = connect(platform.env);
  supervisor = new Supervisor(() => undefined);
  ports = await choosePorts();
  await Promise.all(STARTED.map((name) => supervisor.start(serviceChild(name, { env: { ...platform.env, WAREHOUSE_LINGER_MS: '50' }, secrets, ports, logs: path.join(platform.dir, 'logs') }))));
}, 120_000);

afterAll(async () => {
  await supervisor?.stop();
  await clients?.clickhouse.close();
  await platform?.stop();
});

/** The command line, as people run it. */
function tideway(...args: string[]): Promise<{ code: number | null; output: string }> {
  const env = { ...platform.env, TIDEWAY_WEB_URL: urlOf(ports.web), TIDEWAY_CRM_URL: urlOf(ports.crm), QUARANTINE_KEY: secrets.quarantineKey };
  return runProgram(path.join(workspaceRoot, 'infra/mesh/dist/tideway.js'), ['quarantine', ...args], { env });
}

async function http(name: ServiceName, route: string, body?: unknown, headers: Record<string, string> = bearer): Promise<{ status: number; body: any }> {
  const response = await fetch(`${urlOf(ports[name])}${route}`, { method: body === undefined ? 'GET' : 'POST', headers: { 'content-type': 'application/json', ...headers }, ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }) });
  return { status: response.status, body: await response.json() };
}

/** The one entry of a filter, once the warehouse has it. */
function entryOf(filter: string): Promise<any> {
  return waitFor(async () => (await http('warehouse', `/v1/quarantine?${filter}`)).body.entries?.[0], { timeoutMs: 30_000, message: `an entry with ${filter}` });
}

async function stored(table: string, where: string): Promise<{ rows: number; ids: string[] }> {
  const [found] = await clients.rows<{ rows: number; ids: string[] }>(`SELECT count() AS rows, groupUniqArray(toString(event_id)) AS ids FROM ${table} WHERE ${where}`);
  return { rows: Number(found!.rows), ids: found!.ids };
}

describe('an order that web refused', () => {
  const call = { type: 'track', event: 'Order Completed', userId: 'u-1', messageId: 'm-1', properties: { order_id: 'Q-1', total: 94.8, products: [{ product_id: 'SKU-1', price: 9.5, quantity: 1 }] } };
  const send = (event: object) => http('web', '/v1/batch', { batch: [event], context: { campaign: { source: 'news' } } }, { authorization: `Basic ${Buffer.from(`${secrets.webWriteKey}:`).toString('base64')}` });
  let id: string;

  it('is listed, counted and read with its bytes by the command line', async () => {
    expect((await send(call)).body).toMatchObject({ accepted: 0, quarantined: 1 });
    id = (await entryOf('source=segment:shop&state=open')).event_id as string;
    const [listed, counted, shown] = [await tideway('list', '--code', 'required', '--state', 'open'), await tideway('count'), await tideway('show', id, '--raw')];
    expect([listed.code, listed.output]).toEqual([0, expect.stringMatching(new RegExp(`^${id} .* open +required +web +web.orders +segment:shop properties.currency$`, 'm'))]);
    expect(counted.output).toMatch(/1 required +web +web.orders +segment:shop +1 to do/);
    expect(shown.output).toBe(JSON.stringify(call));
  }, 60_000);

  it('is one row after a correction, and still one after another replay and the sender\'s own resend', async () => {
    const refused = await tideway('replay', id);
    expect([refused.code, refused.output]).toEqual([1, expect.stringContaining('refused again: required properties.currency')]);
    const dry = await tideway('replay', id, '--set', 'properties.currency=EUR', '--dry-run', '--json');
    const replayed = await tideway('replay', '--code', 'required', '--source', 'segment:shop', '--state', 'refused', '--set', 'properties.currency=EUR');
    expect([replayed.code, replayed.output]).toEqual([0, expect.stringContaining('1 replayed, 0 refused again, 0 failed')]);
    await waitFor(async () => (await stored('web.orders', "order_id = 'Q-1'")).rows === 1, { timeoutMs: 20_000, message: 'the order' });
    expect((await waitFor(async () => entryOf('source=segment:shop&state=replayed'), { message: 'its state' }))).toMatchObject({ event_id: id, replayed_by: 'operator', replays: 2 });
    const done = await tideway('replay', id, '--set', 'properties.currency=EUR');
    expect([done.code, done.output]).toEqual([1, expect.stringContaining('has been replayed')]);
    expect((await tideway('replay', id, '--set', 'properties.currency=EUR', '--again')).code).toBe(0);
    await send({ ...call, properties: { ...call.properties, currency: 'EUR' } });
    await waitFor(async () => (await stored('web.orders_v1', "order_id = 'Q-1'")).rows === 3, { timeoutMs: 20_000, message: 'replays and the resend' });
    const { rows, ids } = await stored('web.orders', "order_id = 'Q-1'");
    expect([rows, ids]).toEqual([1, (JSON.parse(dry.output) as { event_ids: string[] }).event_ids]);
    const [first] = await clients.rows<{ received: number; refused: number }>(`SELECT toUnixTimestamp64Milli(o.received_at) AS received, (SELECT toUnixTimestamp64Milli(max(occurred_at)) FROM operations.quarantine WHERE event_id = '${id}') AS refused FROM web.orders AS o WHERE order_id = 'Q-1'`);
    expect(Math.abs(Number(first!.refused) - Number(first!.received))).toBeLessThan(5_000);
  }, 120_000);
});

describe('an event that crm refused', () => {
  const event = { eventId: 7, subscriptionId: 25, portalId: 33, appId: 1, occurredAt: 'yesterday', attemptNumber: 0, objectId: 501, propertyName: 'lifecyclestage', propertyValue: 'lead', changeSource: 'CRM_UI', subscriptionType: 'contact.propertyChange' };

  it('is read, replayed wrongly, and mended over HTTP: one chain, one row', async () => {
    const body = JSON.stringify([event]);
    const timestamp = String(Date.now());
    const signature = createHmac('sha256', secrets.hubspotSecret).update(`POST${hubspotWebhookUrl(ports.crm)}${body}${timestamp}`).digest('base64');
    expect((await http('crm', '/webhooks/hubspot', body, { 'x-hubspot-signature-v3': signature, 'x-hubspot-request-timestamp': timestamp })).body).toMatchObject({ quarantined: 1 });
    const { event_id: id } = await entryOf('service=crm');
    const { body: entry } = await http('warehouse', `/v1/quarantine/${id}`);
    expect(Buffer.from(entry.original, 'base64').toString()).toBe(JSON.stringify(event));

    const wrong = await http('crm', '/v1/quarantine/replay', { entry, set: { occurredAt: 'today' } });
    expect(wrong).toMatchObject({ status: 200, body: { outcome: 'refused', rejection: { field: expect.stringContaining('occurredAt') } } });
    const again = await waitFor(async () => { const { status, body: found } = await http('warehouse', `/v1/quarantine/${wrong.body.quarantined_as}`); return status === 200 && found; }, { timeoutMs: 20_000, message: 'the refused correction' });
    expect(again).toMatchObject({ replay_of: id, first_id: id, service: 'crm', source: 'hubspot' });

    for (let times = 0; times < 2; times += 1) expect((await http('crm', '/v1/quarantine/replay', { entry: again, set: { occurredAt: 1_795_000_000_000 } })).body).toMatchObject({ outcome: 'replayed', event_ids: [expect.any(String)] });
    await waitFor(async () => (await stored('crm.contact_changes_v1', "object_id = '501'")).rows === 2, { timeoutMs: 20_000, message: 'both replays' });
    expect((await stored('crm.contact_changes', "object_id = '501'")).rows).toBe(1);
    await waitFor(async () => (await clients.rows<{ state: string }>("SELECT state FROM operations.quarantine_entries WHERE service = 'crm'")).every(({ state }) => state === 'replayed'), { timeoutMs: 20_000, message: 'the state of the chain' });
  }, 60_000);
});

it('a record that ClickHouse refused is published by its domain, corrected, once', async () => {
  const product = productOf(clients.products, 'web.orders');
  const sample = JSON.parse(readFileSync(path.join(product.dir, 'samples/valid/full.json'), 'utf8')) as Record<string, unknown>;
  const producer = clients.kafka.producer();
  await producer.connect();
  const schemaId = await clients.registry.register(product);
  await producer.send({ topic: product.topic, messages: [{ key: 'k', value: encodeWire(schemaId, avroType(product.schema), { ...sample, event_id: 'no uuid', order_id: 'Q-2' }) }] });
  await producer.disconnect();
  const { event_id: id } = await entryOf('code=refused_by_clickhouse');
  const eventId = uuid();
  for (let times = 0; times < 2; times += 1) expect(await tideway('replay', id as string, '--set', `event_id=${eventId}`, '--again')).toMatchObject({ code: 0, output: expect.stringContaining(eventId) });
  await waitFor(async () => (await stored('web.orders_v1', "order_id = 'Q-2'")).rows === 2, { timeoutMs: 20_000, message: 'both replays' });
  expect(await stored('web.orders', "order_id = 'Q-2'")).toEqual({ rows: 1, ids: [eventId] });
}, 60_000);

it('who has no key reads and replays nothing, and what was replayed is counted', async () => {
  for (const [name, route, body] of [['warehouse', '/v1/quarantine'], ['warehouse', '/v1/quarantine/count'], ['warehouse', `/v1/quarantine/${uuid()}`], ['web', '/v1/quarantine/replay', {}], ['crm', '/v1/quarantine/replay', {}]] as const) {
    expect(await http(name, route, body, { authorization: 'Bearer wrong' })).toMatchObject({ status: 401, body: { code: 'unauthorised' } });
  }
  expect((await http('warehouse', `/v1/quarantine/${uuid()}`)).status).toBe(404);
  expect((await http('warehouse', '/v1/quarantine?colour=red')).status).toBe(400);
  const metrics = await (await fetch(`${urlOf(ports.web)}/metrics`)).text();
  expect(metrics).toMatch(/tideway_quarantine_replays_total\{outcome="replayed",service="web"\} [1-9]/);
  expect(metrics).toMatch(/tideway_quarantine_entries_total\{source="segment:shop",stage="intake",code="required",service="web"\} 1/);
});
