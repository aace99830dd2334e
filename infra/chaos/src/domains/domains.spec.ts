import { describe, expect, it } from '@jest/globals';
import { SERVICES } from '@tideway/mesh';
import type { NativeRequest } from '@tideway/simulator';
import { seededRandom } from '../random.js';
import { targetsOf } from '../targets.js';
import { DOMAINS, webEventId, type Domain } from './index.js';

const domains = Object.entries(DOMAINS) as [NativeRequest['domain'], Domain][];

function requestsOf({ load }: Domain, count: number): NativeRequest[] {
  const requests: NativeRequest[] = [];
  for (const request of load!.requests({ seed: 5, people: 300, random: seededRandom(5) })) {
    if (requests.push(request) === count) break;
  }
  return requests;
}

const request = (domain: NativeRequest['domain'], path: string, body: unknown): NativeRequest =>
  ({ domain, method: 'POST', path, contentType: 'application/json', lane: 0, events: 1, expected: { accepted: 1, quarantined: 0, rejected: 0, resends: 0 }, body: Buffer.from(JSON.stringify(body)) });

describe('the domains', () => {
  it('are all services that take payloads, and have all of the load', () => {
    expect(domains.map(([name]) => name)).toEqual([...targetsOf(1).intakes]);
    expect(SERVICES).toEqual(expect.arrayContaining(domains.map(([name]) => name)));
    expect(domains.reduce((sum, [, { load }]) => sum + (load?.share ?? 0), 0)).toBeCloseTo(1);
  });

  it.each(domains.filter(([, { load }]) => load))('of the load of %s: each event has an id or a key, but for lines of imports', (_name, domain) => {
    const requests = requestsOf(domain, 150);
    for (const one of requests) {
      const { ids, rows } = DOMAINS[one.domain];
      const known = [...(ids?.(one) ?? []), ...(rows?.(one).map(({ key }) => key) ?? [])];
      expect(known).toHaveLength(one.events);
      // Lines of history have none, and lines of interactions do.
      if (!one.path.startsWith('/v1/import')) expect(known).not.toContain(undefined);
    }
    expect(requests.some(({ expected }) => expected.resends > 0)).toBe(true);
  });

  it('of the load of email: one event in a hundred or so is nobody\'s, and expected in quarantine', () => {
    const requests = requestsOf(DOMAINS.email, 150);
    for (const { body, expected, events } of requests) {
      const nobodys = (JSON.parse(String(body)) as { email: string }[]).filter(({ email }) => email === '').length;
      expect(expected).toMatchObject({ quarantined: nobodys, accepted: events - nobodys });
    }
    expect(requests.some(({ expected }) => expected.quarantined === 1)).toBe(true);
  });
});

// Computed by the services' own sources.
describe('the ids', () => {
  it('are those of the web service', () => {
    expect(webEventId('m-1')).toBe('d4d9967c-135f-53cd-872b-3414200cd330');
  });

  it('are those of the crm service', () => {
    const event = { eventId: 7, portalId: 62515, subscriptionType: 'contact.propertyChange', occurredAt: 1_795_000_000_000, objectId: 12, propertyName: 'email' };
    expect(DOMAINS.crm.ids!(request('crm', '/webhooks/hubspot', [event]))).toEqual(['69259545-9375-5abb-9b69-204de1e6b42d']);
  });

  it('are those of the crm service, of lines of an import', () => {
    const body = '{"type":"interaction","id":"V-1","contact":{"user_id":"u-7"},"kind":"store_visit"}\n{"type":"contact","id":"9"}\n';
    const line = { ...request('crm', '/v1/import?account=62515', {}), body: Buffer.from(body), events: 2 };
    expect(DOMAINS.crm.ids!(line)).toEqual(['8be70d4f-eb59-5322-a500-3f1dfeb182ae', undefined]);
  });

  it('are those of the paid-media service, of leads', () => {
    expect(DOMAINS['paid-media'].ids!(request('paid-media', '/v1/leads/meta', { data: [{ id: '1234567890123456' }] }))).toEqual(['03a89704-454c-556f-aaa8-61f3bac7f3b8']);
    expect(DOMAINS['paid-media'].rows!(request('paid-media', '/v1/leads/meta', { data: [] }))).toEqual([]);
  });

  it('are those of the email service', () => {
    expect(DOMAINS.email.ids!(request('email', '/webhooks/sendgrid', [{ sg_event_id: 'e-1', event: 'click' }]))).toEqual(['fe10c0b7-4f72-5abd-88af-b75fec805f74']);
  });
});

describe('rows of reports', () => {
  const rows = (path: string, body: unknown) => DOMAINS['paid-media'].rows!(request('paid-media', `${path}?extracted_at=2026-11-21T05:00:00.000Z`, body));
  const google = { customer: { id: '1' }, campaign: { id: '2' }, adGroup: { id: '3' }, adGroupAd: { ad: { id: '4' } }, segments: { date: '2026-11-20' } };
  const extractedAt = Date.UTC(2026, 10, 21, 5);

  it('are known by platform, account, day, campaign, ad group and ad, and clicks by their id', () => {
    const metrics = { impressions: '100', clicks: '9', costMicros: '1250000', conversions: 2 };
    expect(rows('/v1/reports/google', [{ results: [{ ...google, metrics }, { ...google, clickView: { gclid: 'Cj0' } }] }])).toEqual([
      { key: 'google 1 2026-11-20 2 3 4 ', values: '100 9 1250000 2', extractedAt },
      { key: 'gclid Cj0', values: '2026-11-20 4', extractedAt },
    ]);
    const meta = { account_id: '1', campaign_id: '2', adset_id: '3', ad_id: '4', date_start: '2026-11-20', impressions: '100', clicks: '9', spend: '1.25' };
    expect(rows('/v1/reports/meta', { data: [meta] })).toEqual([{ key: 'meta 1 2026-11-20 2 3 4 ', values: '100 9 1250000 0', extractedAt }]);
  });

  it('are restated by later extractions of the load', () => {
    const extractions = new Map<string, Set<number>>();
    for (const one of requestsOf(DOMAINS['paid-media'], 60)) for (const row of DOMAINS['paid-media'].rows!(one)) extractions.set(row.key, (extractions.get(row.key) ?? new Set()).add(row.extractedAt));
    expect([...extractions.values()].some((times) => times.size > 1)).toBe(true);
  });
});
