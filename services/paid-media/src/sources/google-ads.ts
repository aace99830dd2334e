// Google Ads: rows of GoogleAdsService.SearchStream to campaign performance and ad clicks.
import type { Outcome, PaidMediaAdClicks, ProductRecord } from '@tideway/contracts';
import { accountOf, currency, device, performance } from './performance.js';
import { rowsByShape, type ReportContext, type ReportSource, type Rows, type Shape } from './report.js';
import { count, day, decimal, id, money, objectOf, optionalId, outcomeOf, refused, rowObject, text, type Fields } from './row.js';

const SHAPE: Shape = {
  platform: 'Google Ads',
  list: (response) => response['results'],
  isEmpty: (response) => ['fieldMask', 'requestId', 'summaryRow', 'queryResourceConsumption'].some((name) => name in response),
  error: (response) => ('error' in response ? { code: 'platform_error', field: 'error', message: 'Google Ads answered with an error instead of rows: mend the query, and send the rows' } : undefined),
  isRow: (row) => 'campaign' in row || 'segments' in row || 'clickView' in row,
  expected: 'a list of {"results": [...], "fieldMask": ...}',
};

/** Resources of which a row has one each, so that they divide nothing further. */
const WHOLE = new Set(['customer', 'campaign', 'adGroup', 'adGroupAd', 'campaignBudget', 'biddingStrategy', 'metrics', 'segments']);
/** Segments that are in the key, or that a day settles. */
const SEGMENTS = new Set(['date', 'device', 'week', 'month', 'quarter', 'year', 'dayOfWeek', 'monthOfYear']);
const DEVICES: ReadonlyMap<string, string> = new Map([['connected_tv', 'tv']]);
const CLICK_DEVICES: ReadonlyMap<string, PaidMediaAdClicks['device']> = new Map([['desktop', 'desktop'], ['mobile', 'mobile'], ['tablet', 'tablet'], ['tv', 'tv']]);

/**
 * Rows in JSON (https://developers.google.com/google-ads/api/rest/reference/rest/v21/customers.googleAds/searchStream),
 * named by https://developers.google.com/google-ads/api/fields/v21/overview: int64 is text, `costMicros` is micros
 * already, `conversionsValue` is in units of the account's currency.
 *
 * A row of `click_view` gives an ad click, another one performance at the level of its ad, ad group or campaign. Segments
 * beyond day and device, and resources that divide an ad group further, are rejected: their rows would replace each other.
 */
export const googleAds: ReportSource = {
  rows: (payload: unknown): Rows => rowsByShape(payload, SHAPE),
  outcome(value: unknown, context: ReportContext): Outcome {
    const isClick = objectOf(objectOf(value)?.['clickView']) !== undefined;
    if (isClick) return outcomeOf('paid-media.ad-clicks', () => [click(rowObject(value), context)]);
    return outcomeOf('paid-media.campaign-performance', () => performanceOf(rowObject(value), context));
  },
};

function performanceOf(row: Fields, context: ReportContext): ProductRecord[] {
  const [customer, campaign, metrics, segments] = ['customer', 'campaign', 'metrics', 'segments'].map((name) => objectOf(row[name]) ?? {}) as [Fields, Fields, Fields, Fields];
  const dividing = Object.keys(row).find((name) => !WHOLE.has(name)) ?? Object.keys(segments).find((name) => !SEGMENTS.has(name));
  if (dividing !== undefined) refused('unsupported_segment', dividing.slice(0, 64), 'a report may be divided by day and device only: rows of one ad and day would replace each other');
  const shown = text(customer['timeZone'], 'customer.timeZone');
  const currencyCode = currency(customer['currencyCode'], 'customer.currencyCode');
  return performance('google', context, {
    account_id: accountId(row, context),
    date: day(segments['date'], 'segments.date'),
    campaign_id: id(campaign['id'] ?? lastPart(campaign['resourceName']), 'campaign.id'),
    ...adOf(row),
    device: segments['device'] === undefined ? '' : device(segments['device'], 'segments.device', DEVICES),
    campaign_name: text(campaign['name'], 'campaign.name') ?? '',
    impressions: count(metrics['impressions'], 'metrics.impressions'),
    clicks: count(metrics['clicks'], 'metrics.clicks'),
    cost_micros: count(metrics['costMicros'], 'metrics.costMicros'),
    conversions: decimal(metrics['conversions'], 'metrics.conversions'),
    conversion_value_micros: money(metrics['conversionsValue'], 'metrics.conversionsValue', 0),
    ...(currencyCode ? { currency: currencyCode } : {}),
    ...(shown ? { account_timezone: shown } : {}),
  });
}

/** https://developers.google.com/google-ads/api/fields/v21/click_view: one day a query, up to 90 days back. */
function click(row: Fields, context: ReportContext): ProductRecord {
  const [view, campaign, segments] = ['clickView', 'campaign', 'segments'].map((name) => objectOf(row[name]) ?? {}) as [Fields, Fields, Fields];
  const ad = adOf({ ...row, adGroupAd: row['adGroupAd'] ?? { resourceName: view['adGroupAd'] } });
  const record: PaidMediaAdClicks = {
    click_id_type: 'gclid',
    click_id: id(view['gclid'], 'clickView.gclid'),
    platform: 'google',
    account_id: accountId(row, context),
    click_date: day(segments['date'], 'segments.date'),
    campaign_id: id(campaign['id'] ?? lastPart(campaign['resourceName']), 'campaign.id'),
    ad_group_id: ad.ad_group_id || null,
    ad_id: ad.ad_id || null,
    keyword: text(objectOf(view['keywordInfo'])?.['text'], 'clickView.keywordInfo.text') ?? null,
    device: CLICK_DEVICES.get(device(segments['device'], 'segments.device', DEVICES)) ?? 'other',
    extracted_at: context.extractedAt,
  };
  return { product: 'paid-media.ad-clicks', record };
}

/** Ids of ad group and ad; of resource names where the query did not select ids: `customers/1/adGroupAds/222~333`. */
function adOf(row: Fields): { ad_group_id: string; ad_id: string } {
  const adGroup = objectOf(row['adGroup']) ?? {};
  const adGroupAd = objectOf(row['adGroupAd']) ?? {};
  const [group, ad] = (lastPart(adGroupAd['resourceName']) ?? '').split('~');
  return {
    ad_group_id: optionalId(adGroup['id'] ?? lastPart(adGroup['resourceName']) ?? group, 'adGroup.id'),
    ad_id: optionalId(objectOf(adGroupAd['ad'])?.['id'] ?? ad, 'adGroupAd.ad.id'),
  };
}

/** The customer of a row: its id, else the one in any of its resource names, else the request's; without hyphens. */
function accountId(row: Fields, context: ReportContext): string {
  const customer = objectOf(row['customer']) ?? {};
  const names = [row['customer'], row['campaign'], row['adGroup'], row['clickView']].map((resource) => objectOf(resource)?.['resourceName']);
  const named = names.map((name) => (typeof name === 'string' ? /^customers\/(\d{1,20})(?:\/|$)/.exec(name)?.[1] : undefined)).find((found) => found !== undefined);
  return accountOf(context, optionalId(customer['id'], 'customer.id') || named).replaceAll('-', '');
}

/** The last part of a resource name; undefined for what is none. */
function lastPart(name: unknown): string | undefined {
  return typeof name === 'string' ? name.slice(name.lastIndexOf('/') + 1) : undefined;
}
