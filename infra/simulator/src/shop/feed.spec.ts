// Requests of the shop hold everything that happened, once and in order, and go on live where history ends.
import { describe, expect, it } from '@jest/globals';
import { ShopFeed, firstEvents, shopRequests, type ShopRequest } from './feed.js';
import type { Truth } from './happening.js';
import { DAY_MS, HOUR_MS } from './numbers.js';
import { reportRows } from './report-rows.js';
import { shop } from './shop.js';

const FROM = Date.UTC(2026, 7, 1);
const SENT_AT = Date.UTC(2026, 10, 1);
const options = { seed: 3, from: FROM, sessionsPerDay: 60, now: () => SENT_AT };
const DAYS = 20;
const truths: Truth[] = [];
const requests = [...shopRequests({ ...options, until: FROM + DAYS * DAY_MS, onTruth: (truth) => truths.push(truth) })];
const bodyOf = ({ body }: ShopRequest) => JSON.parse(body.toString()) as any;
const of = (domain: ShopRequest['domain']) => requests.filter((request) => request.domain === domain);

/** What happens in the same shop and time. */
const expected = { web: 0, email: 0, crm: 0, rows: 0 };
for (const happening of shop(options)) {
  if (happening.at >= FROM + DAYS * DAY_MS) break;
  if (happening.platform === 'web' || happening.platform === 'bot') expected.web += 1;
  if (happening.platform === 'mail') expected.email += 1;
  if (happening.platform === 'crm') expected.crm += { customer: 3, lead: 3, deal: 5, won: 2, lost: 1 }[happening.change];
  if (happening.platform === 'ads') expected.rows += happening.days.length + happening.clicks.filter(({ ad }) => ad.platform === 'google').length;
}

const sum = (some: readonly ShopRequest[], pick: (request: ShopRequest) => number) => some.reduce((total, request) => total + pick(request), 0);

describe('requests of the shop', () => {
  it('hold every happening once besides resends, and the bad calls that a service refuses', () => {
    const fresh = (domain: ShopRequest['domain']) => sum(of(domain), ({ expected: { accepted, resends } }) => accepted - resends);
    expect([fresh('web'), fresh('email'), fresh('crm'), fresh('paid-media')]).toEqual([expected.web, expected.email, expected.crm, expected.rows]);
    expect(sum(of('web'), (request) => request.expected.quarantined)).toBeGreaterThan(0);
    expect(sum(of('web'), (request) => request.expected.rejected)).toBeGreaterThan(0);
    expect(sum(requests, (request) => request.expected.resends)).toBeGreaterThan(0);
    expect(requests.filter(({ events, expected: { accepted, quarantined, rejected } }) => accepted + quarantined + rejected !== events)).toEqual([]);
  });

  it('send the calls of a visit on one device, in the order of time, and say when they are sent', () => {
    const devices: number[] = [];
    const sendTimes = new Set<string>();
    let ordered = true;
    for (const request of of('web')) {
      const { batch, sentAt } = bodyOf(request);
      sendTimes.add(sentAt);
      devices.push(new Set(batch.map((call: any) => call.anonymousId).filter(Boolean)).size);
      const times = batch.map((call: any) => Date.parse(call.timestamp)).filter((time: number) => time >= FROM);
      ordered &&= times.every((time: number, i: number) => i === 0 || time >= times[i - 1]);
    }
    expect([...sendTimes]).toEqual([new Date(SENT_AT).toISOString()]);
    expect([Math.max(...devices), ordered]).toEqual([1, true]);
    expect(Math.max(...of('web').map(({ events }) => events))).toBeLessThanOrEqual(21);
  });

  it('keep a person in one lane, where times never go back', () => {
    const laneOf = new Map<string, number>();
    const lastAt = new Map<number, number>();
    let broken = 0;
    for (const request of of('web')) {
      for (const { userId } of bodyOf(request).batch) {
        if (userId !== undefined) broken += Number(laneOf.set(userId, laneOf.get(userId) ?? request.lane).get(userId) !== request.lane);
      }
      broken += Number(request.at < (lastAt.get(request.lane) ?? 0));
      lastAt.set(request.lane, request.at);
    }
    expect(broken).toBe(0);
    expect(laneOf.size).toBeGreaterThan(50);
  });

  it('repeat with the same ids and a higher attempt', () => {
    const ids = new Map<string, number[]>();
    for (const events of of('crm').map(bodyOf)) {
      for (const { eventId, objectId, attemptNumber } of events) ids.set(`${eventId} ${objectId}`, [...(ids.get(`${eventId} ${objectId}`) ?? []), attemptNumber]);
    }
    const attempts = new Set([...ids.values()].map(String));
    expect([...attempts].every((seen) => seen === '0' || seen === '0,1')).toBe(true);
  });

  it('tell the truth about who and through what, and nothing of it to a platform', () => {
    expect(new Set(truths.map(({ kind }) => kind))).toEqual(new Set(['person', 'touch', 'order', 'treatment']));
    expect(requests.some(({ body }) => body.includes('holdout'))).toBe(false);
  });

  it('are the same for the same seed, and others for another', () => {
    const text = (seed: number) => JSON.stringify([...shopRequests({ ...options, seed, until: FROM + 2 * DAY_MS })].map(({ body }) => body.toString()));
    expect(text(3)).toBe(text(3));
    expect(text(4)).not.toBe(text(3));
  });

  it('end with the request that completes the wanted events', () => {
    const first = [...firstEvents(requests, 500)];
    expect(sum(first, ({ events }) => events)).toBeGreaterThanOrEqual(500);
    expect(sum(first.slice(0, -1), ({ events }) => events)).toBeLessThan(500);
    expect(first).toEqual(requests.slice(0, first.length));
  });
});

