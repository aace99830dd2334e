// Meta: insights of an ad account by ad and day, page by page.
// https://developers.facebook.com/documentation/ads-commerce/marketing-api/insights
import { fixedToken } from '../access-token.js';
import { PlatformRefusalError, at, textAt, type Fault, type Refused } from '../fault.js';
import type { AccountOf } from '../pulls-file.js';
import type { PlatformPull } from './platform.js';

type MetaAccount = AccountOf<'meta'>;

/** Larger spans time out in accounts with many ads: Meta's advice is a smaller range of dates. */
const MAX_DAYS = 7;
const PAGE_ROWS = 500;
const FIELDS = ['account_id', 'account_currency', 'campaign_id', 'campaign_name', 'adset_id', 'ad_id', 'impressions', 'clicks', 'spend', 'actions', 'action_values'];

export const meta: PlatformPull<MetaAccount> = {
  requestsPerMinute: 60,
  token: (_account, secret) => fixedToken(secret('access_token')),
  headers: (_account, token) => ({ authorization: `Bearer ${token}` }),
  faultOf,
  tokenAdvice: ({ secrets }) => `set ${secrets.access_token} to a token of a system user that has ads_read on the ad account, and restart`,

  reports(account, asker, rowsOf) {
    const url = `${account.base_url.replace(/\/$/, '')}/${account.api_version}/act_${account.account.replace(/^act_/, '')}/insights`;
    return {
      maxDays: MAX_DAYS,
      async fetch(days, _fresh, handOver) {
        for (let after: string | undefined, page = 1; ; page += 1) {
          const answer = await asker.json({ what: `insights, page ${page}`, url: insightsUrl(url, days.from, days.to, after) });
          await handOver(rowsOf(answer, Date.now()));
          const next = nextPage(answer);
          if (next === undefined) return;
          if (next === after) throw new PlatformRefusalError(`meta ${account.account}: page ${page} names itself as the next one: check base_url`, 'query');
          after = next;
        }
      },
    };
  },
};

/** The address of a page. The one that Meta names in `paging.next` is not followed: it has the token in it, and another base_url. */
export function insightsUrl(base: string, since: string, until: string, after?: string): string {
  const query = new URLSearchParams({
    level: 'ad', time_increment: '1', time_range: JSON.stringify({ since, until }), fields: FIELDS.join(','), limit: String(PAGE_ROWS), ...(after === undefined ? {} : { after }),
  });
  return `${base}?${query.toString()}`;
}

/** The cursor of the next page; undefined at the last (https://developers.facebook.com/docs/graph-api/results). */
export function nextPage(answer: unknown): string | undefined {
  return at(answer, 'paging', 'next') === undefined ? undefined : textAt(answer, 'paging', 'cursors', 'after');
}

/** Limits of the app, the user, the account, and of the business use cases: 80000 and following. */
const BUSY = new Set(['1', '2', '4', '17', '32', '341', '368', '613']);
const TOKEN = new Set(['10', '102', '104', '190']);

/**
 * Meta's codes, which stand in 400 as well as in 403 and 500
 * (https://developers.facebook.com/docs/graph-api/guides/error-handling, https://developers.facebook.com/docs/graph-api/overview/rate-limiting,
 * https://developers.facebook.com/documentation/ads-commerce/marketing-api/insights/error-codes).
 */
export function faultOf({ headers, body }: Refused): Fault | undefined {
  const code = textAt(body, 'error', 'code');
  if (code === undefined) return undefined;
  const subcode = textAt(body, 'error', 'error_subcode');
  const message = `code ${code}${subcode ? `/${subcode}` : ''}: ${textAt(body, 'error', 'message') ?? ''}`;
  const number = Number(code);
  if (at(body, 'error', 'is_transient') === true || BUSY.has(code) || (number >= 80_000 && number < 81_000)) return { kind: 'busy', message, afterMs: regainMs(headers) };
  return { kind: TOKEN.has(code) || (number >= 200 && number <= 299) ? 'token' : 'query', message };
}

/** The longest `estimated_time_to_regain_access`, which is in minutes. */
function regainMs(headers: Headers): number | undefined {
  try {
    const usage = JSON.parse(headers.get('x-business-use-case-usage') ?? '{}') as Record<string, unknown>;
    const minutes = Object.values(usage).flat().map((entry) => Number(at(entry, 'estimated_time_to_regain_access') ?? 0)).filter((value) => value > 0);
    return minutes.length === 0 ? undefined : Math.max(...minutes) * 60_000;
  } catch {
    return undefined;
  }
}
