import { afterEach, describe, expect, it } from '@jest/globals';
import { localApi, recordsOf, type LocalApi } from '../../test/local-api.js';
import { faultOf, insightsUrl, nextPage } from './meta.js';

const fault = (error: object, headers: Record<string, string> = {}) => faultOf({ status: 400, headers: new Headers(headers), body: { error } });

describe("Meta's refusal", () => {
  it.each([
    ['busy', { code: 17, message: 'User request limit reached' }], ['busy', { code: 80000, error_subcode: 2446079, message: 'There have been too many calls from this ad-account.' }],
    ['busy', { code: 4, error_subcode: 1504022, message: 'Too Many API Requests' }], ['busy', { code: 2, error_subcode: 1504043, message: 'Intermittent Error' }],
    ['busy', { code: 100, is_transient: true, message: 'try later' }], ['token', { code: 190, error_subcode: 463, message: 'Session has expired' }],
    ['token', { code: 200, message: 'Ad account owner has NOT grant ads_management or ads_read permission' }], ['token', { code: 10, message: 'Application does not have permission for this action' }],
    ['query', { code: 100, message: 'Invalid parameter' }], ['query', { code: 3018, message: 'The start date of the time range cannot be beyond 37 months' }],
  ])('is %s, whatever its status: %j', (kind, error) => {
    expect(fault(error)).toMatchObject({ kind, message: expect.stringContaining(error.message) });
  });

  it('says in a header how many minutes it lasts', () => {
    const usage = { '42': [{ type: 'ads_insights', call_count: 100, total_cputime: 25, total_time: 25, estimated_time_to_regain_access: 19 }], '43': [{ type: 'ads_management', estimated_time_to_regain_access: 0 }] };
    expect(fault({ code: 80000, message: 'x' }, { 'x-business-use-case-usage': JSON.stringify(usage) })).toMatchObject({ afterMs: 19 * 60_000 });
    expect(fault({ code: 80000, message: 'x' }, { 'x-business-use-case-usage': 'nonsense' })).toMatchObject({ afterMs: undefined });
  });

  it('is none in a page of rows', () => {
    expect(faultOf({ status: 200, headers: new Headers(), body: { data: [] } })).toBeUndefined();
  });
});

describe("Meta's pages", () => {
  it('go on while one names a next', () => {
    const cursors = { before: 'MAZDZD', after: 'MTAxNQZDZD' };
    expect(nextPage({ data: [], paging: { cursors, next: 'https://graph.facebook.com/v25.0/act_42/insights?access_token=t&after=MTAxNQZDZD' } })).toBe('MTAxNQZDZD');
    expect([nextPage({ data: [], paging: { cursors } }), nextPage({ data: [] }), nextPage(null)]).toEqual([undefined, undefined, undefined]);
  });

  it('are asked for by day and ad, at the address of the file', () => {
    const url = new URL(insightsUrl('https://proxy.example.com/v25.0/act_42/insights', '2026-11-15', '2026-11-21', 'MTA'));
    expect([url.origin, url.searchParams.get('time_range'), url.searchParams.get('time_increment'), url.searchParams.get('level'), url.searchParams.get('after')])
      .toEqual(['https://proxy.example.com', '{"since":"2026-11-15","until":"2026-11-21"}', '1', 'ad', 'MTA']);
  });
});

describe("Meta's insights", () => {
  const env = { META_ACCESS_TOKEN: 'token-1' };
  const days = { from: '2026-11-14', to: '2026-11-20' };
  const row = (ad: string) => ({
    account_id: '42', account_currency: 'EUR', campaign_id: '21', campaign_name: 'Autumn', adset_id: '22', ad_id: ad, impressions: '100', clicks: '10', spend: '2.50',
    date_start: '2026-11-20', date_stop: '2026-11-20', actions: [{ action_type: 'purchase', value: '2' }], action_values: [{ action_type: 'purchase', value: '99.5' }],
  });
  let api: LocalApi | undefined;
  afterEach(() => api?.stop());

  it('are read to their last page, each ad once, from the address of the file only', async () => {
    api = await localApi(({ url }) => {
      const page = Number(url.searchParams.get('after') ?? 1);
      return { body: { data: [row(String(page))], paging: { cursors: { before: 'x', after: String(page + 1) }, ...(page < 3 ? { next: `https://graph.facebook.com/elsewhere?after=${page + 1}` } : {}) } } };
    });
    const pages = await recordsOf({ platform: 'meta', account: 'act_42', base_url: `${api.url}/` }, env, days);
    expect(pages.flat().map(({ record }) => (record as { ad_id: string }).ad_id)).toEqual(['1', '2', '3']);
    expect(pages[0]).toMatchObject([{ record: { platform: 'meta', account_id: '42', ad_group_id: '22', currency: 'EUR', cost_micros: 2_500_000, conversions: 2, conversion_value_micros: 99_500_000 } }]);
    expect(api.asked.map(({ url, headers }) => [url.pathname, headers['authorization']])).toEqual(Array(3).fill(['/v25.0/act_42/insights', 'Bearer token-1']));
  });

  it('whose page names itself as the next one end in an error, not in a loop', async () => {
    api = await localApi(() => ({ body: { data: [], paging: { cursors: { after: 'A' }, next: 'https://graph.facebook.com/x' } } }));
    await expect(recordsOf({ platform: 'meta', account: '42', base_url: api.url }, env, days)).rejects.toMatchObject({ kind: 'query', message: expect.stringContaining('page 2 names itself') });
  });
});
