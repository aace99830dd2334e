// The web service on the real platform, fed by Segment's own library and in every other format: records, resends, refusals, quarantine, an outage.
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { Analytics } from '@segment/analytics-node';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { OperationsQuarantine, ProductId } from '@tideway/contracts';
import { startService, type RunningService } from '@tideway/service';
import { startTestPlatform, waitFor, type TestPlatform } from '@tideway/testing';
import { v4 as uuid } from 'uuid';
import { web } from '../app.module.js';
import { recordReader } from './records.js';

const WRITE_KEY = 'test-write-key';
const API_SECRET = 'test-api-secret';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
let platform: TestPlatform;
let service: RunningService;
let read: ReturnType<typeof recordReader>;

beforeAll(async () => {
  platform = await startTestPlatform({ clickhouse: false });
  service = await startService(web, { ...platform.env, LOG_LEVEL: 'silent', WEB_WRITE_KEYS: `shop:${sha256(WRITE_KEY)}`, WEB_GA4_API_SECRETS: `shop:${sha256(API_SECRET)}`, WEB_SNOWPLOW_APP_IDS: 'site, shop' });
  await waitFor(async () => (await fetch(`${service.url}/health/ready`)).ok, { message: 'readiness' });
  read = recordReader(platform.env);
});

afterAll(async () => {
  await service?.close();
  await platform?.stop();
});

/** The records of one person: each test has a person of its own. */
async function of<P extends ProductId>(id: P, userId: string) {
  return (await read(id)).filter(({ record }) => (record as { identifiers: Record<string, string> }).identifiers['user_id'] === userId);
}

interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

const BASIC = `Basic ${Buffer.from(`${WRITE_KEY}:`).toString('base64')}`;

async function post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const raw = Buffer.isBuffer(body) ? new Uint8Array(body) : typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(`${service.url}${path}`, { method: 'POST', body: raw, headers: { 'content-type': 'application/json', authorization: BASIC, ...headers } });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Record<string, unknown> };
}

const track = (userId: string, change: object = {}) => ({ type: 'track', event: 'Song Played', userId, messageId: uuid(), properties: { artist: 'x' }, ...change });

