import { afterEach, describe, expect, it } from '@jest/globals';
import { localApi, recordsOf, type Asked, type LocalApi, type Said } from '../../test/local-api.js';
import { google } from './google.js';

const env = { GOOGLE_ADS_CLIENT_ID: 'c', GOOGLE_ADS_CLIENT_SECRET: 's', GOOGLE_ADS_REFRESH_TOKEN: 'r' };
const customer = { resourceName: 'customers/1234567890', id: '1234567890', currencyCode: 'EUR', timeZone: 'Europe/Berlin' };
const campaign = { resourceName: 'customers/1234567890/campaigns/11', id: '11', name: 'Autumn' };
const adGroup = { resourceName: 'customers/1234567890/adGroups/12', id: '12' };
const ad = (id: string) => ({
  customer, campaign, adGroup, adGroupAd: { resourceName: `customers/1234567890/adGroupAds/12~${id}`, ad: { resourceName: `customers/1234567890/ads/${id}`, id } },
  metrics: { impressions: '100', clicks: '10', costMicros: '2500000', conversions: 1.5, conversionsValue: 30 }, segments: { date: '2026-11-20', device: 'MOBILE' },
});
const { adGroup: _group, adGroupAd: _ad, ...performanceMax } = ad('');
const click = {
  customer: { resourceName: customer.resourceName, id: customer.id }, campaign: { resourceName: campaign.resourceName, id: '11' }, adGroup,
  clickView: { resourceName: 'customers/1234567890/clickViews/2026-11-20~g-1', gclid: 'g-1', adGroupAd: 'customers/1234567890/adGroupAds/12~1' }, segments: { date: '2026-11-20', device: 'DESKTOP' },
};
let api: LocalApi | undefined;
afterEach(() => api?.stop());

/** `batches` is asked for each search. */
async function pull(batches: (query: string) => Said, options: object = {}, days = { from: '2026-11-19', to: '2026-11-20' }) {
  api = await localApi(({ url, body }) => (url.pathname === '/token' ? { body: { access_token: 'a-1', expires_in: 3599, token_type: 'Bearer' } } : batches((JSON.parse(body) as { query: string }).query)));
  return recordsOf({ platform: 'google', account: '123-456-7890', base_url: api.url, token_url: `${api.url}/token`, ...options }, env, days);
}

describe('a search of Google Ads', () => {
  it('gives ads, Performance Max and clicks, batch by batch', async () => {
    const pages = await pull((query) => {
      if (query.includes('FROM ad_group_ad')) return { body: [{ results: [ad('1')], fieldMask: 'campaign.id', requestId: 'q' }, { results: [ad('2')], fieldMask: 'campaign.id', requestId: 'q' }] };
      if (query.includes('FROM campaign')) return { body: [{ results: [performanceMax], fieldMask: 'campaign.id', requestId: 'q' }] };
      return { body: query.includes("'2026-11-20'") ? [{ results: [click], fieldMask: 'click_view.gclid', requestId: 'q' }] : [] };
    }, { login_customer_id: '999-888-7777' });
    expect(pages).toMatchObject([
      [{ record: { platform: 'google', account_id: '1234567890', ad_id: '1', device: 'mobile', cost_micros: 2_500_000, conversions: 1.5, account_timezone: 'Europe/Berlin' } }],
      [{ record: { ad_id: '2' } }], [{ record: { campaign_id: '11', ad_group_id: '', ad_id: '' } }],
      [{ product: 'paid-media.ad-clicks', record: { click_id: 'g-1', campaign_id: '11', ad_id: '1', device: 'desktop' } }],
    ]);
    const searches = api!.asked.filter(({ url }) => url.pathname !== '/token');
    expect([...new Set(searches.map(({ method, url }) => `${method} ${url.pathname}`))]).toEqual(['POST /v26/customers/1234567890/googleAds:searchStream']);
    expect(searches.map(queryEnd)).toEqual([
      "ad_group_ad WHERE segments.date BETWEEN '2026-11-19' AND '2026-11-20'", "campaign WHERE segments.date BETWEEN '2026-11-19' AND '2026-11-20' AND campaign.advertising_channel_type = 'PERFORMANCE_MAX'",
      "click_view WHERE segments.date = '2026-11-19'", "click_view WHERE segments.date = '2026-11-20'",
    ]);
    expect(searches[0]!.headers).toMatchObject({ authorization: 'Bearer a-1', 'login-customer-id': '9998887777' });
    expect(Object.fromEntries(new URLSearchParams(api!.asked[0]!.body))).toEqual({ grant_type: 'refresh_token', client_id: 'c', client_secret: 's', refresh_token: 'r' });
  });

  it('asks for no clicks where they are not wanted, and for none that are older than 90 days', async () => {
    await pull(() => ({ body: [] }), { clicks: false });
    expect(api!.asked.filter(({ body }) => body.includes('click_view'))).toEqual([]);
    api!.stop();
    await pull(() => ({ body: [] }), {}, { from: '2026-01-01', to: '2026-01-02' });
    expect(api!.asked.map(queryEnd).filter((end) => end.startsWith('click_view'))).toEqual([]);
  });

  it('that is cut off is sent again as a whole: its rows have the same keys', async () => {
    const whole = Buffer.from(JSON.stringify([{ results: [ad('1')], fieldMask: 'campaign.id' }, { results: [ad('2')], fieldMask: 'campaign.id' }]));
    let searches = 0;
    const pages = await pull((query) => (query.includes('FROM ad_group_ad') ? { body: (searches += 1) === 1 ? whole.subarray(0, whole.length - 10) : whole } : { body: [] }), { clicks: false });
    expect([searches, pages.flat().map(({ record }) => (record as { ad_id: string }).ad_id)]).toEqual([2, ['1', '1', '2']]);
  });
});

