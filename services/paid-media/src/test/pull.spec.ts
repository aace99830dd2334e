// Pulls on the real platform, from the platforms' APIs to the table: pages, faults, restated days, a kill.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { ClickHouseLogLevel, createClient, type ClickHouseClient } from '@clickhouse/client';
import { startTestPlatform, waitFor, type TestPlatform } from '@tideway/testing';
import { addDays, dayIn } from '../pull/days.js';
import { GOOGLE_ACCOUNT, META_ACCOUNT, PlatformApis, json } from './platform-apis.js';

const TODAY = dayIn('UTC', Date.now());
const DAYS = [-3, -2, -1].map((days) => addDays(TODAY, days));
const services = path.resolve(import.meta.dirname, '../../..');

let platform: TestPlatform;
let apis: PlatformApis;
let clickhouse: ClickHouseClient;
let pulls: string;
const children: Child[] = [];

/** A built service as a process of its own, which can be killed. */
class Child {
  output = '';
  url = '';
  readonly #process: ChildProcess;
  readonly exited: Promise<number | null>;

  constructor(name: string, env: Record<string, string>) {
    const program = path.join(services, name, 'dist/main.js');
    if (!existsSync(program)) throw new Error(`${program} is missing: build the workspace first (npm run build)`);
    this.#process = spawn(process.execPath, [program], { env: { ...process.env, ...platform.env, LOG_LEVEL: 'info', PORT: '0', ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    const read = (chunk: Buffer) => {
      this.output += chunk.toString();
      this.url ||= /"url":"(http:[^"]+)"/.exec(this.output)?.[1] ?? '';
    };
    this.#process.stdout!.on('data', read);
    this.#process.stderr!.on('data', read);
    this.exited = new Promise((resolve) => this.#process.on('exit', resolve));
    children.push(this);
  }

  end(signal: NodeJS.Signals): Promise<number | null> {
    this.#process.kill(signal);
    return this.exited;
  }

  async get(route: string): Promise<string> {
    return (await fetch(`${this.url}${route}`)).text();
  }
}

const puller = (instance: string, env: Record<string, string> = {}) => new Child('paid-media', {
  PAID_MEDIA_KEYS: `test:${'0'.repeat(64)}`, PAID_MEDIA_PULLS: pulls, KAFKA_GROUP_INSTANCE_ID: instance,
  GOOGLE_ADS_CLIENT_ID: 'c', GOOGLE_ADS_CLIENT_SECRET: 's', GOOGLE_ADS_REFRESH_TOKEN: 'google-refresh', META_ACCESS_TOKEN: 'meta-token', ...env,
});

async function rows(query: string): Promise<Record<string, unknown>[]> {
  return (await clickhouse.query({ query, format: 'JSONEachRow' })).json();
}

/** Conversions by day and ad, as an analyst sees them. */
async function conversions(platformName: string): Promise<Record<string, number>> {
  const found = await rows(`SELECT toString(date) AS day, ad_id, conversions FROM paid_media.campaign_performance WHERE platform = '${platformName}' ORDER BY day, ad_id`);
  const entries = found.map(({ day, ad_id: ad, conversions: count }) => [`${String(day)} ${String(ad)}`, Number(count)] as const);
  expect(new Set(entries.map(([key]) => key)).size).toBe(entries.length);
  return Object.fromEntries(entries);
}

const expected = (list: PlatformApis['google']) => Object.fromEntries(list.map(({ day, ad, conversions: count }) => [`${day} ${ad}`, count]));
const ads = () => DAYS.flatMap((day) => ['1', '2'].map((ad) => ({ day, ad, conversions: 1 })));
/** For a machine that has other things to do. */
const PATIENCE_MS = 120_000;
const arrived = (message: string, timeoutMs = PATIENCE_MS) => ({
  both: () => waitFor(async () => {
    const [google, meta] = [await conversions('google'), await conversions('meta')];
    return sameAs(google, expected(apis.google)) && sameAs(meta, expected(apis.meta));
  }, { timeoutMs, intervalMs: 100, message: () => `${message}; the services say: ${children.map(({ output }) => output.slice(-1_500)).join('\n')}` }),
});
const sameAs = (a: object, b: object) => JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());

beforeAll(async () => {
  apis = await PlatformApis.start();
  platform = await startTestPlatform();
  pulls = path.join(platform.dir, 'pulls.yaml');
  writeFileSync(pulls, `
accounts:
  - { platform: google, account: "${GOOGLE_ACCOUNT}", interval: PT1S, lookback_days: 5, base_url: "${apis.url}", token_url: "${apis.url}/token" }
  - { platform: meta, account: "${META_ACCOUNT}", interval: PT1S, lookback_days: 5, base_url: "${apis.url}" }
requests_per_minute: { google: 6000, meta: 6000 }
`);
  clickhouse = createClient({ url: platform.env['CLICKHOUSE_URL']!, username: platform.env['CLICKHOUSE_USERNAME']!, password: platform.env['CLICKHOUSE_PASSWORD']!, log: { level: ClickHouseLogLevel.OFF } });
  new Child('warehouse', { WAREHOUSE_LINGER_MS: '50' });
});

