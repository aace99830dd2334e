// tideway.js in a real browser: from a page of another origin through the service to the products' topics, each event once.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import type { ProductId } from '@tideway/contracts';
import { startService, type RunningService } from '@tideway/service';
import { chromiumPath, startTestPlatform, waitFor, type TestPlatform } from '@tideway/testing';
import { web } from '../app.module.js';
import { recordReader } from './records.js';
import { startShopSite, type ShopSite } from './shop-site.js';

const WRITE_KEY = 'public-key';
const USER_AGENT = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36';
let platform: TestPlatform;
let service: RunningService;
let browser: Browser;
let site: ShopSite;
let read: ReturnType<typeof recordReader>;

beforeAll(async () => {
  // First, so that a missing browser is told at once.
  browser = await chromium.launch({ executablePath: await chromiumPath() });
  platform = await startTestPlatform({ clickhouse: false });
  service = await startService(web, { ...platform.env, LOG_LEVEL: 'silent', WEB_WRITE_KEYS: `shop:${createHash('sha256').update(WRITE_KEY).digest('hex')}` });
  await waitFor(async () => (await fetch(`${service.url}/health/ready`)).ok, { message: 'readiness' });
  site = await startShopSite(service.url, WRITE_KEY);
  read = recordReader(platform.env);
  // The first records make their topics, which takes seconds: the browser would come again meanwhile.
  const calls = ['page', 'track', 'identify'].map((type) => ({ type, event: 'Product Added', anonymousId: 'first', properties: { url: site.url, product_id: '1' }, context: { consent: { categoryPreferences: { analytics: true } } } }));
  const first = () => fetch(`${service.url}/v1/batch`, { method: 'POST', body: JSON.stringify({ writeKey: WRITE_KEY, batch: [...calls, { type: 'track', event: 'First', anonymousId: 'first' }] }) });
  await waitFor(async () => (await first()).ok, { timeoutMs: 60_000, message: 'a service that takes events' });
  // A machine without Chromium fetches it first.
}, 600_000);

afterAll(async () => {
  await browser?.close();
  await site?.close();
  await service?.close();
  await platform?.stop();
});

/** A visitor with a browser profile of their own; `problems` must stay empty. */
interface Visitor {
  context: BrowserContext;
  page: Page;
  /** Exceptions of pages. */
  problems: string[];
  /** Bodies that were sent to the service, but for beacons of pages that are gone. */
  sent: string[];
}

async function visit(work: (visitor: Visitor) => Promise<void>, prepare: (context: BrowserContext) => Promise<unknown> = async () => undefined): Promise<void> {
  const context = await browser.newContext({ userAgent: USER_AGENT });
  try {
    await prepare(context);
    const [problems, sent, taken]: [string[], string[], string[]] = [[], [], []];
    context.on('weberror', (error) => void problems.push(String(error.error())));
    context.on('request', (request) => {
      if (request.method() === 'POST') sent.push(request.postData() ?? '');
    });
    context.on('response', (response) => {
      if (response.ok()) taken.push(...(response.request().postData()?.match(/"messageId":"\w+"/g) ?? []));
    });
    await work({ context, page: await context.newPage(), problems, sent });
    expect(problems).toEqual([]);
    // What was taken is not sent again.
    expect(taken).toEqual([...new Set(taken)]);
  } finally {
    await context.close();
  }
}

/** Opens a page of the shop and waits until the snippet is at work. */
async function open(page: Page, path: string, referer?: string): Promise<void> {
  await page.goto(`${site.url}${path}`, { referer });
  await page.waitForFunction('!Array.isArray(window.tideway)');
}

/** What the snippet keeps in this origin's storage, by name without its prefix. */
async function kept(page: Page): Promise<Record<string, string>> {
  return page.evaluate(() => Object.fromEntries(Object.entries({ ...localStorage }).map(([name, value]) => [name.replace('tideway_', ''), String(value)])));
}

