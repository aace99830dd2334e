// What a page view tells of where its visitor came from: campaign, click id, referrer, and the channel that follows.
import type { Records } from '@tideway/contracts';
import { addressesReplaced } from './personal-data.js';
import { channelOf, type Traffic } from './channel.js';
import { parsedUrl, siteOf } from './site.js';
import { sourceCategory } from './source-categories.js';

export type Landing = Pick<
  Records['web.page-views'],
  'utm_source' | 'utm_medium' | 'utm_campaign' | 'utm_content' | 'utm_term' | 'utm_id' | 'click_id_type' | 'click_id' | 'channel'
>;
export type Campaign = Pick<Landing, 'utm_source' | 'utm_medium' | 'utm_campaign' | 'utm_content' | 'utm_term' | 'utm_id'>;

// By query parameter in lower case, the one that says most first. fbclid and epik are on unpaid links too, the others
// on clicks of ads only.
const CLICK_IDS = new Map<string, Pick<Traffic, 'source' | 'medium'>>([
  ['gclid', { source: 'google', medium: 'cpc' }],
  ['gbraid', { source: 'google', medium: 'cpc' }],
  ['wbraid', { source: 'google', medium: 'cpc' }],
  ['dclid', { source: 'google', medium: 'display' }],
  ['msclkid', { source: 'bing', medium: 'cpc' }],
  ['ttclid', { source: 'tiktok', medium: 'cpc' }],
  ['twclid', { source: 'twitter', medium: 'cpc' }],
  ['li_fat_id', { source: 'linkedin', medium: 'cpc' }],
  ['sccid', { source: 'snapchat', medium: 'cpc' }],
  ['sclid', { source: 'snapchat', medium: 'cpc' }],
  ['rdt_cid', { source: 'reddit', medium: 'cpc' }],
  ['epik', { source: 'pinterest', medium: 'referral' }],
  ['fbclid', { source: 'facebook', medium: 'referral' }],
]);

/** Apps as referrers: `android-app://com.google.android.googlequicksearchbox/`. */
const APPS = new Map<string, Pick<Traffic, 'source' | 'medium'>>([
  ['com.google.android.googlequicksearchbox', { source: 'google', medium: 'organic' }],
  ['com.google.android.gm', { source: 'gmail', medium: 'email' }],
  ['com.linkedin.android', { source: 'linkedin', medium: 'referral' }],
  ['com.facebook.katana', { source: 'facebook', medium: 'referral' }],
  ['com.instagram.android', { source: 'instagram', medium: 'referral' }],
  ['com.pinterest', { source: 'pinterest', medium: 'referral' }],
  ['com.reddit.frontpage', { source: 'reddit', medium: 'referral' }],
  ['com.twitter.android', { source: 'twitter', medium: 'referral' }],
  ['org.telegram.messenger', { source: 'telegram', medium: 'referral' }],
]);

/** Query parameters by lower-case name; the first that is not empty counts. E-mail addresses in values are masked. */
export function queryParameters(query: string): Map<string, string> {
  const parameters = new Map<string, string>();
  for (const [key, value] of new URLSearchParams(query)) {
    const name = key.toLowerCase();
    if (value !== '' && !parameters.has(name)) parameters.set(name, addressesReplaced(value, () => '[email]'));
  }
  return parameters;
}

/** The campaign that a URL's utm parameters name. */
export function urlCampaign(parameters: Map<string, string>): Campaign {
  const [utm_source, utm_medium, utm_campaign, utm_content, utm_term, utm_id] = ['source', 'medium', 'campaign', 'content', 'term', 'id'].map((name) => parameters.get(`utm_${name}`) ?? null);
  return { utm_source, utm_medium, utm_campaign, utm_content, utm_term, utm_id } as Campaign;
}

/**
 * The landing of a page view. The channel comes from the campaign, else from the click id, else from the referrer; a
 * referrer of the page's own site, like none, is direct. Only what was declared stands in the utm fields: what is
 * concluded from click id or referrer shows in the channel alone.
 */
export function landingOf(view: { campaign: Campaign; parameters: Map<string, string>; referrer: string | null; host: string | undefined }): Landing {
  const { campaign, parameters } = view;
  const type = [...CLICK_IDS.keys()].find((name) => parameters.has(name));
  const channel = channelOf(trafficOf(campaign, type, view.referrer, view.host));
  return { ...campaign, click_id_type: type ?? null, click_id: type === undefined ? null : parameters.get(type)!, channel };
}

function trafficOf(campaign: Campaign, clickIdType: string | undefined, referrer: string | null, host: string | undefined): Traffic {
  const name = campaign.utm_campaign ?? '';
  const click = clickIdType === undefined ? undefined : CLICK_IDS.get(clickIdType);
  if (campaign.utm_source !== null || campaign.utm_medium !== null) {
    return { source: campaign.utm_source ?? '(not set)', medium: campaign.utm_medium ?? '(not set)', campaign: name };
  }
  if (click) return { ...click, campaign: name };
  if (name !== '' || campaign.utm_id !== null) return { source: '(not set)', medium: '(not set)', campaign: name };
  return { ...referred(referrer, host), campaign: '' };
}

const DIRECT = { source: '(direct)', medium: '(none)' };

function referred(referrer: string | null, host: string | undefined): Pick<Traffic, 'source' | 'medium'> {
  const from = parsedUrl(referrer)?.hostname.toLowerCase();
  if (!from || (host !== undefined && siteOf(from) === siteOf(host))) return DIRECT;
  const app = APPS.get(from);
  if (app) return app;
  return { source: from, medium: sourceCategory(from, siteOf) === 'search' ? 'organic' : 'referral' };
}
