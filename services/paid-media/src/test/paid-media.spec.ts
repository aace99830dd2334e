// The paid-media service on the real platform: each format through HTTP to its table, days that are restated, landings
// with their ads, refusals.
import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClickHouse, createTable, createView, insertDatums, tableName, wholeBuffer, type ClickHouseClient } from '@tideway/clickhouse';
import { loadProducts, productOf, schemasDir, type ProductId } from '@tideway/contracts';
import { createKafka, offsetOf, readTopics, type Kafka } from '@tideway/kafka';
import { clickhouseShape, createLogger, kafkaShape, loadConfig, startService, untilDone, type RunningService } from '@tideway/service';
import { startTestPlatform, waitFor, type TestPlatform } from '@tideway/testing';
import { v4 as uuid } from 'uuid';
import { paidMedia } from '../app.module.js';

const KEY = 'report-key';
const SECRET = 'app-secret';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const products = loadProducts();
const silent = createLogger('test', 'silent');
const CSV = '"Report Name: Daily"\r\n"Report Aggregation: Daily"\r\n"Rows: 1"\r\n\r\n"TimePeriod","AccountId","CampaignId","DeviceType","CurrencyCode","Impressions","Clicks","Spend"\r\n"2026-11-20","141","411","Computer","EUR","35","3","12.40"\r\n\r\n"@2026 Microsoft Corporation. All rights reserved. "\r\n';
// Analysts' views of events name customer.identities.
const TABLES = ['customer.identities', 'paid-media.campaign-performance', 'paid-media.ad-clicks', 'paid-media.leads', 'web.page-views'] as const;
let platform: TestPlatform;
let service: RunningService;
let kafka: Kafka;
let clickhouse: ClickHouseClient;

beforeAll(async () => {
  platform = await startTestPlatform();
  service = await startService(paidMedia, {
    ...platform.env, LOG_LEVEL: 'silent', PAID_MEDIA_KEYS: `nightly:${sha256(KEY)}`, META_APP_SECRET: SECRET, META_VERIFY_TOKEN: 'verify-me',
  });
  await waitFor(async () => (await fetch(`${service.url}/health/ready`)).ok, { message: 'readiness' });
  kafka = createKafka(loadConfig(kafkaShape, platform.env), 'test', silent);
  clickhouse = createClickHouse(loadConfig(clickhouseShape, platform.env), 'test');
  for (const id of TABLES) {
    const product = productOf(products, id);
    await clickhouse.command({ query: `CREATE DATABASE IF NOT EXISTS ${product.database}` });
    for (const query of [...createTable(product), createView(product)]) await clickhouse.command({ query });
  }
  await clickhouse.command({ query: readFileSync(path.join(schemasDir(), 'views/web.landings.sql'), 'utf8') });
});

afterAll(async () => {
  await service?.close();
  await clickhouse?.close();
  await platform?.stop();
});

/** What the topic holds, into the table, undecoded as the warehouse inserts it; what is there already is not inserted again. */
async function intoTable(id: ProductId): Promise<void> {
  const product = productOf(products, id);
  const datums = await untilDone(`records of ${id}`, silent, async () => {
    const found: ReturnType<typeof wholeBuffer>[] = [];
    // A value is a zero byte, a schema id of four bytes, and the datum.
    await readTopics(kafka, new Map([[product.topic, []]]), ({ partition, message }) => void found.push(wholeBuffer(partition, offsetOf(message), message.value!.subarray(5))));
    return found;
  });
  const known = new Set((await rows<{ place: string }>(`SELECT concat(toString(_partition), '/', toString(_offset)) AS place FROM ${tableName(product)}`)).map(({ place }) => place));
  const fresh = datums.filter(({ partition, offset }) => !known.has(`${partition}/${offset}`));
  if (fresh.length > 0) await insertDatums(clickhouse, { table: tableName(product), schema: product.schema, datums: fresh, token: `${id}/${datums.length}` });
}

async function rows<T>(query: string): Promise<T[]> {
  return (await clickhouse.query({ query, format: 'JSONEachRow', clickhouse_settings: { output_format_json_quote_64bit_integers: 0 } })).json<T>();
}

