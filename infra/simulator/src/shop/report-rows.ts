// Rows of ad reports as they were sent, in the words of the data products: what tables must hold of them.
import type { NativeRequest } from '../request.js';

/** A day of an ad; money in micros. */
export interface SentDay {
  platform: 'google' | 'meta';
  accountId: string;
  /** `YYYY-MM-DD` */
  date: string;
  campaignId: string;
  adGroupId: string;
  adId: string;
  impressions: number;
  clicks: number;
  costMicros: number;
  conversions: number;
  conversionValueMicros: number;
}

export interface ReportRows {
  days: SentDay[];
  /** Click ids of Google's. */
  clickIds: string[];
}

/* eslint-disable @typescript-eslint/no-explicit-any -- bodies in the platforms' words, made by ad-words.ts */

/** Rows of a request that adRequests() made; of any other one, none. */
export function reportRows({ domain, path, body }: Pick<NativeRequest, 'domain' | 'path' | 'body'>): ReportRows {
  if (domain !== 'paid-media') return { days: [], clickIds: [] };
  const payload = JSON.parse(body.toString()) as any;
  if (path.startsWith('/v1/reports/meta')) return { days: payload.data.map(metaDay), clickIds: [] };
  const rows = payload.flatMap(({ results }: any) => results) as any[];
  return { days: rows.filter(({ metrics }) => metrics).map(googleDay), clickIds: rows.flatMap(({ clickView }) => (clickView ? [clickView.gclid] : [])) };
}

const googleDay = ({ customer, campaign, adGroup, adGroupAd, metrics, segments }: any): SentDay => ({
  platform: 'google', accountId: customer.id, date: segments.date, campaignId: campaign.id, adGroupId: adGroup.id, adId: adGroupAd.ad.id,
  impressions: Number(metrics.impressions), clicks: Number(metrics.clicks), costMicros: Number(metrics.costMicros),
  conversions: metrics.conversions, conversionValueMicros: Math.round(metrics.conversionsValue * 1e6),
});

const metaDay = (row: any): SentDay => ({
  platform: 'meta', accountId: row.account_id, date: row.date_start, campaignId: row.campaign_id, adGroupId: row.adset_id, adId: row.ad_id,
  impressions: Number(row.impressions), clicks: Number(row.clicks), costMicros: Math.round(Number(row.spend) * 1e6),
  conversions: Number(row.actions?.[0].value ?? 0), conversionValueMicros: Math.round(Number(row.action_values?.[0].value ?? 0) * 1e6),
});
