import { afterEach, describe, expect, it } from '@jest/globals';
import { localApi, recordsOf, type LocalApi, type Said } from '../../test/local-api.js';
import { faultOf } from './tiktok.js';

const env = { TIKTOK_ACCESS_TOKEN: 'token-1' };
const row = (ad: number) => ({
  dimensions: { stat_time_day: '2026-11-20 00:00:00', ad_id: String(ad) },
  metrics: { campaign_id: '1', campaign_name: 'Autumn', adgroup_id: '2', currency: 'USD', spend: '20.05', impressions: '1200', clicks: '31', conversion: '2', total_complete_payment_rate: '80.10' },
});
let api: LocalApi | undefined;

async function pull(answer: (page: number) => Said) {
  api = await localApi(({ url }) => answer(Number(url.searchParams.get('page'))));
  return recordsOf({ platform: 'tiktok', account: '6900000000000000001', base_url: api.url }, env, { from: '2026-11-01', to: '2026-11-20' });
}

afterEach(() => api?.stop());

describe('the integrated report', () => {
  it('is read to its last page, each ad once', async () => {
    const pages = await pull((page) => ({ body: { code: 0, message: 'OK', request_id: 'r', data: { list: [row(page)], page_info: { page, page_size: 1, total_number: 3, total_page: 3 } } } }));
    expect(pages.flat().map(({ record }) => (record as { ad_id: string }).ad_id)).toEqual(['1', '2', '3']);
    expect(pages[0]).toMatchObject([{ record: { platform: 'tiktok', account_id: '6900000000000000001', currency: 'USD', cost_micros: 20_050_000 } }]);
    const [{ url, headers }] = api!.asked as [LocalApi['asked'][0]];
    expect([url.pathname, headers['access-token'], url.searchParams.get('dimensions'), url.searchParams.get('start_date'), url.searchParams.get('end_date')])
      .toEqual(['/open_api/v1.3/report/integrated/get/', 'token-1', '["ad_id","stat_time_day"]', '2026-11-01', '2026-11-20']);
  });

  it('without rows is one page', async () => {
    expect(await pull(() => ({ body: { code: 0, data: { list: [], page_info: { page: 1, page_size: 1000, total_number: 0, total_page: 0 } } } }))).toEqual([[]]);
    expect(api!.asked).toHaveLength(1);
  });

  it('is refused by a code in a 200, and what to do is said', async () => {
    await expect(pull(() => ({ body: { code: 40105, message: 'Access token is incorrect or has been revoked.', data: {} } }))).rejects.toMatchObject({ kind: 'token', message: expect.stringContaining('set TIKTOK_ACCESS_TOKEN') });
    api!.stop();
    await expect(pull(() => ({ body: { code: 40002, message: 'metrics: unknown', data: {} } }))).rejects.toMatchObject({ kind: 'query', message: expect.stringContaining('code 40002: metrics: unknown') });
  });

  it.each([40100, 40016, 50000, 50002])('is asked for again after code %d', (code) => {
    expect(faultOf({ status: 200, headers: new Headers(), body: { code, message: 'x' } })).toMatchObject({ kind: 'busy' });
  });
});