async function post(route: string, body: unknown, headers: Record<string, string> = {}): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${service.url}${route}`, {
    method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body), headers: { 'content-type': 'application/json', authorization: `Bearer ${KEY}`, ...headers },
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const stored = (accepted: number) => ({ status: 200, body: { accepted, quarantined: 0, rejected: [], rejected_total: 0 } });
const google = (account: string, metrics: object = {}, date = '2026-11-20') => ({
  customer: { resourceName: `customers/${account}`, id: account, currencyCode: 'EUR', timeZone: 'Europe/Berlin' }, campaign: { resourceName: `customers/${account}/campaigns/111`, id: '111', name: 'Autumn' },
  metrics: { clicks: '340', costMicros: '81250000', impressions: '12000', conversions: 4.5, conversionsValue: 402.3, ...metrics }, segments: { date },
});
const click = (gclid: string) => ({
  campaign: { resourceName: 'customers/7/campaigns/111', id: '111' }, adGroup: { resourceName: 'customers/7/adGroups/222', id: '222' },
  clickView: { gclid, adGroupAd: 'customers/7/adGroupAds/222~333', keywordInfo: { text: 'trail shoes' } }, segments: { date: '2026-11-20', device: 'MOBILE' },
});
const performance = (account: string) => rows(`SELECT toString(date) AS date, campaign_id, impressions, clicks, cost_micros, currency, conversions, conversion_value_micros FROM paid_media.campaign_performance WHERE account_id = '${account}' ORDER BY date, campaign_id`);

describe('a report', () => {
  it('of every platform is in the table, with its day and its money', async () => {
    const linkedin = { dateRange: { start: { year: 2026, month: 11, day: 20 } }, pivotValues: ['urn:li:sponsoredCampaign:5'], impressions: 5, clicks: 1, costInLocalCurrency: '9.9' };
    const meta = { account_id: '77', campaign_id: '1', date_start: '2026-11-20', date_stop: '2026-11-20', impressions: '9', clicks: '2', spend: '2.47' };
    const tiktok = { dimensions: { stat_time_day: '2026-11-20 00:00:00', campaign_id: '8' }, metrics: { spend: '20.05', impressions: '12', clicks: '3', conversion: '2', currency: 'USD' } };
    expect(await post('/v1/reports/google', [{ results: [google('7001')], fieldMask: 'campaign.id', requestId: 'r' }])).toEqual(stored(1));
    expect(await post('/v1/reports/meta?currency=EUR', `${JSON.stringify({ data: [meta] })}\n${JSON.stringify({ ...meta, campaign_id: '2' }).replace('"77"', '120210000000000077')}\n`, { 'content-type': 'application/x-ndjson' })).toEqual(stored(2));
    expect(await post('/v1/reports/linkedin?account=508&currency=EUR', { elements: [linkedin] })).toEqual(stored(1));
    expect(await post('/v1/reports/tiktok?account=600&timezone=Europe/Berlin', { code: 0, message: 'OK', data: { list: [tiktok] } })).toEqual(stored(1));
    expect(await post('/v1/reports/microsoft', CSV, { 'content-type': 'text/csv' })).toEqual(stored(1));
    await intoTable('paid-media.campaign-performance');
    const found = await rows("SELECT platform, account_id, toString(date) AS date, campaign_id, device, account_timezone, cost_micros, currency FROM paid_media.campaign_performance ORDER BY platform, account_id");
    const row = (name: string, account_id: string, campaign_id: string, cost_micros: number, currency = 'EUR', account_timezone = '', device = '') => ({ platform: name, account_id, date: '2026-11-20', campaign_id, device, account_timezone, cost_micros, currency });
    expect(found).toEqual([
      row('google', '7001', '111', 81_250_000, 'EUR', 'Europe/Berlin'), row('linkedin', '508', '5', 9_900_000), row('meta', '120210000000000077', '2', 2_470_000), row('meta', '77', '1', 2_470_000),
      row('microsoft', '141', '411', 12_400_000, 'EUR', '', 'desktop'), row('tiktok', '600', '8', 20_050_000, 'USD', 'Europe/Berlin'),
    ]);
  });

  it('that is posted again replaces its days, and no others', async () => {
    const before = { campaign_id: '111', impressions: 12_000, clicks: 340, cost_micros: 81_250_000, currency: 'EUR', conversions: 4.5, conversion_value_micros: 402_300_000 };
    await post('/v1/reports/google', [{ results: [google('7002'), google('7002', {}, '2026-11-19')] }]);
    await intoTable('paid-media.campaign-performance');
    expect(await performance('7002')).toEqual([{ date: '2026-11-19', ...before }, { date: '2026-11-20', ...before }]);
    await post('/v1/reports/google', [{ results: [google('7002', { conversions: 6, conversionsValue: 510.25 })] }]);
    await intoTable('paid-media.campaign-performance');
    expect(await performance('7002')).toEqual([{ date: '2026-11-19', ...before }, { date: '2026-11-20', ...before, conversions: 6, conversion_value_micros: 510_250_000 }]);
  });

  it('of an earlier extraction that comes late replaces nothing', async () => {
    const at = (time: string, clicks: string) => post(`/v1/reports/google?extracted_at=${encodeURIComponent(time)}`, [{ results: [google('7003', { clicks })] }]);
    await at('2026-11-21T05:00:00Z', '350');
    await intoTable('paid-media.campaign-performance');
    await at('2026-11-21T06:00:00+02:00', '340');
    await intoTable('paid-media.campaign-performance');
    expect(await performance('7003')).toMatchObject([{ clicks: 350 }]);
    await at('2026-11-21T05:00:01Z', '351');
    await intoTable('paid-media.campaign-performance');
    expect(await performance('7003')).toMatchObject([{ clicks: 351 }]);
  });

  it('has broken rows in quarantine, lists those to mend, and stores the others', async () => {
    const answer = await post('/v1/reports/google', [{ results: [google('7004'), google('7004', { clicks: 'many' }), { ...google('7004'), segments: { date: '2026-11-20', hour: 5 } }] }]);
    expect(answer).toEqual({ status: 200, body: { accepted: 1, quarantined: 1, rejected_total: 1, rejected: [{ index: 2, code: 'unsupported_segment', field: 'hour', message: expect.any(String) }] } });
  });

  it.each([
    ['no key', 'google', [], { authorization: '' }, 401, 'unauthorised'],
    ['another key', 'google', [], { authorization: 'Bearer x' }, 401, 'unauthorised'],
    ['an unknown platform', 'altavista', [], {}, 404, 'not_found'],
    ['an error of the platform', 'meta', { error: { code: 190 } }, {}, 400, 'platform_error'],
    ['the report of another platform', 'linkedin', { data: [] }, {}, 400, 'unknown_format'],
    ['what is no JSON', 'tiktok', '{"code": 0', {}, 400, 'invalid_json'],
    ['a line that is none', 'meta', '{"data": []}\n{', { 'content-type': 'application/x-ndjson' }, 400, 'invalid_json'],
    ['CSV of who has none', 'google', 'a,b', { 'content-type': 'text/csv' }, 415, 'unsupported_media_type'],
    ['an account of nobody', 'google?account=a%20b', [], {}, 400, 'format'],
    ['an extraction of tomorrow', 'google?extracted_at=2099-01-01T00:00:00Z', [], {}, 400, 'range'],
  ])('is refused with %s', async (_what, route, body, headers, status, code) => {
    expect(await post(`/v1/reports/${route}`, body, headers)).toMatchObject({ status, body: { code } });
  });
});

describe('a landing', () => {
  const sample = JSON.parse(readFileSync(path.join(schemasDir(), 'products/web/page-views/samples/valid/minimal.json'), 'utf8')) as object;
  let views = 0;
  const landed = (click_id: string, change: object = {}) => clickhouse.insert({
    table: 'web.page_views_v1', format: 'JSONEachRow', values: [{ _partition: 0, _offset: views++, ...sample, event_id: uuid(), click_id_type: 'gclid', click_id, channel: 'paid_search', ...change }],
  });
  const clicked = async (gclid: string) => {
    expect(await post('/v1/reports/google', [{ results: [click(gclid)] }])).toEqual(stored(1));
    await intoTable('paid-media.ad-clicks');
  };
  const landings = (click_id: string) => rows(`SELECT channel, click_id, ad_platform, ad_account_id, campaign_id, ad_group_id, ad_id, keyword FROM web.landings WHERE click_id = '${click_id}'`);
  const known = { channel: 'paid_search', ad_platform: 'google', ad_account_id: '7', campaign_id: '111', ad_group_id: '222', ad_id: '333', keyword: 'trail shoes' };
  const unknown = { channel: 'paid_search', ad_platform: null, ad_account_id: null, campaign_id: null, ad_group_id: null, ad_id: null, keyword: null };

  it('has its campaign, ad group and ad at once where the click is known already', async () => {
    await clicked('first');
    await landed('first');
    expect(await landings('first')).toEqual([{ click_id: 'first', ...known }]);
  });

  it('has them as soon as the row of the click comes, hours later', async () => {
    await landed('second');
    expect(await landings('second')).toEqual([{ click_id: 'second', ...unknown }]);
    await clicked('second');
    expect(await landings('second')).toEqual([{ click_id: 'second', ...known }]);
  });

  it('is no ad of a click id of another kind, and no page view without a source', async () => {
    await clicked('third');
    await landed('third', { click_id_type: 'fbclid' });
    await landed('third', { channel: 'direct' });
    expect(await landings('third')).toEqual([{ click_id: 'third', ...unknown }]);
  });
});

describe('a lead of Meta', () => {
  const change = (page: string, leadgen_id: unknown) => ({ field: 'leadgen', value: { leadgen_id, page_id: page, form_id: '624049654589', ad_id: '120210000000000033', created_time: 1_795_167_000 } });
  const webhook = (page: string, ...leads: unknown[]) => JSON.stringify({ object: 'page', entry: [{ id: page, time: 1_795_167_001, changes: leads.map((lead) => change(page, lead)) }] }, undefined, 1);
  const deliver = (body: string, signed = body) => post('/webhooks/meta-leads', body, { authorization: '', 'x-hub-signature-256': `sha256=${createHmac('sha256', SECRET).update(signed).digest('hex')}` });
  const leads = (condition: string) => rows(`SELECT lead_id, has_answers, identifiers, campaign_id, ad_id, toString(occurred_at) AS occurred_at FROM paid_media.leads WHERE ${condition} ORDER BY lead_id, has_answers`);
  const told = { has_answers: false, identifiers: {}, campaign_id: null, ad_id: '120210000000000033', occurred_at: '2026-11-20 09:30:00.000' };
  const verify = (token: string) => fetch(`${service.url}/webhooks/meta-leads?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=${token}`);

  it('is subscribed to by who knows the token', async () => {
    const [right, wrong] = [await verify('verify-me'), await verify('other')];
    expect([right.status, right.headers.get('content-type'), await right.text()]).toEqual([200, 'text/plain; charset=utf-8', '1158201444']);
    expect([wrong.status, await wrong.json()]).toEqual([403, { code: 'forbidden', field: 'hub.verify_token', message: expect.any(String) }]);
  });

  it('is in the table once, however often it is told of; a broken one beside it is in quarantine', async () => {
    // An id of 16 digits and more comes as a number, and a number does not hold it.
    const body = webhook('501', '9007199254740993', null).replace('"9007199254740993"', '9007199254740993');
    const answer = { status: 200, body: { accepted: 1, quarantined: 1, rejected: [] } };
    expect([await deliver(body), await deliver(body)]).toEqual([answer, answer]);
    await intoTable('paid-media.leads');
    expect(await leads("page_id = '501'")).toEqual([{ lead_id: '9007199254740993', ...told }]);
  });

  it('is refused, and stored nowhere, where the bytes are not those that were signed', async () => {
    const body = webhook('502', '1');
    expect(await deliver(JSON.stringify(JSON.parse(body)), body)).toMatchObject({ status: 401, body: { code: 'signature', field: 'x-hub-signature-256' } });
    expect(await post('/webhooks/meta-leads', body, { authorization: '' })).toMatchObject({ status: 401, body: { code: 'missing_header' } });
    expect(await deliver('{"object":"user","entry":[]}')).toMatchObject({ status: 400, body: { code: 'unknown_format', field: 'object' } });
    await intoTable('paid-media.leads');
    expect(await leads("page_id = '502'")).toEqual([]);
  });

  it('comes again with its answers, of which hashes of e-mail address and phone number are kept', async () => {
    const answered = {
      id: '503', created_time: '2026-11-20T10:30:00+0100', ad_id: '120210000000000033', adset_id: '120210000000000022', campaign_id: '120210000000000011',
      field_data: [{ name: 'email', values: ['Jane@Example.com'] }, { name: 'phone_number', values: ['+49 151 23456789'] }, { name: 'full_name', values: ['Jane Doe'] }],
    };
    expect(await post('/v1/leads/meta', { data: [answered] }, { authorization: '' })).toMatchObject({ status: 401, body: { code: 'unauthorised' } });
    expect(await deliver(webhook('503', '503'))).toMatchObject({ body: { accepted: 1 } });
    expect(await post('/v1/leads/meta', { data: [answered] })).toEqual(stored(1));
    await intoTable('paid-media.leads');
    expect(await leads("lead_id = '503'")).toEqual([
      { lead_id: '503', ...told },
      { lead_id: '503', ...told, has_answers: true, identifiers: { email_sha256: sha256('jane@example.com'), phone_sha256: sha256('+4915123456789') }, campaign_id: '120210000000000011' },
    ]);
  });
});
