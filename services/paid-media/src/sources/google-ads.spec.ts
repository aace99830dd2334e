import { describe, expect, it } from '@jest/globals';
import { CONTEXT, DAY, EXTRACTED_AT, expectSafe, performanceOf, refusalOf } from '../test/outcomes.js';
import { googleAds } from './google-ads.js';

const campaignRow = {
  customer: { resourceName: 'customers/1234567890', id: '1234567890', currencyCode: 'USD', timeZone: 'America/New_York' },
  campaign: { resourceName: 'customers/1234567890/campaigns/111', id: '111', name: 'Autumn shoes' },
  metrics: { clicks: '340', costMicros: '81250000', impressions: '12000', conversions: 4.5, conversionsValue: 402.3 },
  segments: { date: '2026-11-20' },
};
const adRow = {
  campaign: { resourceName: 'customers/1234567890/campaigns/111', id: '111' },
  adGroup: { resourceName: 'customers/1234567890/adGroups/222', id: '222' },
  adGroupAd: { resourceName: 'customers/1234567890/adGroupAds/222~333', ad: { resourceName: 'customers/1234567890/ads/333', id: '333' } },
  metrics: { clicks: '3', costMicros: '10000', impressions: '70' },
  segments: { date: '2026-11-20', device: 'CONNECTED_TV' },
};
const clickRow = {
  campaign: { resourceName: 'customers/1234567890/campaigns/111', id: '111' },
  adGroup: { resourceName: 'customers/1234567890/adGroups/222', id: '222' },
  clickView: { resourceName: 'customers/1234567890/clickViews/2026-11-20~Cj0KCQiA', gclid: 'Cj0KCQiA-1', adGroupAd: 'customers/1234567890/adGroupAds/222~333', keywordInfo: { text: 'trail shoes', matchType: 'EXACT' } },
  segments: { date: '2026-11-20', device: 'MOBILE' },
};
const response = [{ results: [campaignRow, adRow], fieldMask: 'campaign.id,segments.date', requestId: 'r-1' }, { results: [clickRow], fieldMask: 'clickView.gclid', requestId: 'r-2' }];

describe('a response of Google Ads', () => {
  it('has the rows of all its parts, of one part, of a list of rows, or is a row itself', () => {
    expect(googleAds.rows(response)).toEqual({ rows: [campaignRow, adRow, clickRow] });
    expect(googleAds.rows(response[0])).toEqual({ rows: [campaignRow, adRow] });
    expect(googleAds.rows([adRow, adRow])).toEqual({ rows: [adRow, adRow] });
    expect(googleAds.rows(adRow)).toEqual({ rows: [adRow] });
  });

  it('may have no rows', () => {
    expect([googleAds.rows([]), googleAds.rows([{ fieldMask: 'campaign.id', requestId: 'r' }])]).toEqual([{ rows: [] }, { rows: [] }]);
  });

  it('is refused where it is an error, or something else', () => {
    expect(googleAds.rows([{ error: { code: 400, message: 'no' } }])).toMatchObject({ rejection: { code: 'platform_error', field: 'error' } });
    for (const [payload, field] of [['text', ''], [{ data: [] }, ''], [[campaignRow, { data: [] }], '1'], [{ results: 1 }, '']] as const) {
      expect(googleAds.rows(payload)).toMatchObject({ rejection: { code: 'unknown_format', field } });
    }
  });
});

