// page and screen calls: what people looked at, and where they came from.
// https://segment.com/docs/connections/spec/page/ https://segment.com/docs/connections/spec/screen/
import type { Outcome, Records } from '@tideway/contracts';
import { at, Fields, own, Problems, type JsonObject } from './payload.js';
import type { Campaign } from './landing.js';
import { countryCode, pageViewRecord, screenUrl } from './page-view.js';
import type { Envelope } from './envelope.js';
import { sessionIdOf } from './segment-session.js';
import { deviceOf, isBot } from './user-agent.js';

type PageView = Records['web.page-views'];

export function pageView(message: JsonObject, envelope: Envelope): Outcome {
  const problems = new Problems();
  const pages = pageFields(message, problems);
  const url = rawText(pages, 'url');
  if (url === null) problems.add('required', 'properties.url', 'or context.page.url is required in a page call');
  return view(message, envelope, problems, { url: url ?? '', platform: 'web' });
}

export function screenView(message: JsonObject, envelope: Envelope): Outcome {
  const problems = new Problems();
  const name = rawText([new Fields(message, '', problems), ...pageFields(message, problems)], 'name');
  if (name?.isWellFormed() === false) problems.add('invalid_text', 'name', 'has half of a surrogate pair in it, which is no text');
  const url = rawText(pageFields(message, problems), 'url') ?? screenUrl(name ?? '');
  return view(message, envelope, problems, { url, platform: 'app' });
}

function view(message: JsonObject, envelope: Envelope, problems: Problems, page: Pick<PageView, 'url' | 'platform'>): Outcome {
  const fields = pageFields(message, problems);
  const first = (key: string) => fields.map((f) => f.text(key)).find((text) => text !== null) ?? null;
  const record = pageViewRecord(envelope, {
    ...page,
    session_id: sessionIdOf(message, problems),
    path: first('path'),
    search: first('search'),
    title: first('title') ?? (page.platform === 'app' ? new Fields(message, '', problems).text('name') : null),
    referrer: rawText(fields, 'referrer'),
    campaign: declaredCampaign(message, problems),
    device: deviceOf(message),
    // Segment's field is free text.
    country: countryCode(at(message, 'context', 'location', 'country')),
    is_bot: isBot(message),
  });
  if (problems.first) return { status: 'quarantined', product: 'web.page-views', rejection: problems.first };
  return { status: 'records', records: [{ product: 'web.page-views', record }] };
}

/** The call's own properties, and the page that libraries put into the context of every call. */
function pageFields(message: JsonObject, problems: Problems): Fields[] {
  const root = new Fields(message, '', problems);
  return [root.child('properties'), root.child('context').child('page')];
}

/** The first text under a key as it came: addresses in URLs are taken out by parameter, not by masking. */
function rawText(places: Fields[], key: string): string | null {
  for (const place of places) {
    const value = own(place.object, key);
    if (value === undefined || value === '') continue;
    if (typeof value === 'string') return value;
    place.problems.add('type', place.at(key), 'must be a string');
  }
  return null;
}

/** context.campaign, where it names anything: then nothing is taken from the URL, so that no two campaigns mix. */
function declaredCampaign(message: JsonObject, problems: Problems): Campaign | undefined {
  const campaign = new Fields(message, '', problems).child('context').child('campaign');
  const named: Campaign = {
    utm_source: campaign.text('source'), utm_medium: campaign.text('medium'), utm_campaign: campaign.text('name'),
    utm_content: campaign.text('content'), utm_term: campaign.text('term'), utm_id: campaign.text('id'),
  };
  return Object.values(named).some((value) => value !== null) ? named : undefined;
}
