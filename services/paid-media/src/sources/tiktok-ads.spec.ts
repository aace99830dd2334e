import { describe, expect, it } from '@jest/globals';
import { DAY, EXTRACTED_AT, expectSafe, performanceOf, refusalOf } from '../test/outcomes.js';
import { tiktokAds } from './tiktok-ads.js';

const row = {
  dimensions: { stat_time_day: '2026-11-20 00:00:00', ad_id: '1706941500000003' },
  metrics: { campaign_id: '1706941500000001', campaign_name: 'Autumn', adgroup_id: '1706941500000002', spend: '20.05', impressions: '1200', clicks: '31', conversion: '2', total_complete_payment_rate: '80.10', currency: 'USD' },
};
const response = { code: 0, message: 'OK', request_id: '2026', data: { list: [row], page_info: { page: 1, page_size: 10, total_number: 1, total_page: 1 } } };

describe("TikTok's integrated report", () => {
  it('is the rows of its list', () => {
    expect([tiktokAds.rows(response), tiktokAds.rows([row]), tiktokAds.rows({ code: 0, data: { list: [] } })]).toEqual([{ rows: [row] }, { rows: [row] }, { rows: [] }]);
  });

  it('is refused where it is an error, or something else', () => {
    expect(tiktokAds.rows({ code: 40105, message: 'Access token is incorrect', data: {} })).toMatchObject({ rejection: { code: 'platform_error', field: 'code' } });
    expect(tiktokAds.rows({ code: 0, data: {} })).toMatchObject({ rejection: { code: 'unknown_format' } });
  });

  it('gives an ad in the account of the request', () => {
    expect(performanceOf(tiktokAds, row)).toEqual({
      platform: 'tiktok', account_id: '99', date: DAY, campaign_id: '1706941500000001', ad_group_id: '1706941500000002', ad_id: '1706941500000003', device: '', account_timezone: '', campaign_name: 'Autumn',
      impressions: 1_200, clicks: 31, cost_micros: 20_050_000, currency: 'USD', conversions: 2, conversion_value_micros: 80_100_000, extracted_at: EXTRACTED_AT,
    });
  });

  it('gives a campaign, and takes "-" for nothing', () => {
    const campaign = { dimensions: { stat_time_day: '2026-11-20', campaign_id: '1' }, metrics: { ...row.metrics, campaign_id: '-', adgroup_id: '-', campaign_name: '-', conversion: '-' } };
    expect(performanceOf(tiktokAds, campaign)).toMatchObject({ campaign_id: '1', ad_group_id: '', ad_id: '', campaign_name: '', conversions: 0 });
  });

  it.each([
    ['another dimension', { ...row, dimensions: { ...row.dimensions, gender: 'FEMALE' } }, ['rejected', 'unsupported_segment', 'dimensions.gender']],
    ['no campaign', { ...row, metrics: { ...row.metrics, campaign_id: undefined } }, ['rejected', 'required', 'metrics.campaign_id']],
    ['an ad without its ad group', { ...row, metrics: { ...row.metrics, adgroup_id: undefined } }, ['rejected', 'required', 'metrics.adgroup_id']],
    ['an hour', { ...row, dimensions: { ...row.dimensions, stat_time_day: '2026-11-20 05:00:00' } }, ['quarantined', 'date', 'dimensions.stat_time_day']],
    ['no spend', { ...row, metrics: { ...row.metrics, spend: undefined } }, ['quarantined', 'required', 'metrics.spend']],
  ])('gives no record with %s', (_what, changed, refusal) => {
    expect(refusalOf(tiktokAds, changed)).toEqual(refusal);
  });

  it('gives valid records or a named rejection, whatever comes', () => {
    expectSafe(tiktokAds, [response], [row]);
  });
});
