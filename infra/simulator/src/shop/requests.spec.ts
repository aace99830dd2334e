// Requests of e-mail and ad platforms hold what happened in the shop, once and as the platforms send it.
import { describe, expect, it } from '@jest/globals';
import type { NativeRequest } from '../request.js';
import { DAY_MS } from './numbers.js';
import { adRequests, mailRequests, type AdHappening, type MailHappening } from './requests.js';
import { shop } from './shop.js';

const FROM = Date.UTC(2026, 7, 1);
const mails: MailHappening[] = [];
const ads: AdHappening[] = [];
for (const happening of shop({ seed: 3, from: FROM, sessionsPerDay: 300 })) {
  if (happening.at > FROM + 20 * DAY_MS) break;
  if (happening.platform === 'mail') mails.push(happening);
  if (happening.platform === 'ads') ads.push(happening);
}

const bodyOf = (request: NativeRequest) => JSON.parse(String(request.body)) as any;
const query = (request: NativeRequest, name: string) => new URL(request.path, 'http://localhost').searchParams.get(name);

describe('mail requests', () => {
  const requests = [...mailRequests(mails)];
  const bodies = requests.map((request) => bodyOf(request) as { timestamp: number; event: string; sg_event_id: string; email: string }[]);

  it('hold every event of every mail once, in its order, as SendGrid names it', () => {
    const events = bodies.flat();
    expect(events.map(({ email, timestamp }) => [email, timestamp])).toEqual(mails.map(({ at, mail }) => [mail.person.email, Math.floor(at / 1000)]));
    expect(new Set(events.map((event) => event.sg_event_id)).size).toBe(events.length);
    // https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event
    const kinds = ['processed', 'delivered', 'bounce', 'open', 'click', 'unsubscribe', 'spamreport'];
    expect(events.filter(({ event }) => !kinds.includes(event))).toEqual([]);
  });

  it('are batches of half a minute, all new and accepted, one after another', () => {
    expect(requests.length).toBeGreaterThan(50);
    for (const [i, request] of requests.entries()) {
      const times = bodies[i]!.map(({ timestamp }) => timestamp);
      expect(times.at(-1)! - times[0]!).toBeLessThanOrEqual(30);
      expect(request).toMatchObject({
        domain: 'email', method: 'POST', path: '/webhooks/sendgrid', contentType: 'application/json', lane: requests[0]!.lane,
        events: times.length, expected: { accepted: times.length, quarantined: 0, rejected: 0, resends: 0 },
      });
    }
    expect(bodies.some((events) => events.length > 1)).toBe(true);
  });

  it('are as many as batches of 200 need where all happens at once', () => {
    const once = mails.slice(0, 450).map((mail) => ({ ...mail, at: FROM }));
    expect([...mailRequests(once)].map(({ events }) => events)).toEqual([200, 200, 50]);
    expect([...mailRequests([])]).toEqual([]);
  });
});

describe('ad requests', () => {
  const requests = ads.map(adRequests);

  it('hold each row of a report once, with the time of its extraction', () => {
    for (const [i, { at, days, clicks }] of ads.entries()) {
      const google = clicks.filter(({ ad }) => ad.platform === 'google');
      expect(requests[i]!.reduce((rows, { events }) => rows + events, 0)).toBe(days.length + google.length);
      for (const request of requests[i]!) {
        const body = bodyOf(request);
        expect(request.path.startsWith('/v1/reports/google?') ? body[0].results : body.data).toHaveLength(request.events);
        expect(request.expected).toEqual({ accepted: request.events, quarantined: 0, rejected: 0, resends: 0 });
        expect([query(request, 'extracted_at'), query(request, 'timezone')]).toEqual([new Date(at).toISOString(), 'Europe/Berlin']);
      }
    }
  });

  it('ask for the clicks of one day at a time', () => {
    const clickReports = requests.flat().map(bodyOf).filter((body) => body[0]?.results[0].clickView);
    expect(clickReports.length).toBeGreaterThan(10);
    for (const [{ results }] of clickReports) expect(new Set(results.map((row: any) => row.segments.date)).size).toBe(1);
  });

  it('restate a day in a later report', () => {
    const conversions = new Map<string, Set<string>>();
    for (const { data } of requests.flat().filter(({ path }) => path.startsWith('/v1/reports/meta')).map(bodyOf)) {
      for (const { ad_id: ad, date_start: date, actions } of data) conversions.set(`${ad} ${date}`, (conversions.get(`${ad} ${date}`) ?? new Set()).add(actions?.[0].value));
    }
    expect([...conversions.values()].some((values) => values.size > 1)).toBe(true);
  });

  it('are none where nothing is to report', () => {
    expect(adRequests({ at: FROM, platform: 'ads', days: [], clicks: [] })).toEqual([]);
  });
});