const queued = async (page: Page) => Object.keys(await kept(page)).filter((name) => name.startsWith('queue_')).length;
const delivered = (page: Page) => waitFor(async () => (await queued(page)) === 0, { timeoutMs: 30_000, message: 'an empty queue' });

/** Events of one anonymous id in the order of time, each once by its id, as the views show them. */
async function of<P extends ProductId>(id: P, anonymousId: string) {
  const records = (await read(id)).map(({ record }) => record as any).filter(({ identifiers }) => identifiers.anonymous_id === anonymousId);
  return [...new Map(records.map((record) => [record.event_id, record])).values()].sort((a, b) => a.occurred_at - b.occurred_at);
}

const namesOf = async (anonymousId: string) => (await of('web.custom-events', anonymousId)).map(({ name }) => name);

describe('a visit', () => {
  it('is a page view with its campaign, and what the page called before the script was there', async () => {
    await visit(async ({ page }) => {
      await open(page, '/shoes?utm_source=news&utm_medium=email#early', 'https://www.google.com/');
      await delivered(page);
      const { anonymous_id: id } = await kept(page);
      expect(await of('web.page-views', id!)).toMatchObject([{
        source: 'segment:shop', path: '/shoes', title: 'Page /shoes', referrer: 'https://www.google.com/', channel: 'email', utm_source: 'news', device: 'desktop', is_bot: false,
        identifiers: { user_id: 'early-user' },
      }]);
      expect(await of('web.identifications', id!)).toMatchObject([{ method: 'identify', traits: { plan: 'pro' } }]);
      expect(await namesOf(id!)).toEqual(['Called Early']);
    });
  });

  it('of an application of one page has a view per address, reached from the one before', async () => {
    await visit(async ({ page }) => {
      await open(page, '/', 'https://www.google.com/');
      for (const step of ["pushState({}, '', '/cart')", "replaceState({ scrolled: 10 }, '', '/cart')", "pushState({}, '', '#top')", "replaceState({}, '', '#/checkout')", 'go(-2)']) {
        await page.evaluate(`history.${step}; new Promise((resolve) => setTimeout(resolve, 60))`);
      }
      await delivered(page);
      const views = await of('web.page-views', (await kept(page))['anonymous_id']!);
      expect(views.map(({ url, referrer, channel }) => [url, referrer, channel].map((text) => text.replace(site.url, '')))).toEqual([
        ['/', 'https://www.google.com/', 'organic_search'], ['/cart', '/', 'direct'], ['/cart#/checkout', '/cart', 'direct'], ['/', '/cart#/checkout', 'direct'],
      ]);
    });
  });

  it('counts clicks on what has the attribute, whatever the page does with them', async () => {
    await visit(async ({ page }) => {
      await open(page, '/?page-views=manual');
      await page.evaluate("document.querySelector('button').addEventListener('click', (event) => event.stopPropagation())");
      await page.click('b');
      await page.click('p');
      await delivered(page);
      const { anonymous_id: id } = await kept(page);
      expect(await of('web.ecommerce-events', id!)).toMatchObject([{ action: 'product_added', currency: 'EUR', items: [{ product_id: 'sku-1', price_micros: 19_990_000 }] }]);
      expect(await of('web.page-views', id!)).toEqual([]);
    });
  });

  it('of another person at the same browser has another anonymous id', async () => {
    await visit(async ({ page }) => {
      await open(page, '/');
      const ids: (string | undefined)[] = [];
      for (const call of ["identify('a')", "identify('a')", "identify('b')", 'reset()', "track('Back')"]) {
        await page.evaluate(`tideway.${call}`);
        ids.push((await kept(page))['anonymous_id']);
      }
      expect([ids[0] === ids[1], ids[1] === ids[2], ids[3], ids[4] === ids[2], (await kept(page))['user_id']]).toEqual([true, false, undefined, false, undefined]);
    });
  });
});