function queryEnd({ body }: Asked): string {
  return body.startsWith('{') ? (JSON.parse(body) as { query: string }).query.split(' FROM ')[1]! : 'token';
}

const fault = (status: number, body: unknown) => google.faultOf({ status, headers: new Headers(), body });
/** As https://developers.google.com/google-ads/api/docs/get-started/handle-errors shows an error. */
const failure = (code: number, status: string, error: object) => ({
  error: { code, status, message: 'Request contains an invalid argument.', details: [{ '@type': 'type.googleapis.com/google.ads.googleads.v26.errors.GoogleAdsFailure', errors: [error], requestId: 'r' }] },
});

describe("Google's refusal", () => {
  it('of a query is told with the reason that Google gives', () => {
    const body = failure(400, 'INVALID_ARGUMENT', { errorCode: { queryError: 'UNRECOGNIZED_FIELD' }, message: "Unrecognized field in the query: 'x'." });
    const told = { kind: 'query', message: "INVALID_ARGUMENT Unrecognized field in the query: 'x'.", afterMs: undefined };
    expect([fault(400, body), fault(400, [body])]).toEqual([told, told]);
  });

  it('of a token is one', () => {
    expect(fault(401, { error: { code: 401, status: 'UNAUTHENTICATED', message: 'Request had invalid authentication credentials.' } })).toMatchObject({ kind: 'token', message: 'UNAUTHENTICATED Request had invalid authentication credentials.' });
    expect(fault(403, failure(403, 'PERMISSION_DENIED', { message: "User doesn't have permission to access customer." }))).toMatchObject({ kind: 'token' });
  });

  it('for a quota says how long to wait', () => {
    const error = { errorCode: { quotaError: 'RESOURCE_EXHAUSTED' }, message: 'Too many requests.', details: { quotaErrorDetails: { rateScope: 'DEVELOPER', retryDelay: '30s' } } };
    expect(fault(429, failure(429, 'RESOURCE_EXHAUSTED', error))).toMatchObject({ kind: 'busy', afterMs: 30_000 });
  });

  it('in the middle of a stream has its own code', () => {
    expect(fault(200, failure(500, 'INTERNAL', { message: 'An internal error has occurred.' }))).toMatchObject({ kind: 'busy' });
  });

  it('is none in a batch of rows', () => {
    expect([fault(200, { results: [{ campaign: { id: '1' } }], fieldMask: 'campaign.id' }), fault(200, [])]).toEqual([undefined, undefined]);
  });
});
