// What happens at the shop's e-mail and ad platforms, as the requests that bring it to the mesh.
import { allAccepted, type NativeRequest } from '../request.js';
import { googleClicks, googleDays, metaDays } from './ad-words.js';
import type { Happening } from './happening.js';
import { sendgridEvent } from './mail-words.js';

export type MailHappening = Extract<Happening, { platform: 'mail' }>;
export type AdHappening = Extract<Happening, { platform: 'ads' }>;

/** Lanes of their own, beyond those of people: what a platform tells goes out one request after another. */
const MAIL_LANE = 20_000;
const ADS_LANE = 20_001;

/** SendGrid collects events for a moment. */
const COLLECTED_MS = 30_000;
const LARGEST_MAIL_BATCH = 200;

/**
 * Posts of SendGrid's Event Webhook, with the events of half a minute each, 200 at most; `happenings` are in the order of
 * time. Every event is new and accepted.
 */
export function* mailRequests(happenings: Iterable<MailHappening>): Generator<NativeRequest> {
  let batch: MailHappening[] = [];
  for (const happening of happenings) {
    const full = batch.length === LARGEST_MAIL_BATCH || (batch.length > 0 && happening.at - batch[0]!.at >= COLLECTED_MS);
    if (full) {
      yield mailRequest(batch);
      batch = [];
    }
    batch.push(happening);
  }
  if (batch.length > 0) yield mailRequest(batch);
}

function mailRequest(batch: readonly MailHappening[]): NativeRequest {
  return { domain: 'email', path: '/webhooks/sendgrid', ...posted(batch.map(sendgridEvent), batch.length), lane: MAIL_LANE };
}

/**
 * What a morning's extraction brings: days of Google's ads, their clicks (click_view answers for one day at a time), and
 * days of Meta's. A day that was reported before comes again where it was restated; as a row it is new, of the extraction
 * at `happening.at`. Every row is accepted; a report without rows is not sent.
 */
export function adRequests({ at, days, clicks }: AdHappening): NativeRequest[] {
  const of = (platform: 'google' | 'meta') => days.filter(({ ad }) => ad.platform === platform);
  const byDay = Map.groupBy(clicks.filter(({ ad }) => ad.platform === 'google'), ({ date }) => date);
  return [
    report('google', at, googleDays(of('google')), of('google').length),
    ...[...byDay.values()].map((some) => report('google', at, googleClicks(some), some.length)),
    report('meta', at, metaDays(of('meta')), of('meta').length),
  ].filter(({ events }) => events > 0);
}

/** Meta's rows do not say the account's time zone; Google's do. */
function report(platform: 'google' | 'meta', at: number, payload: unknown, rows: number): NativeRequest {
  const query = new URLSearchParams({ extracted_at: new Date(at).toISOString(), timezone: 'Europe/Berlin' });
  return { domain: 'paid-media', path: `/v1/reports/${platform}?${query.toString()}`, ...posted(payload, rows), lane: ADS_LANE };
}

function posted(payload: unknown, events: number): Pick<NativeRequest, 'method' | 'body' | 'contentType' | 'events' | 'expected'> {
  return { method: 'POST', body: Buffer.from(JSON.stringify(payload)), contentType: 'application/json', events, expected: allAccepted(events) };
}