describe('a row of performance', () => {
  it('is that of a campaign, with the account that it names', () => {
    expect(performanceOf(googleAds, campaignRow)).toEqual({
      platform: 'google', account_id: '1234567890', date: DAY, campaign_id: '111', ad_group_id: '', ad_id: '', device: '', account_timezone: 'America/New_York', campaign_name: 'Autumn shoes',
      impressions: 12_000, clicks: 340, cost_micros: 81_250_000, currency: 'USD', conversions: 4.5, conversion_value_micros: 402_300_000, extracted_at: EXTRACTED_AT,
    });
  });

  it('is that of an ad on a device, with the account of its resource names', () => {
    expect(performanceOf(googleAds, adRow)).toMatchObject({ account_id: '1234567890', campaign_id: '111', ad_group_id: '222', ad_id: '333', device: 'tv', currency: 'EUR', conversions: 0, conversion_value_micros: 0 });
  });

  it('takes ids from resource names where the query selected none', () => {
    const row = { ...adRow, campaign: { resourceName: 'customers/1/campaigns/111' }, adGroup: undefined, adGroupAd: { resourceName: 'customers/1/adGroupAds/222~333' } };
    expect(performanceOf(googleAds, row)).toMatchObject({ account_id: '1', campaign_id: '111', ad_group_id: '222', ad_id: '333' });
  });

  it('keeps devices apart that mean little', () => {
    const devices = ['DESKTOP', 'MOBILE', 'TABLET', 'CONNECTED_TV', 'OTHER', 'UNKNOWN'].map((name) => performanceOf(googleAds, { ...adRow, segments: { date: '2026-11-20', device: name } }).device);
    expect(devices).toEqual(['desktop', 'mobile', 'tablet', 'tv', 'other', 'unknown']);
  });

  it.each([
    ['a segment that no key has', { ...campaignRow, segments: { date: '2026-11-20', hour: 5 } }, ['rejected', 'unsupported_segment', 'hour']],
    ['a resource that divides it', { ...campaignRow, keywordView: {} }, ['rejected', 'unsupported_segment', 'keywordView']],
    ['no day', { ...campaignRow, segments: {} }, ['quarantined', 'required', 'segments.date']],
    ['a day that there is not', { ...campaignRow, segments: { date: '2026-02-30' } }, ['quarantined', 'date', 'segments.date']],
    ['no campaign', { ...campaignRow, campaign: {} }, ['quarantined', 'required', 'campaign.id']],
    ['a cost that was not asked for', { ...campaignRow, metrics: { clicks: '1', impressions: '1' } }, ['quarantined', 'required', 'metrics.costMicros']],
    ['a count that is no whole number', { ...campaignRow, metrics: { ...campaignRow.metrics, clicks: '3.5' } }, ['quarantined', 'type', 'metrics.clicks']],
  ])('gives no record with %s', (_what, row, refusal) => {
    expect(refusalOf(googleAds, row)).toEqual(refusal);
  });

  it('is rejected where nobody says its currency or account', () => {
    expect(refusalOf(googleAds, adRow, { extractedAt: EXTRACTED_AT })).toEqual(['rejected', 'required', 'currency']);
    expect(refusalOf(googleAds, { ...adRow, campaign: { id: '111' }, adGroup: { id: '1' } }, { extractedAt: EXTRACTED_AT, currency: 'EUR' })).toEqual(['rejected', 'required', 'account']);
  });

  it('has its account without hyphens', () => {
    expect(performanceOf(googleAds, { ...adRow, campaign: { id: '111' }, adGroup: { id: '2' } }, { ...CONTEXT, account: '123-456-7890' }).account_id).toBe('1234567890');
  });
});

describe('a row of click_view', () => {
  it('says what its click id stands for', () => {
    expect(googleAds.outcome(clickRow, CONTEXT)).toEqual({ status: 'records', records: [{ product: 'paid-media.ad-clicks', record: {
      click_id_type: 'gclid', click_id: 'Cj0KCQiA-1', platform: 'google', account_id: '1234567890', click_date: DAY, campaign_id: '111', ad_group_id: '222', ad_id: '333', keyword: 'trail shoes', device: 'mobile', extracted_at: EXTRACTED_AT,
    } }] });
  });

  it('is quarantined without a click id or a day', () => {
    expect(refusalOf(googleAds, { ...clickRow, clickView: { adGroupAd: 'customers/1/adGroupAds/2~3' } })).toEqual(['quarantined', 'required', 'clickView.gclid']);
    expect(refusalOf(googleAds, { ...clickRow, segments: {} })).toEqual(['quarantined', 'required', 'segments.date']);
  });
});

it('gives valid records or a named rejection, whatever comes', () => {
  expectSafe(googleAds, [response, ...response], [campaignRow, adRow, clickRow]);
});
