// Microsoft Advertising: rows of performance reports in CSV to campaign performance.
import { parse } from 'csv-parse/sync';
import type { Outcome, ProductRecord } from '@tideway/contracts';
import { currency, device, performance } from './performance.js';
import { rowsByShape, type ReportContext, type ReportSource, type Rows, type Shape } from './report.js';
import { count, day, decimal, id, money, optionalId, outcomeOf, refused, rowObject, text, type Fields } from './row.js';

const SHAPE: Shape = {
  platform: 'Microsoft Advertising',
  list: () => undefined,
  isRow: (row) => 'TimePeriod' in row,
  expected: 'its CSV file, or objects with the names of its columns,',
};

const METADATA = /^(Report Name|Report Time|Time Zone|Last Completed Available Day|Last Completed Available Hour|Report Aggregation|Report Filter|Potential Incomplete Data|Rows): ?(.*)$/;
const COPYRIGHT = /^(@|©)\s*\d{4} Microsoft Corporation/;
/** Columns that divide rows and are in no key (https://learn.microsoft.com/en-us/advertising/guides/report-attributes-performance-statistics). */
const DIVIDING = [
  'AdDistribution', 'BidMatchType', 'DeliveredMatchType', 'DeliveredMatchTypeId', 'DeviceOS', 'Goal', 'GoalId', 'GoalType', 'Language', 'Network', 'TopVsOther', 'Keyword', 'KeywordId', 'SearchQuery', 'ClickType', 'ClickTypeId',
  'AgeGroup', 'Gender', 'Country', 'State', 'City', 'AudienceId', 'AssetGroupId', 'MerchantProductId', 'PublisherUrl', 'LocationType',
];
const DEVICES: ReadonlyMap<string, string> = new Map([['computer', 'desktop'], ['smartphone', 'mobile']]);

/**
 * Campaign, ad group and ad performance reports, aggregated by day, as they are downloaded
 * (https://learn.microsoft.com/en-us/advertising/guides/reports): lines of metadata, a line of column names, rows, and a
 * line of copyright. Header and footer may be left out, column names may not.
 *
 * Reads TimePeriod, AccountId, CampaignId, CampaignName, AdGroupId, AdId, DeviceType, CurrencyCode, Impressions, Clicks,
 * Spend, Conversions (else ConversionsQualified) and Revenue. Thousands separators of format version 1.0 are taken.
 * Columns that divide rows further are rejected.
 */
export const microsoftAds: ReportSource = {
  rows: (payload: unknown): Rows => rowsByShape(payload, SHAPE),
  csvRows,
  outcome: (value: unknown, context: ReportContext): Outcome => outcomeOf('paid-media.campaign-performance', () => performanceOf(rowObject(value), context)),
};

function csvRows(csv: string): Rows {
  let lines: string[][];
  try {
    lines = parse(csv, { bom: true, relax_column_count: true, skip_empty_lines: true });
  } catch {
    return rejected('invalid_csv', '', 'the body is not CSV: a quote is not closed, or stands inside of a field');
  }
  const first = lines.findIndex(([cell = '']) => !METADATA.test(cell));
  const metadata = new Map(lines.slice(0, Math.max(first, 0)).map(([cell = '']) => METADATA.exec(cell)!.slice(1) as [string, string]));
  const aggregation = metadata.get('Report Aggregation')?.trim();
  if (aggregation !== undefined && aggregation !== 'Daily') return rejected('not_daily', 'Report Aggregation', 'the report is not by day: set its Aggregation to Daily');
  const columns = (lines[first] ?? []).map((name) => name.trim());
  if (!columns.includes('TimePeriod')) return rejected('unknown_format', 'TimePeriod', 'there is no line of column names with TimePeriod: this is no performance report by day, or its column names were left out');
  const rows = lines.slice(first + 1).filter(([cell = '']) => !COPYRIGHT.test(cell.trim()));
  const wrong = rows.findIndex((cells) => cells.length !== columns.length);
  if (wrong >= 0) return rejected('invalid_csv', `row ${wrong + 1}`, `row ${wrong + 1} has ${rows[wrong]!.length} cells instead of ${columns.length}: the file was cut off or changed`);
  const expected = metadata.get('Rows')?.trim();
  if (expected !== undefined && /^\d+$/.test(expected) && Number(expected) !== rows.length) return rejected('invalid_csv', 'Rows', `the report says that it has ${expected} rows, and has ${rows.length}: it was cut off`);
  return { rows: rows.map((cells) => Object.fromEntries(columns.map((name, i) => [name, cells[i]!]))) };
}

function rejected(code: string, field: string, message: string): Rows {
  return { rejection: { code, field, message } };
}

function performanceOf(row: Fields, context: ReportContext): ProductRecord[] {
  const dividing = DIVIDING.find((name) => name in row);
  if (dividing !== undefined) refused('unsupported_segment', dividing, 'a report may be divided by day and DeviceType only: rows of one ad and day would replace each other');
  const account = optionalId(row['AccountId'], 'AccountId');
  const code = currency(row['CurrencyCode'], 'CurrencyCode');
  const conversions = 'Conversions' in row ? 'Conversions' : 'ConversionsQualified';
  return performance('microsoft', context, {
    date: day(row['TimePeriod'], 'TimePeriod'),
    campaign_id: id(row['CampaignId'], 'CampaignId'),
    ad_group_id: optionalId(row['AdGroupId'], 'AdGroupId'),
    ad_id: optionalId(row['AdId'], 'AdId'),
    device: device(row['DeviceType'], 'DeviceType', DEVICES),
    campaign_name: text(row['CampaignName'], 'CampaignName') ?? '',
    impressions: count(plain(row['Impressions']), 'Impressions'),
    clicks: count(plain(row['Clicks']), 'Clicks'),
    cost_micros: money(plain(row['Spend']), 'Spend'),
    conversions: decimal(plain(row[conversions]), conversions),
    conversion_value_micros: money(plain(row['Revenue']), 'Revenue', 0),
    ...(account ? { account_id: account } : {}), ...(code ? { currency: code } : {}),
  });
}

/** A number without thousands separators; anything else as it is. */
function plain(value: unknown): unknown {
  return typeof value === 'string' && /^-?\d{1,3}(,\d{3})+(\.\d+)?$/.test(value.trim()) ? value.replaceAll(',', '') : value;
}
