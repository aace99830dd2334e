// Meta Marketing API: rows of insights to campaign performance.
import type { Outcome, ProductRecord } from '@tideway/contracts';
import { accountOf, currency, device, performance } from './performance.js';
import { rowsByShape, type ReportContext, type ReportSource, type Rows, type Shape } from './report.js';
import { count, day, decimal, id, money, objectOf, optionalId, outcomeOf, refused, rowObject, text, type Fields } from './row.js';

const SHAPE: Shape = {
  platform: 'the Marketing API',
  list: (response) => response['data'],
  error: (response) => ('error' in response ? { code: 'platform_error', field: 'error', message: 'the Marketing API answered with an error instead of rows: mend the request, and send the rows' } : undefined),
  isRow: (row) => 'date_start' in row,
  expected: '{"data": [{"date_start": ...}]}',
};

/** The same purchases under several names, the most inclusive first. */
const PURCHASES = ['omni_purchase', 'purchase', 'offsite_conversion.fb_pixel_purchase'];
/** Breakdowns that are in no key (https://developers.facebook.com/docs/marketing-api/insights/breakdowns). */
const DIVIDING = [
  'age', 'gender', 'country', 'region', 'dma', 'publisher_platform', 'platform_position', 'impression_device', 'product_id', 'place_page_id', 'frequency_value', 'user_segment_key', 'media_type',
  'hourly_stats_aggregated_by_advertiser_time_zone', 'hourly_stats_aggregated_by_audience_time_zone', 'body_asset', 'title_asset', 'image_asset', 'video_asset', 'link_url_asset', 'call_to_action_asset', 'description_asset', 'ad_format_asset',
];
const NO_NAMES: ReadonlyMap<string, string> = new Map();

/**
 * Rows by day (`time_increment=1`), at the level of campaign, ad set or ad
 * (https://developers.facebook.com/docs/marketing-api/reference/adgroup/insights/): counts and `spend` are texts,
 * `spend` and `action_values` in units of the account's currency.
 *
 * Conversions are one type of `actions`, as types hold each other: by default purchases, else the first of the context's
 * `conversion` that the row has; their value is the same type of `action_values`. Rows of more than a day, and breakdowns
 * other than `device_platform`, are rejected.
 */
export const metaAds: ReportSource = {
  rows: (payload: unknown): Rows => rowsByShape(payload, SHAPE),
  outcome: (value: unknown, context: ReportContext): Outcome => outcomeOf('paid-media.campaign-performance', () => performanceOf(rowObject(value), context)),
};

function performanceOf(row: Fields, context: ReportContext): ProductRecord[] {
  const dividing = DIVIDING.find((name) => name in row);
  if (dividing !== undefined) refused('unsupported_segment', dividing, 'a report may be divided by day and device_platform only: rows of one ad and day would replace each other');
  const date = day(row['date_start'], 'date_start');
  if (row['date_stop'] !== undefined && day(row['date_stop'], 'date_stop') !== date) refused('not_daily', 'date_stop', 'a row has more than a day: ask for time_increment=1');
  const types = context.conversion ?? PURCHASES;
  const value = actionOf(row['action_values'], types);
  const accountCurrency = currency(row['account_currency'], 'account_currency');
  return performance('meta', context, {
    account_id: accountOf(context, optionalId(row['account_id'], 'account_id')).replace(/^act_/, ''),
    date,
    campaign_id: id(row['campaign_id'], 'campaign_id'),
    ad_group_id: optionalId(row['adset_id'], 'adset_id'),
    ad_id: optionalId(row['ad_id'], 'ad_id'),
    device: device(row['device_platform'], 'device_platform', NO_NAMES),
    campaign_name: text(row['campaign_name'], 'campaign_name') ?? '',
    impressions: count(row['impressions'], 'impressions'),
    clicks: count(row['clicks'], 'clicks'),
    cost_micros: money(row['spend'], 'spend'),
    conversions: decimal(actionOf(row['actions'], types), 'actions'),
    conversion_value_micros: money(value, 'action_values', 0),
    ...(accountCurrency ? { currency: accountCurrency } : {}),
  });
}

/** The value of the first of `types` that a list of actions has (https://developers.facebook.com/docs/marketing-api/reference/ads-action-stats/). */
function actionOf(list: unknown, types: string[]): unknown {
  if (!Array.isArray(list)) return undefined;
  const values = new Map(list.map((entry) => [objectOf(entry)?.['action_type'], objectOf(entry)?.['value']]));
  return values.get(types.find((type) => values.has(type)));
}
