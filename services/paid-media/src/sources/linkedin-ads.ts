// LinkedIn: elements of adAnalytics to campaign performance.
import type { Outcome, ProductRecord } from '@tideway/contracts';
import { performance } from './performance.js';
import { rowsByShape, type ReportContext, type ReportSource, type Rows, type Shape } from './report.js';
import { broken, count, day, decimal, id, money, objectOf, outcomeOf, refused, rowObject, type Fields } from './row.js';

const SHAPE: Shape = {
  platform: 'adAnalytics',
  list: (response) => response['elements'],
  error: (response) => ('serviceErrorCode' in response ? { code: 'platform_error', field: 'serviceErrorCode', message: 'LinkedIn answered with an error instead of elements: mend the request, and send the elements' } : undefined),
  isRow: (row) => 'dateRange' in row || 'pivotValues' in row,
  expected: '{"elements": [{"dateRange": ..., "pivotValues": [...]}]}',
};

/** Pivots that a row may have. An account and a campaign group have each campaign once: they divide nothing. */
const PIVOTS = new Set(['sponsoredCampaign', 'sponsoredCreative', 'sponsoredAccount', 'sponsoredCampaignGroup']);

/**
 * Elements with `timeGranularity=DAILY` and the pivots CAMPAIGN, or CAMPAIGN and CREATIVE, and perhaps ACCOUNT and
 * CAMPAIGN_GROUP (https://learn.microsoft.com/en-us/linkedin/marketing/integrations/ads-reporting/ads-reporting):
 * `costInLocalCurrency` and `conversionValueInLocalCurrency` are decimal texts, conversions are those on the website.
 *
 * A campaign of LinkedIn is a campaign, a creative an ad; there is no ad group. LinkedIn says neither currency nor account
 * (but for the pivot ACCOUNT): the context must. Elements without `dateRange` or of more than a day are rejected.
 */
export const linkedinAds: ReportSource = {
  rows: (payload: unknown): Rows => rowsByShape(payload, SHAPE),
  outcome: (value: unknown, context: ReportContext): Outcome => outcomeOf('paid-media.campaign-performance', () => performanceOf(rowObject(value), context)),
};

function performanceOf(row: Fields, context: ReportContext): ProductRecord[] {
  const pivots = pivotsOf(row['pivotValues']);
  const account = pivots.get('sponsoredAccount');
  const campaign = pivots.get('sponsoredCampaign') ?? refused('required', 'pivotValues', 'a row names no campaign: ask for the pivots CAMPAIGN, or CAMPAIGN and CREATIVE');
  return performance('linkedin', context, {
    date: dayOf(row['dateRange']),
    campaign_id: id(campaign, 'pivotValues'),
    ad_id: pivots.get('sponsoredCreative') ?? '',
    impressions: count(row['impressions'], 'impressions'),
    clicks: count(row['clicks'], 'clicks'),
    cost_micros: money(row['costInLocalCurrency'], 'costInLocalCurrency'),
    conversions: decimal(row['externalWebsiteConversions'], 'externalWebsiteConversions'),
    conversion_value_micros: money(row['conversionValueInLocalCurrency'], 'conversionValueInLocalCurrency', 0),
    ...(account ? { account_id: account } : {}),
  });
}

/** Ids by type of `urn:li:sponsoredCampaign:123`. */
function pivotsOf(value: unknown): Map<string, string> {
  if (!Array.isArray(value)) return broken('type', 'pivotValues', 'pivotValues must be a list of URNs');
  return new Map(value.map((urn: unknown, index) => {
    const match = typeof urn === 'string' ? /^urn:li:(\w{1,64}):(\w{1,64})$/.exec(urn) : null;
    if (!match) return broken('format', `pivotValues.${index}`, `pivotValues.${index} must be a URN such as urn:li:sponsoredCampaign:123`);
    if (!PIVOTS.has(match[1]!)) return refused('unsupported_segment', `pivotValues.${index}`, `a report may have the pivots CAMPAIGN, CREATIVE, ACCOUNT and CAMPAIGN_GROUP only; this row has a ${match[1]}`);
    return [match[1]!, match[2]!] as const;
  }));
}

function dayOf(range: unknown): number {
  const { start, end } = objectOf(range) ?? refused('required', 'dateRange', 'a row has no dateRange: have the report show it, with timeGranularity=DAILY');
  const from = calendarDay(start, 'dateRange.start');
  if (end !== undefined && calendarDay(end, 'dateRange.end') !== from) refused('not_daily', 'dateRange.end', 'a row has more than a day: ask for timeGranularity=DAILY');
  return from;
}

function calendarDay(value: unknown, field: string): number {
  const { year, month, day: dayOfMonth } = objectOf(value) ?? broken('type', field, `${field} must have year, month and day`);
  const [y, m, d] = [year, month, dayOfMonth].map((part) => (Number.isSafeInteger(part) ? String(part) : ''));
  return day(`${y}-${m!.padStart(2, '0')}-${d!.padStart(2, '0')}`, field);
}