describe('without consent', () => {
  it('nothing is kept or sent; what waits is sent with the consent, and a withdrawal clears the ids', async () => {
    await visit(async ({ page, context, sent }) => {
      await open(page, '/?consent=required');
      await page.click('b');
      await page.waitForTimeout(700);
      expect([await kept(page), await context.cookies(), sent]).toEqual([{}, [], []]);

      await page.evaluate('tideway.consent({ analytics: true, marketing: false })');
      await delivered(page);
      const { anonymous_id: id, consent } = await kept(page);
      expect(JSON.parse(consent!)).toEqual({ analytics: true, marketing: false });
      expect([await of('web.page-views', id!), await of('web.ecommerce-events', id!)].map((records) => records.length)).toEqual([1, 1]);

      await page.evaluate("tideway.track('Too Late'); tideway.consent({ analytics: false }); tideway.track('Afterwards')");
      await delivered(page);
      expect([await kept(page), await context.cookies()]).toEqual([{}, []]);
      const decisions = (await of('web.consents', id!)).map(({ purpose, decision }) => `${purpose} ${decision}`);
      expect(decisions.sort()).toEqual(['analytics denied', 'analytics granted', 'marketing denied', 'marketing denied']);
      expect(await namesOf(id!)).toEqual([]);
    });
  });

  it('a refusal drops what waited, and the service hears of nobody', async () => {
    await visit(async ({ page, context, sent }) => {
      await open(page, '/?consent=required');
      await page.evaluate("tideway.consent({ analytics: false }); tideway.track('Refused')");
      await open(page, '/next?consent=required');
      await page.waitForTimeout(700);
      expect([await kept(page), await context.cookies(), sent]).toEqual([{}, [], []]);
    });
  });

  it('that the page need not ask for, a refusal still holds on the next page', async () => {
    await visit(async ({ page, sent }) => {
      await open(page, '/');
      await delivered(page);
      await page.evaluate('tideway.consent({ analytics: false })');
      await delivered(page);
      const before = sent.length;
      await open(page, '/next');
      await page.evaluate("tideway.track('Refused')");
      await page.waitForTimeout(700);
      expect([await kept(page), sent.length]).toEqual([{ consent: '{"analytics":false}' }, before]);
    });
  });

  it('nothing is kept or sent where the browser asks for privacy', async () => {
    await visit(async ({ page, context, sent }) => {
      await open(page, '/');
      await page.waitForTimeout(700);
      expect([await kept(page), await context.cookies(), sent]).toEqual([{}, [], []]);
      await page.evaluate('tideway.consent({ analytics: true })');
      await delivered(page);
      const decisions = await of('web.consents', (await kept(page))['anonymous_id']!);
      expect(decisions.map(({ purpose, decision }) => `${purpose} ${decision}`).sort()).toEqual(['advertising denied', 'analytics granted']);
    }, (context) => context.addInitScript("Object.defineProperty(navigator, 'globalPrivacyControl', { value: true })"));
  });
});

