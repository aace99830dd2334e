// Sessions on the real platform: published once they are over, corrected by late events, the same after a restart.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadProducts, productOf, type Records, type WebCustomEvents, type WebPageViews, type WebSessions } from '@tideway/contracts';
import { Decoder, Publisher, SchemaRegistry, createKafka, partitionOf, readTopics, type Kafka } from '@tideway/kafka';
import { createLogger, kafkaShape, loadConfig, registryShape, startService, type RunningService } from '@tideway/service';
import { startTestPlatform, waitFor, type TestPlatform } from '@tideway/testing';
import { v4 as uuid } from 'uuid';
import { sessions } from '../sessions/app.module.js';

const silent = createLogger('test', 'silent');
const products = loadProducts();
const product = productOf(products, 'web.sessions');
const MINUTE_MS = 60_000;
/** Long enough ago that all pauses are over, and not so long that anything is late. */
const BEGIN = Date.now() - 5 * 60 * MINUTE_MS;
let platform: TestPlatform;
let service: RunningService;
let kafka: Kafka;
let registry: SchemaRegistry;
let publisher: Publisher;

const start = () => startService(sessions, { ...platform.env, LOG_LEVEL: 'error', WEB_SESSIONS_SESSION_TIMEOUT_MS: '2000' });

const event = (minute: number, visitor: string) => ({
  event_id: uuid(), occurred_at: BEGIN + minute * MINUTE_MS, received_at: Date.now(), source: 'segment:shop', identifiers: { anonymous_id: visitor } as Record<string, string>, session_id: null,
});
const view = (minute: number, visitor: string, page: string): WebPageViews => ({
  ...event(minute, visitor), url: `https://shop.example/${page}`, path: `/${page}`, title: null, referrer: null, utm_source: 'google', utm_medium: 'cpc', utm_campaign: `to-${page}`, utm_content: null,
  utm_term: null, utm_id: null, click_id_type: null, click_id: null, channel: 'paid_search', device: 'mobile', country: null, platform: 'web', is_bot: false,
});
const click = (minute: number, visitor: string): WebCustomEvents => ({ ...event(minute, visitor), name: 'Clicked', properties: {} });
const order = (minute: number, visitor: string): Records['web.orders'] => {
  const { session_id: _none, ...rest } = event(minute, visitor);
  return {
    ...rest, order_id: uuid(), status: 'completed', total_micros: 1, tax_micros: null, shipping_micros: null, discount_micros: null, net_change_micros: 1, coupon: null, currency: 'EUR', items: [],
  };
};

/** Everything on the topic, and what stands in its table: without what was taken back. */
async function published(visitor: string): Promise<{ all: number; table: WebSessions[] }> {
  const decoder = new Decoder<WebSessions>(registry, product);
  const table = new Map<string, WebSessions>();
  let all = 0;
  await readTopics(kafka, new Map([[product.topic, []]]), async ({ partition, message: { key, value } }) => {
    const record = value && (await decoder.decode(value));
    if (record && record.identifiers['anonymous_id'] !== visitor) return;
    if (record) expect(partition).toBe(partitionOf(`anonymous_id:${visitor}`, product.partitions));
    if (record) table.set(String(key), record);
    else if (!table.delete(String(key))) return;
    all += 1;
  }, { isSettled: true });
  return { all, table: [...table.values()].sort((a, b) => a.started_at - b.started_at) };
}

/** The visitor's table once so many records and tombstones were published. */
async function tableAfter(visitor: string, records: number): Promise<WebSessions[]> {
  await waitFor(async () => (await published(visitor)).all >= records, { timeoutMs: 60_000, message: `${records} records of ${visitor}` });
  const { all, table } = await published(visitor);
  expect(all).toBe(records);
  return table;
}

beforeAll(async () => {
  platform = await startTestPlatform({ clickhouse: false });
  const config = loadConfig({ ...kafkaShape, ...registryShape }, platform.env);
  kafka = createKafka(config, 'test', silent);
  registry = new SchemaRegistry(config);
  publisher = new Publisher({ kafka, registry, products, service: 'test', logger: silent });
  service = await start();
});

afterAll(async () => {
  await publisher?.disconnect();
  await service?.close();
  await platform?.stop();
});

describe('sessions', () => {
  it('are joined by a late event after a restart, and one of the two that were published is taken back', async () => {
    const visitor = uuid();
    const [first, last] = [view(0, visitor, 'shoes'), view(50, visitor, 'cart')];
    await publisher.publish('web.page-views', [first, last]);
    const apart = await tableAfter(visitor, 2);
    expect(apart).toMatchObject([{ started_at: first.occurred_at, events: 1, exit_url: first.url }, { started_at: last.occurred_at, events: 1, utm_campaign: 'to-cart' }]);

    await service.close();
    await publisher.publish('web.orders', [order(51, visitor)]);
    await publisher.publish('web.custom-events', [click(25, visitor)]);
    await publisher.publish('web.page-views', [first]);
    service = await start();
    expect(await tableAfter(visitor, 4)).toEqual([{
      session_id: apart[0]!.session_id, source: 'segment:shop', identifiers: { anonymous_id: visitor }, started_at: first.occurred_at, ended_at: BEGIN + 51 * MINUTE_MS, page_views: 2, events: 4,
      entry_url: first.url, exit_url: last.url, utm_source: 'google', utm_medium: 'cpc', utm_campaign: 'to-shoes', utm_content: null, utm_term: null, utm_id: null, click_id_type: null, click_id: null,
      channel: 'paid_search', device: 'mobile', country: null, converted: true, updated_at: expect.any(Number),
    }]);
  });

  it('have no event that is late, none of a robot, none twice, and none that is going on', async () => {
    const [visitor, visiting] = [uuid(), uuid()];
    const taken = view(0, visitor, 'shoes');
    await publisher.publish('web.page-views', [taken, taken, { ...view(1, visitor, 'bot'), is_bot: true }, view(-24 * 60, visitor, 'late'), { ...view(0, visiting, 'now'), occurred_at: Date.now() }]);
    expect(await tableAfter(visitor, 1)).toMatchObject([{ events: 1 }]);
    expect(await published(visiting)).toEqual({ all: 0, table: [] });
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    for (const outcome of ['counted', 'resend', 'late', 'robot']) expect(metrics).toMatch(new RegExp(`tideway_session_events_total\\{outcome="${outcome}",service="sessions"\\} [1-9]`));
  });
});
