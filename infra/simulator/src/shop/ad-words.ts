// Days of campaigns and clicks, as the APIs of Google Ads and Meta return them.
import { localDate } from './chance.js';
import type { AdClick, AdDay } from './ads.js';

export const GOOGLE_CUSTOMER = '6251500001';
export const META_ACCOUNT = '62515000000002';

/** A response of googleAds:searchStream: https://developers.google.com/google-ads/api/rest/reference/rest/v21/customers.googleAds/searchStream */
export function googleDays(days: readonly AdDay[]): unknown {
  const results = days.map(({ ad, date, impressions, clicks, costMicros, conversions, conversionValueMicros }) => ({
    ...googleAd(ad),
    campaign: { resourceName: `customers/${GOOGLE_CUSTOMER}/campaigns/${ad.campaignId}`, id: ad.campaignId, name: ad.campaign },
    metrics: { impressions: String(impressions), clicks: String(clicks), costMicros: String(costMicros), conversions, conversionsValue: conversionValueMicros / 1e6 },
    segments: { date },
  }));
  return [{ results, fieldMask: 'customer.id,campaign.id,campaign.name,adGroup.id,adGroupAd.ad.id,metrics.impressions,metrics.clicks,metrics.costMicros,metrics.conversions,metrics.conversionsValue,segments.date', requestId: 'Rq-shop' }];
}

/** Rows of click_view: https://developers.google.com/google-ads/api/fields/v21/click_view */
export function googleClicks(clicks: readonly AdClick[]): unknown {
  const results = clicks.map(({ ad, at, clickId }) => ({
    ...googleAd(ad),
    campaign: { resourceName: `customers/${GOOGLE_CUSTOMER}/campaigns/${ad.campaignId}`, id: ad.campaignId },
    clickView: { resourceName: `customers/${GOOGLE_CUSTOMER}/clickViews/${localDate(at)}~${clickId}`, gclid: clickId, ...(ad.keyword ? { keywordInfo: { text: ad.keyword, matchType: 'PHRASE' } } : {}) },
    segments: { date: localDate(at), device: 'DESKTOP' },
  }));
  return [{ results, fieldMask: 'customer.id,campaign.id,adGroup.id,adGroupAd.ad.id,clickView.gclid,clickView.keywordInfo.text,segments.date,segments.device', requestId: 'Rq-shop' }];
}

function googleAd({ adGroupId, adGroup, adId }: AdDay['ad']) {
  const customer = `customers/${GOOGLE_CUSTOMER}`;
  return {
    customer: { resourceName: customer, id: GOOGLE_CUSTOMER, currencyCode: 'EUR', timeZone: 'Europe/Berlin' },
    adGroup: { resourceName: `${customer}/adGroups/${adGroupId}`, id: adGroupId, name: adGroup },
    adGroupAd: { resourceName: `${customer}/adGroupAds/${adGroupId}~${adId}`, ad: { resourceName: `${customer}/ads/${adId}`, id: adId } },
  };
}

/** A page of insights at the level of ads: https://developers.facebook.com/docs/marketing-api/reference/adgroup/insights/ */
export function metaDays(days: readonly AdDay[]): unknown {
  const data = days.map(({ ad, date, impressions, clicks, costMicros, conversions, conversionValueMicros }) => ({
    account_id: META_ACCOUNT, account_currency: 'EUR',
    campaign_id: ad.campaignId, campaign_name: ad.campaign, adset_id: ad.adGroupId, adset_name: ad.adGroup, ad_id: ad.adId,
    date_start: date, date_stop: date,
    impressions: String(impressions), clicks: String(clicks), spend: (costMicros / 1e6).toFixed(2),
    ...(conversions > 0 ? {
      actions: [{ action_type: 'purchase', value: String(conversions) }],
      action_values: [{ action_type: 'purchase', value: (conversionValueMicros / 1e6).toFixed(2) }],
    } : {}),
  }));
  return { data, paging: {} };
}
