import { describe, expect, it } from '@jest/globals';
import { CONTEXT, DAY, EXTRACTED_AT, expectSafe, performanceOf, refusalOf } from '../test/outcomes.js';
import { metaAds } from './meta-ads.js';

const row = {
  account_id: '77', account_currency: 'USD', campaign_id: '120210000000000011', campaign_name: 'Autumn', adset_id: '120210000000000022', ad_id: '120210000000000033',
  date_start: '2026-11-20', date_stop: '2026-11-20', impressions: '9708', clicks: '211', spend: '229.47',
  actions: [{ action_type: 'link_click', value: '200' }, { action_type: 'lead', value: '9' }, { action_type: 'purchase', value: '6' }, { action_type: 'omni_purchase', value: '7' }],
  action_values: [{ action_type: 'omni_purchase', value: '701.05' }],
};
const response = { data: [row], paging: { cursors: { before: 'MAZDZD', after: 'MAZDZD' } } };

describe('insights of Meta', () => {
  it('are the rows of a response, of several, or of a list', () => {
    expect([metaAds.rows(response), metaAds.rows([response, row]), metaAds.rows({ data: [] })]).toEqual([{ rows: [row] }, { rows: [row, row] }, { rows: [] }]);
  });

  it('are refused where they are an error, or something else', () => {
    expect(metaAds.rows({ error: { message: 'Invalid OAuth access token.', code: 190 } })).toMatchObject({ rejection: { code: 'platform_error' } });
    expect(metaAds.rows({ results: [] })).toMatchObject({ rejection: { code: 'unknown_format' } });
  });

  it('give the purchases of an ad, with money to the last digit', () => {
    expect(performanceOf(metaAds, row)).toEqual({
      platform: 'meta', account_id: '77', date: DAY, campaign_id: '120210000000000011', ad_group_id: '120210000000000022', ad_id: '120210000000000033', device: '', account_timezone: '', campaign_name: 'Autumn',
      impressions: 9_708, clicks: 211, cost_micros: 229_470_000, currency: 'USD', conversions: 7, conversion_value_micros: 701_050_000, extracted_at: EXTRACTED_AT,
    });
  });

  it('count another action as a conversion where they are asked to, and none where there is none', () => {
    const context = { ...CONTEXT, conversion: ['complete_registration', 'lead'] };
    expect(performanceOf(metaAds, row, context)).toMatchObject({ conversions: 9, conversion_value_micros: 0 });
    expect(performanceOf(metaAds, { ...row, actions: undefined, action_values: undefined })).toMatchObject({ conversions: 0, conversion_value_micros: 0 });
  });

  it('keep the devices that a platform tells apart', () => {
    expect(['mobile_app', 'mobile_web', 'desktop'].map((name) => performanceOf(metaAds, { ...row, device_platform: name }).device)).toEqual(['mobile_app', 'mobile_web', 'desktop']);
  });

  it('have the account of the request without act_', () => {
    expect(performanceOf(metaAds, { ...row, account_id: undefined }, { ...CONTEXT, account: 'act_77' }).account_id).toBe('77');
  });

  it.each([
    ['a breakdown', { ...row, age: '18-24' }, ['rejected', 'unsupported_segment', 'age']],
    ['more than a day', { ...row, date_stop: '2026-11-21' }, ['rejected', 'not_daily', 'date_stop']],
    ['a broken amount', { ...row, spend: '1,5' }, ['quarantined', 'type', 'spend']],
    ['no campaign', { ...row, campaign_id: undefined }, ['quarantined', 'required', 'campaign_id']],
  ])('give no record with %s', (_what, changed, refusal) => {
    expect(refusalOf(metaAds, changed)).toEqual(refusal);
  });

  it('give valid records or a named rejection, whatever comes', () => {
    expectSafe(metaAds, [response], [row]);
  });
});
