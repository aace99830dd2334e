// Crash tests: warehouse, customer and segments, three instances each, killed with -9 in mid-stream by a seeded
// schedule, among the kills those at named points; then nothing is lost, doubled or different from SQL.
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Supervisor } from '@tideway/embedded';
import { Publisher } from '@tideway/kafka';
import { createLogger } from '@tideway/service';
import { startTestPlatform, waitFor, type TestPlatform } from '@tideway/testing';
import { checkMemberships, checkOnce, checkProfiles, waitForLagZero } from '../check.js';
import { connect, type Clients } from '../clients.js';
import { makeSecrets } from '../secrets.js';
import { choosePorts, serviceChild, type ServiceName } from '../services.js';
import { byProduct, seeded, shopEvents } from './shop-events.js';

const SEED = Number(process.env['TIDEWAY_SEED'] ?? 20_261_121);
const KILLS_PER_SERVICE = 10;
const EVENTS_PER_TICK = 20;
const TICK_MS = 100;
const secrets = makeSecrets();
const fast = { LOG_LEVEL: 'info', WAREHOUSE_SESSION_TIMEOUT_MS: '2000', CUSTOMER_SESSION_TIMEOUT_MS: '2000', SEGMENTS_SESSION_TIMEOUT_MS: '2000', PERSONALIZATION_SESSION_TIMEOUT_MS: '2000', WAREHOUSE_LINGER_MS: '100' };

/** Second and third instances die again and again at these points, each time after some passages. */
const CRASH_POINTS: Record<string, string[]> = {
  warehouse: ['after-intent#40', 'after-insert#40'],
  customer: ['after-send#15', 'before-commit#15'],
  segments: ['after-insert#20', 'after-send#20'],
};

let platform: TestPlatform;
let supervisor: Supervisor;
let clients: Clients;
let publisher: Publisher;
const deaths = new Map<string, number>();

beforeAll(async () => {
  platform = await startTestPlatform();
  clients = connect(platform.env);
  publisher = new Publisher({ kafka: clients.kafka, registry: clients.registry, products: clients.products, service: 'test', logger: createLogger('test', 'silent') });
  await publisher.connect();
  supervisor = new Supervisor((event) => {
    if (event.type !== 'exited' || event.expected) return;
    const service = event.child.replace(/-\d+$/, '');
    deaths.set(service, (deaths.get(service) ?? 0) + 1);
  });
  const ports = await choosePorts();
  const start = (name: ServiceName, instance: number, crashAt?: string) => supervisor.start(serviceChild(name, {
    env: { ...platform.env, ...fast, ...(crashAt ? { TIDEWAY_CRASH_AT: crashAt } : {}) }, secrets, ports, logs: path.join(platform.dir, 'logs'), instance,
  }));
  await Promise.all(['sessions', 'warehouse', 'customer', 'segments', 'personalization'].map((name) => start(name as ServiceName, 1)));
  await Promise.all(Object.entries(CRASH_POINTS).flatMap(([name, points]) => points.map((point, i) => start(name as ServiceName, i + 2, point))));
});

afterAll(async () => {
  await supervisor?.stop();
  await publisher?.disconnect();
  await clients?.clickhouse.close();
  await platform?.stop();
});

describe(`services killed in mid-stream (seed ${SEED})`, () => {
  const sent = { total: 0, orders: 0 };

  it('die often enough while events keep coming', async () => {
    const random = seeded(SEED);
    const events = shopEvents(SEED, 1_000_000, 300);
    const victims = Object.keys(CRASH_POINTS);
    let nextKill = Date.now() + 1_000;
    const enough = () => victims.every((name) => (deaths.get(name) ?? 0) >= KILLS_PER_SERVICE);
    for (const deadline = Date.now() + 150_000; !enough() && Date.now() < deadline;) {
      const records = Array.from({ length: EVENTS_PER_TICK }, () => events.next().value!);
      for (const [product, group] of byProduct(records)) await publisher.publish(product, group as never);
      sent.total += records.length;
      sent.orders += records.filter(({ product }) => product === 'web.orders').length;
      if (Date.now() >= nextKill) {
        nextKill = Date.now() + 500 + Math.floor(random() * 1_500);
        const service = victims[Math.floor(random() * victims.length)]!;
        const instance = Math.floor(random() * 3) + 1;
        supervisor.kill(instance === 1 ? service : `${service}-${instance}`);
      }
      await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    }
    for (const service of victims) expect([service, deaths.get(service) ?? 0]).toEqual([service, expect.any(Number)]);
    for (const service of victims) expect(deaths.get(service) ?? 0).toBeGreaterThanOrEqual(KILLS_PER_SERVICE);
  }, 240_000);

  it('finish everything once the dying ends', async () => {
    await supervisor.stop(Object.entries(CRASH_POINTS).flatMap(([name, points]) => points.map((_, i) => `${name}-${i + 2}`)));
    await supervisor.ready();
    await waitForLagZero(clients, 60_000, () => undefined);
  }, 240_000);

  it('have stored each event once, in its table and not only in its view', async () => {
    const stored = async () => (await clients.rows<{ rows: number; keys: number; orders: number }>(`
      SELECT count() AS rows, uniqExact(event_id) AS keys, countIf(product = 'web.orders') AS orders FROM (
        SELECT 'web.orders' AS product, event_id FROM web.orders_v1 UNION ALL SELECT 'web.consents', event_id FROM web.consents_v1
        UNION ALL SELECT 'web.ecommerce-events', event_id FROM web.ecommerce_events_v1)`))[0]!;
    await waitFor(async () => Number((await stored()).rows) >= sent.total, { timeoutMs: 60_000, message: 'all rows' });
    expect(await stored()).toEqual({ rows: sent.total, keys: sent.total, orders: sent.orders });
    expect(await checkOnce(clients)).toEqual([expect.objectContaining({ ok: true })]);
  }, 240_000);

  it('have made exactly one activity of each order, and read each into segments once', async () => {
    const [counts] = await clients.rows<Record<string, number>>(`SELECT
      (SELECT count() FROM customer.activities_v1 WHERE type = 'order_completed') AS activities,
      (SELECT uniqExact(activity_id) FROM customer.activities_v1 WHERE type = 'order_completed') AS ids,
      (SELECT count() FROM segments.activities WHERE type = 'order_completed') AS history`);
    expect(counts).toEqual({ activities: sent.orders, ids: sent.orders, history: sent.orders });
  });

  it('have memberships that alternate, and equal SQL as of one time', async () => {
    const frozen = Date.now();
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    const findings = await checkMemberships(clients, frozen);
    expect(findings.filter(({ ok }) => !ok)).toEqual([]);
    const [members] = await clients.rows<{ n: number }>('SELECT count() AS n FROM segments.members');
    expect(Number(members!.n)).toBeGreaterThan(0);
  }, 240_000);

  it("have profiles that equal segments' state", async () => {
    await waitFor(async () => (await checkProfiles(clients)).ok, { timeoutMs: 60_000, message: 'profiles' }).catch(() => undefined);
    expect(await checkProfiles(clients)).toMatchObject({ ok: true });
  }, 240_000);
});
