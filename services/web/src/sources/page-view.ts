// A record of web.page-views from what any format says of a page, its visitor and where the visitor came from.
import type { Records } from '@tideway/contracts';
import type { Envelope } from './envelope.js';
import { landingOf, queryParameters, urlCampaign, type Campaign } from './landing.js';
import { scrubbedUrl } from './personal-data.js';
import { parsedUrl } from './site.js';

type PageView = Records['web.page-views'];

/** A page as it was sent: URLs may still have addresses and secrets in them, texts may not. */
export interface Page extends Pick<PageView, 'session_id' | 'url' | 'title' | 'referrer' | 'device' | 'country' | 'platform' | 'is_bot'> {
  /** Where the sender names it; null: that of the URL. */
  path: string | null;
  /** The query where the URL has none. */
  search: string | null;
  /** A campaign that the sender declares: then nothing is taken from the URL, so that no two campaigns mix. */
  campaign: Campaign | undefined;
}

/** The record of a page: URLs scrubbed, campaign, click id and channel worked out. */
export function pageViewRecord(envelope: Envelope, page: Page): PageView {
  const { session_id, url, title, referrer, device, country, platform, is_bot } = page;
  const parsed = parsedUrl(url);
  const parameters = queryParameters(queryOf(url) || (page.search ?? ''));
  return {
    ...envelope,
    session_id,
    url: scrubbedUrl(url),
    path: scrubbedUrl(page.path ?? pathOf(url, parsed)),
    title,
    referrer: referrer === null ? null : scrubbedUrl(referrer),
    ...landingOf({ campaign: page.campaign ?? urlCampaign(parameters), parameters, referrer, host: parsed?.hostname }),
    device,
    country,
    platform,
    is_bot,
  };
}

/** A screen of an app has no address: its name makes one. */
export function screenUrl(name: string): string {
  return `app://${encodeURIComponent(name.toWellFormed())}`;
}

/** An ISO 3166 code of two letters in capitals: a name of a country is not guessed at. */
export function countryCode(value: unknown): string | null {
  return typeof value === 'string' && /^[a-z]{2}$/i.test(value) ? value.toUpperCase() : null;
}

function queryOf(url: string): string {
  return /\?([^#]*)/.exec(url)?.[1] ?? '';
}

function pathOf(url: string, parsed: URL | undefined): string {
  if (parsed?.protocol === 'app:') return `/${parsed.hostname}${parsed.pathname}`;
  return parsed && parsed.pathname !== '' ? parsed.pathname : url.replace(/[?#].*$/s, '') || '/';
}