describe('rows of ad reports', () => {
  it('are those of the reports, a restated day with its new figures', () => {
    const rows = of('paid-media').map(reportRows);
    expect(rows.flatMap(({ days, clickIds }) => [...days, ...clickIds])).toHaveLength(expected.rows);
    const last = new Map(rows.flatMap(({ days }) => days).map((day) => [`${day.adId} ${day.date}`, day]));
    const reported = new Map<string, object>();
    for (const happening of shop(options)) {
      if (happening.at >= FROM + DAYS * DAY_MS) break;
      if (happening.platform !== 'ads') continue;
      for (const { ad: { adId }, date, impressions, clicks, costMicros, conversions, conversionValueMicros } of happening.days) {
        // Meta's money has two decimals.
        reported.set(`${adId} ${date}`, { impressions, clicks, costMicros, conversions, conversionValueMicros: adId.length > 9 ? Math.round(conversionValueMicros / 1e4) * 1e4 : conversionValueMicros });
      }
    }
    expect(last.size).toBe(reported.size);
    for (const [key, day] of reported) expect(last.get(key)).toMatchObject(day);
  });

  it('are none of other requests', () => {
    expect(reportRows(of('web')[0]!)).toEqual({ days: [], clickIds: [] });
  });
});

describe('a shop that goes live', () => {
  const until = FROM + 5 * DAY_MS;
  // Loading took a minute.
  const live = { at: until + 60_000, speed: 60, moreSessionsPerDay: 1_000 };
  const feed = new ShopFeed({ ...options, onTruth: (truth) => 'at' in truth && times.push(Date.parse(truth.at)) });
  const times: number[] = [];
  const history = [...feed.until(until)];
  times.length = 0;
  feed.goLive(until, live);
  const day = [...feed.until(until + DAY_MS)];

  it('goes on with real times from then on, an hour of its own in a minute', () => {
    expect(history.every(({ at }) => at < until + 300_000)).toBe(true);
    const calls = day.filter(({ domain }) => domain === 'web').flatMap((request) => bodyOf(request).batch.map((call: any) => Date.parse(call.timestamp)).filter((time: number) => time > FROM));
    expect([...times, ...calls, ...day.map(({ at }) => at)].filter((time) => time < live.at || time > live.at + DAY_MS / live.speed + 1_000)).toEqual([]);
    const sentAt = day.filter(({ domain }) => domain === 'web').map((request) => [bodyOf(request).sentAt, new Date(Math.round(request.at)).toISOString()]);
    expect(sentAt.filter(([said, is]) => said !== is)).toEqual([]);
  });

  it('lets people carry on who came before, and many more come', () => {
    const users = (some: ShopRequest[]) => new Set(some.filter(({ domain }) => domain === 'web').flatMap((request) => bodyOf(request).batch.map((call: any) => call.anonymousId as string)));
    const [before, now] = [users(history), users(day)];
    expect([...now].filter((id) => before.has(id)).length).toBeGreaterThan(20);
    expect(now.size).toBeGreaterThan(300);
  });

  it('counts ad clicks for the day on which they really are', () => {
    const dates = new Set(day.flatMap((request) => reportRows(request).days.map(({ date }) => date)));
    const today = new Date(live.at + HOUR_MS).toISOString().slice(0, 10);
    expect([...dates].every((date) => date <= today)).toBe(true);
    expect(dates.has(today)).toBe(true);
  });
});