describe('Segment\'s own library, pointed at the service', () => {
  const userId = 'sdk-user';
  const anonymousId = 'sdk-browser';

  it('delivers calls of every kind as records of the products', async () => {
    const errors: unknown[] = [];
    const analytics = new Analytics({ writeKey: WRITE_KEY, host: service.url, flushAt: 3, flushInterval: 50 });
    analytics.on('error', (error) => errors.push(error));
    const context = { userAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1', consent: { categoryPreferences: { Advertising: true } } } as object;
    const before = Date.now();
    analytics.identify({ userId, anonymousId, traits: { email: 'Jane@Example.com', name: 'Jane', plan: 'pro' } });
    analytics.page({ userId, anonymousId, name: 'Shoes', context, properties: { url: 'https://shop.example/shoes?utm_source=google&utm_medium=cpc&gclid=g-1', title: 'Shoes', referrer: 'https://www.google.com/' } });
    analytics.screen({ userId, name: 'Cart' });
    analytics.track({ userId, event: 'Product Viewed', properties: { product_id: 'sku-1', name: 'Trail Shoe', price: 89.95, currency: 'EUR' } });
    analytics.track({ userId, event: 'Order Completed', properties: { order_id: 'o-1', total: 19.99, currency: 'EUR', products: [{ product_id: 'sku-1', price: 19.99, quantity: 1 }] } });
    analytics.track({ userId, event: 'Song Played', properties: { artist: 'Dierks Bentley' }, timestamp: new Date('2026-01-02T03:04:05.000Z') });
    analytics.group({ userId, groupId: 'initech', traits: { industry: 'Technology' } });
    analytics.alias({ userId, previousId: 'former-browser' });
    await analytics.closeAndFlush();
    expect(errors).toEqual([]);

    const [views, shop, orders, custom, identifications, consents] = await Promise.all([
      of('web.page-views', userId), of('web.ecommerce-events', userId), of('web.orders', userId), of('web.custom-events', userId), of('web.identifications', userId), of('web.consents', userId),
    ]);
    const [page, screen] = [views.find(({ record }) => record.platform === 'web')!, views.find(({ record }) => record.platform === 'app')!];
    expect(page).toMatchObject({
      key: `anonymous_id:${anonymousId}`,
      record: { source: 'segment:shop', identifiers: { user_id: userId, anonymous_id: anonymousId }, path: '/shoes', title: 'Shoes', utm_source: 'google', click_id_type: 'gclid', click_id: 'g-1', channel: 'paid_search', device: 'mobile', is_bot: false },
    });
    expect(page.record.occurred_at).toBeGreaterThan(before - 5_000);
    expect(page.record.occurred_at).toBeLessThanOrEqual(page.record.received_at);
    expect(screen).toMatchObject({ key: `user_id:${userId}`, record: { url: 'app://Cart' } });
    expect(shop.map(({ record }) => [record.action, record.items[0]?.price_micros])).toEqual([['product_viewed', 89_950_000]]);
    expect(orders.map(({ record }) => [record.status, record.total_micros, record.net_change_micros, record.currency])).toEqual([['completed', 19_990_000, 19_990_000, 'EUR']]);
    expect(custom).toMatchObject([{ record: { name: 'Song Played', properties: { artist: 'Dierks Bentley' } } }]);
    expect(Math.abs(custom[0]!.record.occurred_at - Date.parse('2026-01-02T03:04:05.000Z'))).toBeLessThan(5_000);
    expect(identifications.map(({ record }) => record.method).sort()).toEqual(['alias', 'group', 'identify']);
    expect(identifications.find(({ record }) => record.method === 'identify')!.record).toMatchObject({ identifiers: { email_sha256: sha256('jane@example.com') }, traits: { plan: 'pro' } });
    expect(consents).toMatchObject([{ record: { purpose: 'advertising', decision: 'granted' } }]);
  });
});

describe('an answer', () => {
  it('counts what is stored, and names what is not by its place', async () => {
    const huge = track('mixed', { properties: { text: 'x'.repeat(33_000) } });
    const noCurrency = track('mixed', { event: 'Order Completed', properties: { order_id: 'o', total: 1 } });
    // Written by hand, so that the bytes differ from what JSON.stringify would make of them.
    const raw = JSON.stringify(noCurrency).replace('"total":1', '"total" : 1.0');
    const body = `{"sentAt":"${new Date().toISOString()}", "batch": [ ${JSON.stringify(track('mixed'))},${raw} , {"type":"track","event":"x"}, ${JSON.stringify(huge)}, null ]}`;
    const answer = await post('/v1/batch', body);
    expect(answer).toMatchObject({
      status: 200,
      body: {
        accepted: 1, quarantined: 1,
        rejected: [
          { index: 2, code: 'missing_identifier', field: 'userId', message: expect.any(String) },
          { index: 3, code: 'too_large', message: expect.stringContaining('32768') },
          { index: 4, code: 'not_an_object' },
        ],
      },
    });
    expect(await of('web.custom-events', 'mixed')).toHaveLength(1);
    const quarantined = (await read('operations.quarantine')).map(({ record }) => record as OperationsQuarantine).filter((record) => record.original.toString() === raw);
    expect(quarantined).toMatchObject([{ service: 'web', stage: 'intake', code: 'required', field: 'properties.currency', product: 'web.orders', source: 'segment:shop' }]);
  });

  it('to a resend is the same, and so are the ids, so that nothing counts twice', async () => {
    const batch = { batch: [track('resent'), track('resent', { type: 'page', properties: { url: 'https://shop.example/' }, context: { consent: { categoryPreferences: { analytics: false } } } })] };
    const answers = [await post('/v1/batch', { ...batch, sentAt: '2026-11-20T12:00:00Z' }), await post('/v1/batch', { ...batch, sentAt: '2026-11-20T12:00:07Z' })];
    expect(answers.map(({ body }) => body)).toEqual([{ accepted: 2, quarantined: 0, rejected: [] }, { accepted: 2, quarantined: 0, rejected: [] }]);
    for (const product of ['web.custom-events', 'web.page-views', 'web.consents'] as const) {
      const ids = (await of(product, 'resent')).map(({ record }) => record.event_id);
      expect([ids.length, new Set(ids).size]).toEqual([2, 1]);
    }
  });

  it('to equal calls without messageId is two events stored, and a resend of the request adds none', async () => {
    const { messageId: _none, ...call } = track('equal');
    const body = { batch: [call, call], sentAt: '2026-11-20T12:00:00Z' };
    for (let sent = 0; sent < 2; sent += 1) expect(await post('/v1/batch', body)).toMatchObject({ status: 200, body: { accepted: 2 } });
    const ids = (await of('web.custom-events', 'equal')).map(({ record }) => record.event_id);
    expect([ids.length, new Set(ids).size]).toEqual([4, 2]);
  });

  it('to a single call is one event stored, or 400 with the reason', async () => {
    const { type: _path, ...call } = track('single');
    expect(await post('/v1/track', call)).toMatchObject({ status: 200, body: { accepted: 1, quarantined: 0, rejected: [] } });
    expect(await post('/v1/track', { ...call, event: '' })).toMatchObject({ status: 400, body: { code: 'required', field: 'event', message: expect.stringContaining('event') } });
    expect(await post('/v1/track', { ...call, properties: { text: 'x'.repeat(33_000) } })).toMatchObject({ status: 400, body: { code: 'too_large' } });
    expect(await post('/v1/track', [])).toMatchObject({ status: 400, body: { code: 'not_an_object' } });
    expect(await post('/v1/track', '{"a":')).toMatchObject({ status: 400, body: { code: 'invalid_json' } });
    expect(await post('/v1/batch', { batch: {} })).toMatchObject({ status: 400, body: { code: 'required', field: 'batch' } });
    expect(await post('/v1/batch', { batch: ['x'.repeat(600_000)] })).toMatchObject({ status: 413, body: { code: 'too_large', message: expect.stringContaining('512000') } });
    expect(await post('/v1/import', call)).toMatchObject({ status: 400, body: { code: 'unknown_type' } });
  });

  it('comes for packed bodies, and for what browsers send', async () => {
    expect(await post('/v1/batch', gzipSync(JSON.stringify({ batch: [track('packed')] })), { 'content-encoding': 'gzip' })).toMatchObject({ status: 200, body: { accepted: 1 } });
    const response = await fetch(`${service.url}/v1/t`, { method: 'POST', body: JSON.stringify({ ...track('packed'), writeKey: WRITE_KEY }), headers: { 'content-type': 'text/plain', origin: 'https://shop.example' } });
    expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([200, '*']);
    const preflight = await fetch(`${service.url}/v1/t`, { method: 'OPTIONS', headers: { origin: 'https://shop.example', 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' } });
    expect([preflight.status, preflight.headers.get('access-control-allow-methods')]).toEqual([204, 'POST']);
    expect(await of('web.custom-events', 'packed')).toHaveLength(2);
    expect(JSON.stringify(await read('web.custom-events'))).not.toContain(WRITE_KEY);
  });

  it.each([['', {}], ['Basic d3Jvbmc6', {}], ['Bearer x', {}], ['', { writeKey: 'wrong' }], ['', { writeKey: 5 }]])('without a valid write key is 401 (%j, %j)', async (authorization, body) => {
    const answer = await post('/v1/batch', { batch: [track('stranger')], ...body }, { authorization });
    expect(answer).toMatchObject({ status: 401, body: { code: 'unauthorised' } });
    expect(answer.headers.get('www-authenticate')).toContain('Basic');
  });

  it('is counted by source and outcome', async () => {
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    for (const outcome of ['accepted', 'quarantined', 'rejected']) expect(metrics).toMatch(new RegExp(`tideway_intake_events_total\\{source="segment:shop",outcome="${outcome}",service="web"\\} [1-9]`));
    expect(metrics).toMatch(/tideway_published_total\{product="web\.orders",service="web"\} [1-9]/);
  });
});

describe('the GA4 Measurement Protocol', () => {
  const purchase = { client_id: 'c.1', user_id: 'ga4-user', consent: { ad_user_data: 'DENIED' }, events: [{ name: 'purchase', params: { transaction_id: 'T-1', value: 12, tax: 1, currency: 'EUR', items: [{ item_id: 'SKU-1', price: 4, quantity: 3 }] } }] };
  const query = `?measurement_id=G-1&api_secret=${API_SECRET}`;

  it('gives an order once, however often its request comes, and consent beside it', async () => {
    const mixed = { ...purchase, events: [...purchase.events, { name: 'purchase', params: { transaction_id: 'T-2', value: 1 } }, { name: '_bad' }] };
    expect(await post(`/mp/collect${query}`, purchase, { authorization: '' })).toMatchObject({ status: 200, body: { accepted: 1, quarantined: 0, rejected: [] } });
    expect(await post(`/mp/collect${query}`, mixed, { 'content-type': 'text/plain' })).toMatchObject({ status: 200, body: { accepted: 1, quarantined: 1, rejected: [{ index: 2, code: 'invalid_name', field: 'events.2.name' }] } });
    const orders = await of('web.orders', 'ga4-user');
    expect(orders[0]).toMatchObject({ key: 'anonymous_id:c.1', record: { source: 'ga4:shop', order_id: 'T-1', total_micros: 13_000_000 } });
    expect(new Set(orders.map(({ record }) => record.event_id)).size).toBe(1);
    expect(await of('web.consents', 'ga4-user')).toMatchObject([{ record: { purpose: 'advertising', decision: 'denied' } }, { record: { decision: 'denied' } }]);
  });

  it('is checked by the debug route, in Google\'s words, and nothing of it is stored', async () => {
    const wrong = { ...purchase, user_id: 'ga4-debug', events: [...purchase.events, { name: '_badEventName' }, { name: 'page_view' }, ...Array<object>(23).fill({ name: 'a' })] };
    expect(await post(`/debug/mp/collect${query}`, wrong)).toMatchObject({
      status: 200,
      body: { validationMessages: [{ fieldPath: 'events.1.name', validationCode: 'NAME_INVALID' }, { fieldPath: 'events.2.params.page_location', validationCode: 'VALUE_REQUIRED' }, { validationCode: 'EXCEEDED_MAX_ENTITIES' }] },
    });
    expect(await of('web.orders', 'ga4-debug')).toEqual([]);
  });

  it.each([
    ['?measurement_id=G-1', 401, 'unauthorised'], [`?measurement_id=G-1&api_secret=${WRITE_KEY}`, 401, 'unauthorised'], [`?api_secret=${API_SECRET}`, 400, 'required'],
  ])('with %s is refused', async (wrong, status, code) => {
    expect(await post(`/mp/collect${wrong}`, purchase)).toMatchObject({ status, body: { code } });
    expect(await post(`/debug/mp/collect${wrong}`, purchase)).toMatchObject({ status, body: { code } });
  });
});

describe('Snowplow\'s tracker protocol', () => {
  const tp2 = '/com.snowplowanalytics.snowplow/tp2';
  const view = (change: object = {}) => ({ e: 'pv', aid: 'shop', p: 'web', eid: uuid(), duid: 'd-1', uid: 'snowplow-user', url: 'https://shop.example/?gclid=g-1', dtm: '1665398554151', stm: '1665398554153', ...change });
  const request = (...data: object[]) => ({ schema: 'iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4', data });

  it('gives page views from a browser, with credentials, and from a pixel', async () => {
    const origin = 'https://shop.example';
    const preflight = await fetch(`${service.url}${tp2}`, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' } });
    expect([preflight.status, preflight.headers.get('access-control-allow-origin'), preflight.headers.get('access-control-allow-credentials')]).toEqual([204, origin, 'true']);
    const answer = await post(tp2, request(view(), view({ aid: 'site' })), { origin, authorization: '', 'user-agent': 'Googlebot/2.1 (+http://www.google.com/bot.html)' });
    expect(answer).toMatchObject({ status: 200, body: { accepted: 1, rejected: [{ index: 1, code: 'other_app' }] } });
    expect([answer.headers.get('access-control-allow-origin'), answer.headers.get('access-control-allow-credentials')]).toEqual([origin, 'true']);
    const pixel = await fetch(`${service.url}/i?${new URLSearchParams(view({ aid: 'site', uid: 'pixel-user' }) as Record<string, string>)}`);
    expect([pixel.status, pixel.headers.get('content-type'), pixel.headers.get('cross-origin-resource-policy'), (await pixel.arrayBuffer()).byteLength]).toEqual([200, 'image/gif', 'cross-origin', 42]);
    expect(await of('web.page-views', 'snowplow-user')).toMatchObject([{ key: 'anonymous_id:d-1', record: { source: 'snowplow:shop', click_id: 'g-1', is_bot: true } }]);
    expect(await of('web.page-views', 'pixel-user')).toMatchObject([{ record: { source: 'snowplow:site' } }]);
  });

  it('of an application that is not listed, or of none, is refused', async () => {
    for (const body of [request(view({ aid: 'stranger' })), request({ ...view(), aid: undefined }), request(null as unknown as object)]) expect(await post(tp2, body)).toMatchObject({ status: 401, body: { code: 'unauthorised' } });
    expect(await post(tp2, { data: [view()] })).toMatchObject({ status: 400, body: { code: 'unknown_schema', field: 'schema' } });
    const pixels = await Promise.all(['/i', '/i?e=pv&aid=shop'].map((path) => fetch(`${service.url}${path}`)));
    expect(await Promise.all(pixels.map(async (answer) => [answer.status, ((await answer.json()) as Answer['body'])['code']]))).toEqual([[401, 'unauthorised'], [400, 'missing_identifier']]);
  });
});

describe('CloudEvents', () => {
  const bearer = { authorization: `Bearer ${WRITE_KEY}` };
  const event = (id: string, data: object = {}) => ({ specversion: '1.0', type: 'com.tideway.web.orders.v1', source: '/backend', id, data: { identifiers: { user_id: 'ce-user' }, order_id: id, status: 'completed', total_micros: 5, currency: 'EUR', ...data } });

  it('in every mode carry records, and a resend in another mode keeps its id', async () => {
    expect(await post('/cloudevents', event('o-1'), { ...bearer, 'content-type': 'application/cloudevents+json' })).toMatchObject({ status: 200, body: { accepted: 1 } });
    expect(await post('/cloudevents', [event('o-1'), event('o-2', { colour: 'red' }), {}], { ...bearer, 'content-type': 'application/cloudevents-batch+json; charset=utf-8' }))
      .toMatchObject({ status: 200, body: { accepted: 1, quarantined: 1, rejected: [{ index: 2, code: 'unsupported_version' }] } });
    const binary = { ...bearer, 'ce-specversion': '1.0', 'ce-type': 'com.tideway.web.orders.v1', 'ce-source': '/backend', 'ce-id': 'o%2D1' };
    expect(await post('/cloudevents', event('o-1').data, binary)).toMatchObject({ status: 200, body: { accepted: 1 } });
    const orders = await of('web.orders', 'ce-user');
    expect([orders.length, new Set(orders.map(({ record }) => record.event_id)).size]).toEqual([3, 1]);
    expect(orders[0]).toMatchObject({ key: 'user_id:ce-user', record: { source: 'cloudevents:shop', order_id: 'o-1', net_change_micros: 5 } });
  });

  it('without a key or that are none are refused', async () => {
    expect(await post('/cloudevents', event('o-3'), { 'content-type': 'application/cloudevents+json' })).toMatchObject({ status: 401, body: { code: 'unauthorised' } });
    expect(await post('/cloudevents', event('o-3'), bearer)).toMatchObject({ status: 400, body: { code: 'required', field: 'ce-specversion' } });
    expect(await post('/cloudevents', { ...event('o-3'), type: 'x' }, { ...bearer, 'content-type': 'application/cloudevents+json' })).toMatchObject({ status: 400, body: { code: 'unknown_type', field: 'type' } });
  });
});

describe('while Kafka is away', () => {
  it('the answer is 503 and never a success; afterwards all is well without a restart, and nothing that was accepted is missing', async () => {
    const accepted: string[] = [];
    const statuses = new Set<number>();
    const send = async () => {
      const messageId = uuid();
      const answer = await post('/v1/batch', { batch: [track('outage', { messageId, properties: { messageId } })] });
      statuses.add(answer.status);
      if (answer.status === 503) expect([answer.headers.get('retry-after'), answer.body['code']]).toEqual(['1', 'outage']);
      else accepted.push(messageId);
      return answer.status;
    };
    expect(await send()).toBe(200);
    // Again and again: a publisher that tries again would bridge the seconds that one restart takes.
    const killing = setInterval(() => platform.kill('kafka-1'), 300);
    platform.kill('kafka-1');
    await waitFor(async () => (await send()) === 503, { timeoutMs: 60_000, intervalMs: 10, message: 'a 503' }).finally(() => clearInterval(killing));
    // The library keeps what it could not deliver, and sends it again by itself.
    const analytics = new Analytics({ writeKey: WRITE_KEY, host: service.url, flushAt: 1 });
    analytics.track({ userId: 'outage-sdk', event: 'Song Played' });
    await platform.ready('kafka-1');
    await waitFor(async () => (await send()) === 200, { timeoutMs: 60_000, message: 'a success again' });
    await analytics.closeAndFlush();
    expect([...statuses].sort()).toEqual([200, 503]);
    const stored = new Set((await of('web.custom-events', 'outage')).map(({ record }) => record.properties['messageId']));
    expect(accepted.filter((messageId) => !stored.has(messageId))).toEqual([]);
    expect(new Set((await of('web.custom-events', 'outage-sdk')).map(({ record }) => record.event_id)).size).toBe(1);
    await waitFor(async () => (await fetch(`${service.url}/health/ready`)).ok, { timeoutMs: 60_000, message: 'readiness' });
  });
});
