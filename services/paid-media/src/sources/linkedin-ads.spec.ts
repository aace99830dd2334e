import { describe, expect, it } from '@jest/globals';
import { CONTEXT, DAY, EXTRACTED_AT, expectSafe, performanceOf, refusalOf } from '../test/outcomes.js';
import { linkedinAds } from './linkedin-ads.js';

const date = { year: 2026, month: 11, day: 20 };
const element = {
  dateRange: { start: date, end: date }, pivotValues: ['urn:li:sponsoredCampaign:145282384'],
  impressions: 13_468, clicks: 242, costInLocalCurrency: '107.5300000000000335346', externalWebsiteConversions: 3, conversionValueInLocalCurrency: '59.90',
};
const response = { paging: { count: 10, start: 0, links: [] }, elements: [element] };

describe('adAnalytics of LinkedIn', () => {
  it('are the elements of a response', () => {
    expect([linkedinAds.rows(response), linkedinAds.rows({ elements: [] }), linkedinAds.rows([element])]).toEqual([{ rows: [element] }, { rows: [] }, { rows: [element] }]);
  });

  it('are refused where they are an error, or something else', () => {
    expect(linkedinAds.rows({ status: 403, serviceErrorCode: 100, message: 'Not enough permissions' })).toMatchObject({ rejection: { code: 'platform_error' } });
    expect(linkedinAds.rows({ data: [] })).toMatchObject({ rejection: { code: 'unknown_format' } });
  });

  it('give a campaign in the account and currency of the request', () => {
    expect(performanceOf(linkedinAds, element)).toEqual({
      platform: 'linkedin', account_id: '99', date: DAY, campaign_id: '145282384', ad_group_id: '', ad_id: '', device: '', account_timezone: '', campaign_name: '',
      impressions: 13_468, clicks: 242, cost_micros: 107_530_000, currency: 'EUR', conversions: 3, conversion_value_micros: 59_900_000, extracted_at: EXTRACTED_AT,
    });
  });

  it('give a creative of a campaign, in any order of pivots, and the account where it is a pivot', () => {
    const pivotValues = ['urn:li:sponsoredCreative:8', 'urn:li:sponsoredCampaign:7', 'urn:li:sponsoredAccount:6'];
    expect(performanceOf(linkedinAds, { ...element, pivotValues })).toMatchObject({ account_id: '6', campaign_id: '7', ad_id: '8' });
  });

  it.each([
    ['a pivot of members', { ...element, pivotValues: ['urn:li:sponsoredCampaign:7', 'urn:li:industry:4'] }, ['rejected', 'unsupported_segment', 'pivotValues.1']],
    ['a creative alone', { ...element, pivotValues: ['urn:li:sponsoredCreative:8'] }, ['rejected', 'required', 'pivotValues']],
    ['no day', { ...element, dateRange: undefined }, ['rejected', 'required', 'dateRange']],
    ['a month', { ...element, dateRange: { start: { ...date, day: 1 }, end: date } }, ['rejected', 'not_daily', 'dateRange.end']],
    ['a day that there is not', { ...element, dateRange: { start: { ...date, month: 13 } } }, ['quarantined', 'date', 'dateRange.start']],
    ['a pivot that is no URN', { ...element, pivotValues: [7] }, ['quarantined', 'format', 'pivotValues.0']],
    ['no cost', { ...element, costInLocalCurrency: undefined }, ['quarantined', 'required', 'costInLocalCurrency']],
  ])('give no record with %s', (_what, changed, refusal) => {
    expect(refusalOf(linkedinAds, changed)).toEqual(refusal);
  });

  it('are rejected where nobody says the currency', () => {
    expect(refusalOf(linkedinAds, element, { extractedAt: EXTRACTED_AT, account: CONTEXT.account })).toEqual(['rejected', 'required', 'currency']);
  });

  it('give valid records or a named rejection, whatever comes', () => {
    expectSafe(linkedinAds, [response], [element]);
  });
});
