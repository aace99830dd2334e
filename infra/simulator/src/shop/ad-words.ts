// Days of campaigns and clicks, as the APIs of Google Ads and Meta return them.
import type { AdClick, AdDay } from './ads.js';

/** A response of googleAds:searchStream: https://developers.google.com/google-ads/api/rest/reference/rest/v21/customers.googleAds/searchStream */
export function googleDays(days: readonly AdDay[]): unknown {
  const results = days.map(({ ad, date, impressions, clicks, costMicros, conversions, conversionValueMicros }) => ({
    ...googleAd(ad),
    campaign: { resourceName: `customers/${ad.account}/campaigns/${ad.campaignId}`, id: ad.campaignId, name: ad.campaign },
    metrics: { impressions: String(impressions), clicks: String(clicks), costMicros: String(costMicros), conversions, conversionsValue: conversionValueMicros / 1e6 },
    segments: { date },
  }));
  return [{ results, fieldMask: 'customer.id,campaign.id,campaign.name,adGroup.id,adGroupAd.ad.id,metrics.impressions,metrics.clicks,metrics.costMicros,metrics.conversions,metrics.conversionsValue,segments.date', requestId: 'Rq-shop' }];
}

/** Rows of click_view: https://developers.google.com/google-ads/api/fields/v21/click_view */
export function googleClicks(clicks: readonly AdClick[]): unknown {
  const results = clicks.map(({ ad, date, clickId }) => ({
    ...googleAd(ad),
    campaign: { resourceName: `customers/${ad.account}/campaigns/${ad.campaignId}`, id: ad.campaignId },
    clickView: { resourceName: `customers/${ad.account}/clickViews/${date}~${clickId}`, gclid: clickId, ...(ad.keyword ? { keywordInfo: { text: ad.keyword, matchType: 'PHRASE' } } : {}) },
    segments: { date, device: 'DESKTOP' },
  }));
  return [{ results, fieldMask: 'customer.id,campaign.id,adGroup.id,adGroupAd.ad.id,clickView.gclid,clickView.keywordInfo.text,segments.date,segments.device', requestId: 'Rq-shop' }];
}

function googleAd({ account, adGroupId, adGroup, adId }: AdDay['ad']) {
  const customer = `customers/${account}`;
  return {
    customer: { resourceName: customer, id: account, currencyCode: 'EUR', timeZone: 'Europe/Berlin' },
    adGroup: { resourceName: `${customer}/adGroups/${adGroupId}`, id: adGroupId, name: adGroup },
    adGroupAd: { resourceName: `${customer}/adGroupAds/${adGroupId}~${adId}`, ad: { resourceName: `${customer}/ads/${adId}`, id: adId } },
  };
}

/** A page of insights at the level of ads: https://developers.facebook.com/docs/marketing-api/reference/adgroup/insights/ */
export function metaDays(days: readonly AdDay[]): unknown {
  const data = days.map(({ ad, date, impressions, clicks, costMicros, conversions, conversionValueMicros }) => ({
    account_id: ad.account, account_currency: 'EUR',
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
