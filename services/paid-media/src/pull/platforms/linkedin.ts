// LinkedIn: adAnalytics of an ad account by campaign, creative and day. It knows no pages: an answer ends at 15,000 elements
// without saying so, and then a shorter span is asked for.
// https://learn.microsoft.com/en-us/linkedin/marketing/integrations/ads-reporting/ads-reporting
import { fixedToken } from '../access-token.js';
import type { HandOver } from '../account-run.js';
import { addDays, daysOf, pieces, type Day, type Span } from '../days.js';
import { PlatformRefusalError, at, faultOfStatus, textAt, type Fault, type Refused } from '../fault.js';
import type { AccountOf } from '../pulls-file.js';
import type { PlatformPull } from './platform.js';

type LinkedinAccount = AccountOf<'linkedin'>;

const MAX_DAYS = 7;
const MAX_ELEMENTS = 15_000;
const FIELDS = ['dateRange', 'pivotValues', 'impressions', 'clicks', 'costInLocalCurrency', 'externalWebsiteConversions', 'conversionValueInLocalCurrency'];

export const linkedin: PlatformPull<LinkedinAccount> = {
  requestsPerMinute: 30,
  token: (_account, secret) => fixedToken(secret('access_token')),
  headers: ({ api_version: version }, token) => ({ authorization: `Bearer ${token}`, 'linkedin-version': version, 'x-restli-protocol-version': '2.0.0' }),
  faultOf,
  tokenAdvice: ({ secrets }) => `set ${secrets.access_token} to a token with the permission r_ads_reporting, of a member with a role in the ad account, and restart: LinkedIn's end after 60 days`,

  reports(account, asker, rowsOf) {
    const base = `${account.base_url.replace(/\/$/, '')}/rest/adAnalytics`;
    const fetch = async (days: Span, handOver: HandOver): Promise<void> => {
      const answer = await asker.json({ what: `adAnalytics of ${days.from} to ${days.to}`, url: analyticsUrl(base, account.account, days) });
      const elements = at(answer, 'elements');
      if (Array.isArray(elements) && elements.length >= MAX_ELEMENTS) {
        for (const half of halves(days, account.account)) await fetch(half, handOver);
      } else await handOver(rowsOf(answer, Date.now()));
    };
    return { maxDays: MAX_DAYS, fetch: (days, _fresh, handOver) => fetch(days, handOver) };
  },
};

/** Rest.li's query: its parentheses stay as they are, its values are encoded. */
export function analyticsUrl(base: string, account: string, { from, to }: Span): string {
  const urn = encodeURIComponent(`urn:li:sponsoredAccount:${account}`);
  const range = `(start:${calendar(from)},end:${calendar(to)})`;
  return `${base}?q=statistics&pivots=List(CAMPAIGN,CREATIVE)&timeGranularity=DAILY&dateRange=${range}&accounts=List(${urn})&fields=${FIELDS.join(',')}`;
}

function calendar(day: Day): string {
  const [year, month, date] = day.split('-').map(Number);
  return `(year:${year},month:${month},day:${date})`;
}

function halves(days: Span, account: string): Span[] {
  const count = daysOf(days).length;
  if (count === 1) throw new PlatformRefusalError(`linkedin ${account}: ${days.from} has more than ${MAX_ELEMENTS} creatives, and LinkedIn shows no more: divide the account`, 'query');
  const half = Math.ceil(count / 2);
  return pieces({ from: days.from, to: addDays(days.from, count - 1) }, half);
}

/** https://learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/error-handling */
function faultOf({ status, body }: Refused): Fault | undefined {
  const code = textAt(body, 'serviceErrorCode');
  return code === undefined ? undefined : faultOfStatus(Number(textAt(body, 'status') ?? status), `code ${code}: ${textAt(body, 'message') ?? ''}`);
}
