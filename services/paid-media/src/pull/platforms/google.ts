// Google Ads: reports by GoogleAdsService.SearchStream over REST, whose answer is a list of batches that comes in as it is made.
// https://developers.google.com/google-ads/api/rest/common/search
import { RefreshedToken } from '../access-token.js';
import type { HandOver } from '../account-run.js';
import type { Asker, Question } from '../ask.js';
import { daysOf, type Day, type Span } from '../days.js';
import { at, faultOfStatus, textAt, type Fault, type Refused } from '../fault.js';
import { JsonElements } from '../json-elements.js';
import type { AccountOf } from '../pulls-file.js';
import type { PlatformPull, RowsOf } from './platform.js';

type GoogleAccount = AccountOf<'google'>;

const MAX_DAYS = 31;
/** click_view has the last 90 days (https://developers.google.com/google-ads/api/fields/v26/click_view). */
const CLICK_DAYS = 90;

const SEGMENTS = 'customer.id, customer.currency_code, customer.time_zone, campaign.id, campaign.name, segments.date, segments.device';
const METRICS = 'metrics.impressions, metrics.clicks, metrics.cost_micros, metrics.conversions, metrics.conversions_value';

const range = ({ from, to }: Span) => `segments.date BETWEEN '${from}' AND '${to}'`;
const adsQuery = (days: Span) => `SELECT ${SEGMENTS}, ad_group.id, ad_group_ad.ad.id, ${METRICS} FROM ad_group_ad WHERE ${range(days)}`;
/** Campaigns that have no ads of their own. */
const performanceMaxQuery = (days: Span) => `SELECT ${SEGMENTS}, ${METRICS} FROM campaign WHERE ${range(days)} AND campaign.advertising_channel_type = 'PERFORMANCE_MAX'`;
/** One day a query: click_view takes no more. */
const clicksQuery = (day: Day) => `SELECT click_view.gclid, click_view.ad_group_ad, click_view.keyword_info.text, customer.id, campaign.id, ad_group.id, segments.date, segments.device FROM click_view WHERE segments.date = '${day}'`;

export const google: PlatformPull<GoogleAccount> = {
  requestsPerMinute: 60,

  token: ({ token_url: url, secrets }, secret) => new RefreshedToken({
    url, clientId: secret('client_id'), clientSecret: secret('client_secret'), refreshToken: secret('refresh_token'), variable: secrets.refresh_token,
  }),

  // No developer token: https://developers.google.com/google-ads/api/docs/api-policy/developer-token
  headers: ({ login_customer_id: manager }, token) => ({ authorization: `Bearer ${token}`, ...(manager ? { 'login-customer-id': manager.replaceAll('-', '') } : {}) }),

  faultOf,

  tokenAdvice: ({ secrets }) => `the user of ${secrets.refresh_token} must be allowed to read the account (through a manager account: set login_customer_id), and the Google Cloud project of ${secrets.client_id} must have access to the Google Ads API`,

  reports(account, asker, rowsOf) {
    const url = `${account.base_url.replace(/\/$/, '')}/${account.api_version}/customers/${account.account.replaceAll('-', '')}/googleAds:searchStream`;
    const search = (what: string, query: string, handOver: HandOver) => stream(asker, { what, url, method: 'POST', body: { query } }, rowsOf, handOver);
    return {
      maxDays: MAX_DAYS,
      async fetch(days, fresh, handOver) {
        await search('ads', adsQuery(days), handOver);
        await search('Performance Max', performanceMaxQuery(days), handOver);
        if (!account.clicks) return;
        for (const day of daysOf(days).filter((each) => each >= fresh && isRecent(each))) await search('clicks', clicksQuery(day), handOver);
      },
    };
  },
};

function isRecent(day: Day): boolean {
  return Date.parse(day) > Date.now() - CLICK_DAYS * 86_400_000;
}

/** Hands over batch by batch; sent again, the whole answer comes again, and its rows have the same keys. */
async function stream(asker: Asker, question: Question, rowsOf: RowsOf, handOver: HandOver): Promise<void> {
  await asker.ask(question, async (response) => {
    const extractedAt = Date.now();
    const elements = new JsonElements();
    for await (const chunk of response.body ?? []) {
      for (const element of elements.push(Buffer.from(chunk))) {
        const batch = JSON.parse(element.toString('utf8')) as unknown;
        asker.check(question, response, batch);
        await handOver(rowsOf(batch, extractedAt));
      }
    }
    if (!elements.complete) throw new Error('the list of batches is not closed');
  });
}

/**
 * Google's error model: one error, or a list with it where the answer streams
 * (https://developers.google.com/google-ads/api/docs/best-practices/understand-api-errors). A quota's `retryDelay`
 * says how long to wait (https://developers.google.com/google-ads/api/reference/rpc/v26/QuotaErrorDetails).
 */
function faultOf({ status, body }: Refused): Fault | undefined {
  const error = at(body, 'error') ?? at(body, 0, 'error');
  if (error === undefined) return undefined;
  const details = listAt(error, 'details');
  const errors = details.flatMap((detail) => listAt(detail, 'errors'));
  const messages = errors.map((each) => textAt(each, 'message')).filter(Boolean);
  const code = Number(at(error, 'code') ?? status);
  const delays = [...details.map((detail) => textAt(detail, 'retryDelay')), ...errors.map((each) => textAt(each, 'details', 'quotaErrorDetails', 'retryDelay'))];
  const fault = faultOfStatus(code, `${textAt(error, 'status') ?? ''} ${messages.join('; ') || (textAt(error, 'message') ?? '')}`.trim());
  return { ...fault, afterMs: durationMs(delays.find((delay) => delay !== undefined)) };
}

function listAt(value: unknown, name: string): unknown[] {
  const list = at(value, name);
  return Array.isArray(list) ? list : [];
}

/** Milliseconds of protobuf's Duration in JSON, `3.5s`. */
function durationMs(text: string | undefined): number | undefined {
  const seconds = /^(\d+(?:\.\d+)?)s$/.exec(text ?? '')?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1_000;
}