afterAll(async () => {
  await Promise.all(children.map((child) => child.end('SIGKILL')));
  await clickhouse?.close();
  apis?.stop();
  await platform?.stop();
});

it('brings every page and batch to the table, once, through 429, 500, a broken stream and an expired token', async () => {
  apis.google = ads();
  apis.meta = ads();
  apis.clicks.set(DAYS[2]!, ['g-1', 'g-2']);
  apis.faults.push(
    { what: /^google ad_group_ad/, fault: (response) => json(response, 429, [{ error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'Too many requests.' } }], { 'retry-after': '1' }) },
    { what: /^google ad_group_ad/, fault: (response) => response.writeHead(200).write('[{"results":[') && response.destroy() },
    { what: /^google campaign/, fault: (response) => (apis.expireToken(), json(response, 401, [{ error: { code: 401, status: 'UNAUTHENTICATED', message: 'expired' } }])) },
    { what: /^meta .* after 2$/, fault: (response) => json(response, 500, { error: { message: 'An unknown error occurred', code: 1 } }) },
  );
  puller('a');
  await arrived('the rows of both platforms').both();
  const first = apis.asked.filter(({ what }) => what.startsWith('google ad_group_ad')).slice(0, 2).map(({ at }) => at);
  expect(first[1]! - first[0]!).toBeGreaterThanOrEqual(990);
  await waitFor(async () => (await rows('SELECT click_id FROM paid_media.ad_clicks ORDER BY click_id')).length === 2, { timeoutMs: PATIENCE_MS, message: 'the clicks' });
  expect(await rows("SELECT click_id_type, click_id, account_id, campaign_id, ad_id FROM paid_media.ad_clicks WHERE click_id = 'g-1'"))
    .toEqual([{ click_id_type: 'gclid', click_id: 'g-1', account_id: GOOGLE_ACCOUNT, campaign_id: '11', ad_id: '1' }]);
  const totals = await rows('SELECT platform, toInt64(sum(cost_micros)) AS cost, any(currency) AS currency FROM paid_media.campaign_performance GROUP BY platform ORDER BY platform');
  expect(totals.map((total) => ({ ...total, cost: Number(total['cost']) }))).toEqual([{ platform: 'google', cost: 15_000_000, currency: 'EUR' }, { platform: 'meta', cost: 15_000_000, currency: 'EUR' }]);
  expect(apis.count(/^token/)).toBeGreaterThanOrEqual(2);
}, 3 * PATIENCE_MS);

it('restates a day for which conversions come late', async () => {
  apis.google[0]!.conversions = 4.5;
  apis.meta[5]!.conversions = 3;
  await arrived('the restated days').both();
}, 3 * PATIENCE_MS);

it('says in health and metrics what to do about a refused token, and goes on when it is good again', async () => {
  const [a] = children.slice(-1) as [Child];
  apis.metaToken = 'another';
  const health = await waitFor(async () => {
    const ready = JSON.parse(await a.get('/health/ready')) as { ready: boolean; warnings?: Record<string, string> };
    return ready.warnings && ready;
  }, { timeoutMs: PATIENCE_MS, message: () => `a warning: ${a.output.slice(-2_000)}` });
  expect(health).toMatchObject({ ready: true, warnings: { pull: expect.stringMatching(/^meta 77: insights, page 1: 400 code 190\/463: Error validating access token.*set META_ACCESS_TOKEN/) } });
  const metrics = await a.get('/metrics');
  expect(metrics).toMatch(/tideway_pull_problem\{platform="meta",account="77",service="paid-media"\} 1/);
  expect(metrics).toMatch(/tideway_pull_runs_total\{platform="meta",account="77",outcome="refused",service="paid-media"\} \d/);
  apis.metaToken = 'meta-token';
  await waitFor(async () => (await a.get('/health/ready')).includes('"warnings"') === false, { timeoutMs: PATIENCE_MS, message: 'no warning any more' });
  expect(a.output).not.toContain('meta-token');
  expect(a.output).not.toContain('google-refresh');
}, 3 * PATIENCE_MS);

it('loses and doubles nothing when it is killed between two pages', async () => {
  const [a] = children.slice(-1) as [Child];
  let held = false;
  apis.meta = ads().map((ad) => ({ ...ad, conversions: 7 }));
  apis.faults.push({ what: /^meta .* after 4$/, fault: () => (held = true) });
  await waitFor(() => held, { timeoutMs: PATIENCE_MS, message: 'a run between its pages' });
  await a.end('SIGKILL');
  const before = apis.count(/^meta .* after nothing$/);
  puller('a');
  await arrived('all rows after the kill').both();
  expect(apis.count(/^meta .* after nothing$/)).toBeGreaterThan(before);
}, 3 * PATIENCE_MS);