describe('an event', () => {
  it('that happens offline is kept, and arrives once when the browser is online again', async () => {
    await visit(async ({ page, context }) => {
      await open(page, '/');
      await delivered(page);
      await context.setOffline(true);
      await page.evaluate("tideway.track('Offline 1'); tideway.track('Offline 2')");
      await page.waitForTimeout(700);
      expect(await queued(page)).toBe(2);
      await context.setOffline(false);
      await delivered(page);
      expect((await namesOf((await kept(page))['anonymous_id']!)).sort()).toEqual(['Offline 1', 'Offline 2']);
    });
  });

  it('of a page that was closed offline arrives once with the next page', async () => {
    await visit(async ({ page, context }) => {
      await open(page, '/');
      await delivered(page);
      await context.setOffline(true);
      await page.evaluate("tideway.track('Closed Offline')");
      // Another first: with its last page, the browser would go.
      const next = await context.newPage();
      await page.close({ runBeforeUnload: true });
      await waitFor(() => page.isClosed(), { message: 'the end of the page' });
      await context.setOffline(false);
      await open(next, '/next');
      await delivered(next);
      expect(await namesOf((await kept(next))['anonymous_id']!)).toEqual(['Closed Offline']);
    });
  });

  it('at the very end of a page goes with a beacon', async () => {
    await visit(async ({ page, context, sent }) => {
      await open(page, '/');
      await delivered(page);
      const { anonymous_id: id } = await kept(page);
      await page.evaluate("tideway.track('Leaving'); location.href = 'about:blank'");
      await waitFor(async () => (await namesOf(id!)).length === 1, { timeoutMs: 30_000, message: 'the event' });
      const before = sent.length;
      const next = await context.newPage();
      await open(next, '/next');
      await delivered(next);
      expect(sent.slice(before).join()).not.toContain('Leaving');
      expect(await namesOf(id!)).toEqual(['Leaving']);
    });
  });

  it('that the service could not take is sent again after the time that it asks for', async () => {
    await visit(async ({ page }) => {
      const times: number[] = [];
      await page.route('**/v1/batch', async (route) => {
        times.push(Date.now());
        const headers = { 'access-control-allow-origin': '*', 'access-control-expose-headers': 'retry-after', 'retry-after': '2' };
        if (times.length === 1) await route.fulfill({ status: 503, headers, body: '{}' });
        else await route.continue();
      });
      await open(page, '/');
      await waitFor(() => times.length === 1, { message: 'the first request' });
      await page.evaluate("tideway.track('Meanwhile')");
      await delivered(page);
      expect(times[1]! - times[0]!).toBeGreaterThan(1_900);
      const { anonymous_id: id } = await kept(page);
      expect([times.length, (await of('web.page-views', id!)).length, await namesOf(id!)]).toEqual([2, 1, ['Meanwhile']]);
    });
  });

  it('keeps its visitor by a cookie where storage is switched off', async () => {
    await visit(async ({ page, context }) => {
      const cookie = async () => (await context.cookies()).find(({ name }) => name === 'tideway_anonymous_id')?.value;
      await open(page, '/');
      const id = await cookie();
      await open(page, '/next');
      await waitFor(async () => (await of('web.page-views', id!)).length === 2, { message: 'two views' });
      expect(await cookie()).toBe(id);
    }, (context) => context.addInitScript("Object.defineProperty(window, 'localStorage', { get() { throw new Error('switched off'); } })"));
  });

  it('that cannot be sent is no exception in the page', async () => {
    await visit(async ({ page }) => {
      await open(page, '/');
      await page.evaluate("window.fetch = () => { throw new Error('forbidden'); }; const loop = {}; loop.loop = loop; tideway.track('Loop', loop); tideway.push(['nothing']); tideway.push(); tideway.consent(5)");
      await page.waitForTimeout(700);
      expect(await queued(page)).toBeGreaterThan(0);
    });
  });

  it('is never one that breaks a contract', async () => {
    expect(await read('operations.quarantine')).toEqual([]);
  });
});

describe('the script', () => {
  it('may be embedded by every site, and scripts there see when to come again', async () => {
    const response = await fetch(`${service.url}/tideway.js`, { headers: { origin: 'https://shop.example', 'accept-encoding': 'br' } });
    const header = (name: string) => response.headers.get(name);
    expect([response.status, header('content-encoding'), header('access-control-allow-origin'), header('access-control-expose-headers'), header('cross-origin-resource-policy')]).toEqual([200, 'br', '*', 'retry-after', 'cross-origin']);
    expect((await response.text()).length).toBeGreaterThan(1_000);
    expect((await fetch(`${service.url}/tideway.js`, { headers: { 'if-none-match': header('etag')! } })).status).toBe(304);
  });
});
