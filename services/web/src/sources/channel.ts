// The default channel group of Google Analytics 4, by its rules for manually tagged traffic, in their order.
// https://support.google.com/analytics/answer/9756891
import type { Records } from '@tideway/contracts';
import { siteOf } from './site.js';
import { sourceCategory, type SourceCategory } from './source-categories.js';

export type Channel = Records['web.page-views']['channel'];

/** Where a visit came from, as Google Analytics names it: `google` / `organic`, `(direct)` / `(none)`. */
export interface Traffic {
  source: string;
  medium: string;
  /** Campaign name, '' where there is none. */
  campaign: string;
}

type Known = Traffic & { category: SourceCategory | undefined };

const isPaid = ({ medium }: Known) => /^(.*cp.*|ppc|retargeting|paid.*)$/.test(medium);
const isShopping = ({ category, campaign }: Known) => category === 'shopping' || /([^a-df-z]|^)shop|shopping/.test(campaign);
const EMAIL = new Set(['email', 'e-mail', 'e_mail', 'e mail']);
const SOCIAL_MEDIA = new Set(['social', 'social-network', 'social-media', 'sm', 'social network', 'social media']);
const DISPLAY_MEDIA = new Set(['display', 'banner', 'expandable', 'interstitial', 'cpm']);

// The first rule that holds decides. Google's rules for its own ad products need the ad network type, which a landing
// does not carry: a visit with a Google click id and no campaign is `google` / `cpc` here.
const RULES: [Channel, (traffic: Known) => boolean][] = [
  ['direct', ({ source, medium }) => source === '(direct)' && (medium === '(none)' || medium === '(not set)')],
  ['cross_network', ({ campaign }) => campaign.includes('cross-network')],
  ['paid_shopping', (t) => isShopping(t) && isPaid(t)],
  ['paid_search', (t) => t.category === 'search' && isPaid(t)],
  ['paid_social', (t) => t.category === 'social' && isPaid(t)],
  ['paid_video', (t) => t.category === 'video' && isPaid(t)],
  ['display', ({ medium }) => DISPLAY_MEDIA.has(medium)],
  ['paid_other', isPaid],
  ['organic_shopping', isShopping],
  ['organic_social', ({ category, medium }) => category === 'social' || SOCIAL_MEDIA.has(medium)],
  ['organic_video', ({ category, medium }) => category === 'video' || medium.includes('video')],
  ['organic_search', ({ category, medium }) => category === 'search' || medium === 'organic'],
  ['referral', ({ medium }) => medium === 'referral' || medium === 'app' || medium === 'link'],
  ['email', ({ source, medium }) => EMAIL.has(source) || EMAIL.has(medium)],
  ['affiliates', ({ medium }) => medium === 'affiliate' || medium === 'affiliates'],
  ['audio', ({ medium }) => medium === 'audio'],
  ['sms', ({ source, medium }) => source === 'sms' || medium === 'sms'],
  ['mobile_push', ({ source, medium }) => source === 'firebase' || medium.endsWith('push') || medium.includes('mobile') || medium.includes('notification')],
];

/** The channel of a visit; `unassigned` where no rule holds. Case does not matter. */
export function channelOf(traffic: Traffic): Channel {
  const [source, medium, campaign] = [traffic.source, traffic.medium, traffic.campaign].map((text) => text.trim().toLowerCase()) as [string, string, string];
  const known = { source, medium, campaign, category: sourceCategory(source, siteOf) };
  return RULES.find(([, holds]) => holds(known))?.[0] ?? 'unassigned';
}
