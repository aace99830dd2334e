// TikTok: the integrated report of an advertiser by ad and day, page by page.
// https://business-api.tiktok.com/portal/docs?id=1740302848100353
import { fixedToken } from '../access-token.js';
import { at, textAt, type Fault, type Refused } from '../fault.js';
import type { Span } from '../days.js';
import type { AccountOf } from '../pulls-file.js';
import type { PlatformPull } from './platform.js';

type TiktokAccount = AccountOf<'tiktok'>;

/** With the dimension stat_time_day a request may span 30 days. */
const MAX_DAYS = 30;
const PAGE_ROWS = 1_000;
const METRICS = ['campaign_id', 'campaign_name', 'adgroup_id', 'currency', 'spend', 'impressions', 'clicks', 'conversion', 'total_complete_payment_rate'];

export const tiktok: PlatformPull<TiktokAccount> = {
  requestsPerMinute: 60,
  token: (_account, secret) => fixedToken(secret('access_token')),
  headers: (_account, token) => ({ 'access-token': token }),
  faultOf,
  tokenAdvice: ({ secrets }) => `set ${secrets.access_token} to a token that the advertiser has authorised for reporting, and restart`,

  reports(account, asker, rowsOf) {
    const base = `${account.base_url.replace(/\/$/, '')}/open_api/${account.api_version}/report/integrated/get/`;
    return {
      maxDays: MAX_DAYS,
      async fetch(days, _fresh, handOver) {
        for (let page: number | undefined = 1; page !== undefined;) {
          const answer: unknown = await asker.json({ what: `report, page ${page}`, url: reportUrl(base, account.account, days, page) });
          await handOver(rowsOf(answer, Date.now()));
          page = nextPage(answer, page);
        }
      },
    };
  },
};

export function reportUrl(base: string, advertiser: string, { from, to }: Span, page: number): string {
  const query = new URLSearchParams({
    advertiser_id: advertiser, report_type: 'BASIC', data_level: 'AUCTION_AD', dimensions: JSON.stringify(['ad_id', 'stat_time_day']),
    metrics: JSON.stringify(METRICS), start_date: from, end_date: to, page: String(page), page_size: String(PAGE_ROWS),
  });
  return `${base}?${query.toString()}`;
}

/** The page after `page`, from 1; undefined at the last. */
export function nextPage(answer: unknown, page: number): number | undefined {
  return page < Number(at(answer, 'data', 'page_info', 'total_page') ?? 0) ? page + 1 : undefined;
}

const BUSY = new Set(['40016', '40100', '40133']);
const TOKEN = new Set(['40001', '40102', '40104', '40105']);

/** TikTok's return codes, which come with status 200 (https://business-api.tiktok.com/portal/docs?id=1737172488964097). */
export function faultOf({ body }: Refused): Fault | undefined {
  const code = textAt(body, 'code');
  if (code === undefined || code === '0') return undefined;
  const message = `code ${code}: ${textAt(body, 'message') ?? ''}`;
  if (BUSY.has(code) || /^5\d{4}$/.test(code)) return { kind: 'busy', message };
  return { kind: TOKEN.has(code) ? 'token' : 'query', message };
}
