import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CONTEXT, DAY, EXTRACTED_AT, expectSafe, expectValid, performanceOf, refusalOf } from '../test/outcomes.js';
import { microsoftAds } from './microsoft-ads.js';
import type { Rows } from './report.js';

const csv = [
  '"Report Name: Daily"', '"Report Time: 11/20/2026"', '"Time Zone: (GMT+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna"', '"Last Completed Available Day: 11/21/2026 2:55:00 AM (GMT)"',
  '"Last Completed Available Hour: 11/21/2026 2:55:00 AM (GMT)"', '"Report Aggregation: Daily"', '"Report Filter: "', '"Potential Incomplete Data: true"', '"Rows: 2"', '',
  '"TimePeriod","AccountId","CampaignId","CampaignName","AdGroupId","DeviceType","CurrencyCode","Impressions","Clicks","Spend","Conversions","Revenue","Ctr"',
  '"2026-11-20","141","411","Shoes, autumn","511","Computer","EUR","1,350","35","12.40","2","1,200.50","2.59%"',
  '"2026-11-20","141","411","Shoes, autumn","511","Smartphone","EUR","800","50","9.10","","","6.25%"', '',
  '"@2026 Microsoft Corporation. All rights reserved. "', '',
].join('\r\n');
const csvRows = (text: string): Rows => microsoftAds.csvRows!(text);
const rows = (csvRows(csv) as { rows: Record<string, string>[] }).rows;
const row = rows[0]!;

describe('a report of Microsoft Advertising', () => {
  it('has the rows between its metadata and its copyright', () => {
    expect(rows.map((one) => [one['TimePeriod'], one['DeviceType'], one['CampaignName']])).toEqual([['2026-11-20', 'Computer', 'Shoes, autumn'], ['2026-11-20', 'Smartphone', 'Shoes, autumn']]);
  });

  it('may begin with a byte order mark or its column names, and end with a row', () => {
    const lines = csv.split('\r\n');
    expect(csvRows(`\uFEFF${lines.slice(10, 13).join('\n')}`)).toEqual({ rows });
    expect(microsoftAds.rows(rows)).toEqual({ rows });
  });

  it.each([
    ['was cut off within a row', csv.slice(0, csv.indexOf('"800"')), 'invalid_csv'],
    ['was cut off after a row', csv.slice(0, csv.indexOf('"2026-11-20","141","411","Shoes, autumn","511","Smartphone"')), 'invalid_csv'],
    ['has an open quote', '"TimePeriod","A\n1', 'invalid_csv'],
    ['is not by day', csv.replace('Aggregation: Daily', 'Aggregation: Weekly'), 'not_daily'],
    ['has no column names', csv.split('\r\n').filter((line) => !line.includes('TimePeriod')).join('\n'), 'unknown_format'],
    ['is empty', '', 'unknown_format'],
    ['is JSON', '{"data": []}', 'invalid_csv'],
  ])('is refused where it %s', (_what, text, code) => {
    expect(csvRows(text)).toEqual({ rejection: { code, field: expect.any(String), message: expect.any(String) } });
  });

  it('gives an ad group on a device, with thousands separators or without', () => {
    expect(performanceOf(microsoftAds, row)).toEqual({
      platform: 'microsoft', account_id: '141', date: DAY, campaign_id: '411', ad_group_id: '511', ad_id: '', device: 'desktop', account_timezone: '', campaign_name: 'Shoes, autumn',
      impressions: 1_350, clicks: 35, cost_micros: 12_400_000, currency: 'EUR', conversions: 2, conversion_value_micros: 1_200_500_000, extracted_at: EXTRACTED_AT,
    });
    expect(performanceOf(microsoftAds, rows[1])).toMatchObject({ device: 'mobile', impressions: 800, conversions: 0, conversion_value_micros: 0 });
  });

  it.each([
    ['a column that divides it', { ...row, Network: 'Audience' }, ['rejected', 'unsupported_segment', 'Network']],
    ['an hour', { ...row, TimePeriod: '2026-11-20|7' }, ['quarantined', 'date', 'TimePeriod']],
    ['no spend', { ...row, Spend: '' }, ['quarantined', 'required', 'Spend']],
  ])('gives no record with %s', (_what, changed, refusal) => {
    expect(refusalOf(microsoftAds, changed)).toEqual(refusal);
  });

  it('gives valid records or a named rejection, whatever comes', () => {
    expectSafe(microsoftAds, [rows], rows);
    fc.assert(fc.property(fc.nat(csv.length), fc.nat(40), fc.string({ unit: 'binary', maxLength: 10 }), (at, gone, added) => {
      const found = csvRows(csv.slice(0, at) + added + csv.slice(at + gone));
      if ('rows' in found) for (const one of found.rows) expectValid(microsoftAds.outcome(one, CONTEXT));
      else expectValid({ status: 'rejected', rejection: found.rejection });
    }), { numRuns: 200 });
  });
});
