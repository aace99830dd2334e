import { afterEach, describe, expect, it } from '@jest/globals';
import { localApi, recordsOf, type Asked, type LocalApi, type Said } from '../../test/local-api.js';

const env = { LINKEDIN_ACCESS_TOKEN: 'token-1' };
const calendar = (day: number) => ({ year: 2026, month: 11, day });
const element = (day: number, creative: number) => ({
  dateRange: { start: calendar(day), end: calendar(day) }, pivotValues: ['urn:li:sponsoredCampaign:7', `urn:li:sponsoredCreative:${creative}`],
  impressions: 100, clicks: 3, costInLocalCurrency: '1.5', externalWebsiteConversions: 1, conversionValueInLocalCurrency: '20',
});
let api: LocalApi | undefined;

async function pull(answer: (asked: Asked) => Said, days = { from: '2026-11-14', to: '2026-11-20' }) {
  api = await localApi(answer);
  return recordsOf({ platform: 'linkedin', account: '502840441', currency: 'EUR', base_url: api.url }, env, days);
}

afterEach(() => api?.stop());

describe('adAnalytics', () => {
  it('are asked for by campaign, creative and day, and become records', async () => {
    const pages = await pull(() => ({ body: { paging: { start: 0, count: 10, links: [] }, elements: [element(20, 8)] } }));
    expect(pages).toMatchObject([[{ product: 'paid-media.campaign-performance', record: { platform: 'linkedin', account_id: '502840441', campaign_id: '7', ad_id: '8', currency: 'EUR', cost_micros: 1_500_000, conversions: 1 } }]]);
    const [{ url, headers }] = api!.asked as [Asked];
    expect(url.pathname + url.search).toBe('/rest/adAnalytics?q=statistics&pivots=List(CAMPAIGN,CREATIVE)&timeGranularity=DAILY&dateRange=(start:(year:2026,month:11,day:14),end:(year:2026,month:11,day:20))'
      + '&accounts=List(urn%3Ali%3AsponsoredAccount%3A502840441)&fields=dateRange,pivotValues,impressions,clicks,costInLocalCurrency,externalWebsiteConversions,conversionValueInLocalCurrency');
    expect(headers).toMatchObject({ authorization: 'Bearer token-1', 'linkedin-version': '202608', 'x-restli-protocol-version': '2.0.0' });
  });

  it('that are cut off at 15,000 elements are asked for again in shorter spans, until nothing is missing', async () => {
    const perDay = 4_000;
    const pages = await pull(({ url }) => {
      const [from, to] = [...url.search.matchAll(/day:(\d+)/g)].map(([, day]) => Number(day)) as [number, number];
      const all = Array.from({ length: to - from + 1 }, (_, i) => Array.from({ length: perDay }, (_each, creative) => element(from + i, creative))).flat();
      return { body: { elements: all.slice(0, 15_000) } };
    });
    expect(pages.map(({ length }) => length)).toEqual([8_000, 8_000, 12_000]);
    expect(new Set(pages.flat().map(({ record }) => (record as { date: number }).date)).size).toBe(7);
  });

  it('of a day with more than that cannot be had, and that is said', async () => {
    await expect(pull(() => ({ body: { elements: Array.from({ length: 15_000 }, (_, i) => element(20, i)) } }), { from: '2026-11-20', to: '2026-11-20' }))
      .rejects.toMatchObject({ name: 'PlatformRefusalError', message: expect.stringContaining('2026-11-20 has more than 15000 creatives') });
  });

  it('are refused with an ended token, and the variable is named', async () => {
    await expect(pull(() => ({ status: 401, body: { status: 401, serviceErrorCode: 65601, code: 'REVOKED_ACCESS_TOKEN', message: 'The token used in the request has been revoked by the user' } })))
      .rejects.toMatchObject({ kind: 'token', message: expect.stringMatching(/401 code 65601: The token used.*set LINKEDIN_ACCESS_TOKEN/) });
  });
});
