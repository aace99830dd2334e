// Records of campaign performance, with what the request says where the row does not.
import type { PaidMediaCampaignPerformance, ProductRecord } from '@tideway/contracts';
import type { Platform, ReportContext } from './report.js';
import { optionalId, refused, text } from './row.js';

type Performance = PaidMediaCampaignPerformance;

/** The fields of a row; those that are left out are empty, or are the request's. */
export type PerformanceFields =
  Pick<Performance, 'date' | 'campaign_id' | 'impressions' | 'clicks' | 'cost_micros' | 'conversions' | 'conversion_value_micros'>
  & Partial<Pick<Performance, 'ad_group_id' | 'ad_id' | 'device' | 'campaign_name' | 'currency' | 'account_timezone' | 'account_id'>>;

/** Rejects the row where nobody says its account or currency. */
export function performance(platform: Platform, context: ReportContext, fields: PerformanceFields): ProductRecord[] {
  const record = {
    platform,
    account_id: accountOf(context, fields.account_id),
    date: fields.date,
    campaign_id: fields.campaign_id,
    ad_group_id: fields.ad_group_id ?? '',
    ad_id: fields.ad_id ?? '',
    device: fields.device ?? '',
    account_timezone: fields.account_timezone || context.timezone || '',
    campaign_name: fields.campaign_name ?? '',
    impressions: fields.impressions,
    clicks: fields.clicks,
    cost_micros: fields.cost_micros,
    currency: fields.currency || context.currency || refused('required', 'currency', 'the report does not say its currency: add ?currency=EUR'),
    conversions: fields.conversions,
    conversion_value_micros: fields.conversion_value_micros,
    extracted_at: context.extractedAt,
  };
  return [{ product: 'paid-media.campaign-performance', record }];
}

/** The account that the row names, else the request's. */
export function accountOf(context: ReportContext, own: string | undefined): string {
  return own || context.account || refused('required', 'account', 'the report does not say its account: add ?account= with its id');
}

/** A currency of ISO 4217; undefined where it is absent. */
export function currency(value: unknown, field: string): string | undefined {
  const code = optionalId(value, field);
  if (code === '') return undefined;
  return /^[A-Z]{3}$/.test(code) ? code : refused('format', field, `${field} must be a code of ISO 4217, such as EUR`);
}

/** A device in lower case, by the names that products share; `names` are a platform's own, in lower case. */
export function device(value: unknown, field: string, names: ReadonlyMap<string, string>): string {
  const shown = (text(value, field) ?? '').toLowerCase().replace(/[^a-z0-9]+/g, '_').slice(0, 64);
  return names.get(shown) ?? shown;
}
