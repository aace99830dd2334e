// TikTok: rows of the integrated report to campaign performance.
import type { Outcome, ProductRecord } from '@tideway/contracts';
import { currency, performance } from './performance.js';
import { rowsByShape, type ReportContext, type ReportSource, type Rows, type Shape } from './report.js';
import { count, day, decimal, money, objectOf, optionalId, outcomeOf, refused, rowObject, text, type Fields } from './row.js';

const SHAPE: Shape = {
  platform: 'TikTok',
  list: (response) => objectOf(response['data'])?.['list'],
  error: (response) => ('code' in response && response['code'] !== 0 ? { code: 'platform_error', field: 'code', message: 'TikTok answered with a code other than 0: mend the request, and send the rows' } : undefined),
  isRow: (row) => 'dimensions' in row && 'metrics' in row,
  expected: '{"code": 0, "data": {"list": [{"dimensions": ..., "metrics": ...}]}}',
};

/** Dimensions that are in the key. */
const DIMENSIONS = new Set(['stat_time_day', 'advertiser_id', 'campaign_id', 'adgroup_id', 'ad_id']);

/**
 * Rows of `/open_api/v1.3/report/integrated/get/` with the dimension `stat_time_day` and one of campaign_id, adgroup_id and
 * ad_id (https://business-api.tiktok.com/portal/docs?id=1740302848100353): all metrics are texts; ids and names of what is
 * above an ad are metrics too, of which `campaign_id` and `adgroup_id` must be asked for. `-` stands for none.
 *
 * Conversions are `conversion`, their value `total_complete_payment_rate`, which is TikTok's name for the value of
 * completed payments. Other dimensions are rejected.
 */
export const tiktokAds: ReportSource = {
  rows: (payload: unknown): Rows => rowsByShape(payload, SHAPE),
  outcome: (value: unknown, context: ReportContext): Outcome => outcomeOf('paid-media.campaign-performance', () => performanceOf(rowObject(value), context)),
};

function performanceOf(row: Fields, context: ReportContext): ProductRecord[] {
  const dimensions = objectOf(row['dimensions']) ?? {};
  const metrics = objectOf(row['metrics']) ?? {};
  const dividing = Object.keys(dimensions).find((name) => !DIMENSIONS.has(name));
  if (dividing !== undefined) refused('unsupported_segment', `dimensions.${dividing.slice(0, 64)}`, 'a report may have the dimensions stat_time_day, advertiser_id, campaign_id, adgroup_id and ad_id only: others would replace each other');
  const of = (name: string) => given(dimensions[name]) ?? given(metrics[name]);
  const account = optionalId(of('advertiser_id'), 'dimensions.advertiser_id');
  const adGroup = optionalId(of('adgroup_id'), 'adgroup_id');
  const ad = optionalId(of('ad_id'), 'ad_id');
  const timezone = text(given(metrics['timezone']), 'metrics.timezone');
  const code = currency(given(metrics['currency']), 'metrics.currency');
  if (ad !== '' && adGroup === '') refused('required', 'metrics.adgroup_id', 'rows of ads name no ad group: ask for the metric adgroup_id as well');
  return performance('tiktok', context, {
    date: day(dimensions['stat_time_day'], 'dimensions.stat_time_day'),
    campaign_id: optionalId(of('campaign_id'), 'campaign_id') || refused('required', 'metrics.campaign_id', 'a row names no campaign: ask for the metric campaign_id as well'),
    ad_group_id: adGroup,
    ad_id: ad,
    campaign_name: text(given(metrics['campaign_name']), 'metrics.campaign_name') ?? '',
    impressions: count(metrics['impressions'], 'metrics.impressions'),
    clicks: count(metrics['clicks'], 'metrics.clicks'),
    cost_micros: money(metrics['spend'], 'metrics.spend'),
    conversions: decimal(given(metrics['conversion']), 'metrics.conversion'),
    conversion_value_micros: money(given(metrics['total_complete_payment_rate']), 'metrics.total_complete_payment_rate', 0),
    ...(account ? { account_id: account } : {}), ...(timezone ? { account_timezone: timezone } : {}), ...(code ? { currency: code } : {}),
  });
}

/** TikTok writes `-` for what there is not. */
function given(value: unknown): unknown {
  return value === '-' ? undefined : value;
}
