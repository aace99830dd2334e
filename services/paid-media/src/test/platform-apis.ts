// The APIs of Google Ads and Meta on a local port, as their documents show them: with accounts whose days can be restated,
// and faults on demand.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What an ad had on a day. */
export interface AdDay {
  day: string;
  ad: string;
  conversions: number;
}

export interface Asked {
  /** `token`, or which report of which platform and days. */
  what: string;
  authorization: string | undefined;
  at: number;
}

type Fault = (response: ServerResponse) => void;

export const GOOGLE_ACCOUNT = '1234567890';
export const META_ACCOUNT = '77';
const META_PAGE_ROWS = 2;

export class PlatformApis {
  google: AdDay[] = [];
  meta: AdDay[] = [];
  /** gclids by day. */
  clicks = new Map<string, string[]>();
  readonly asked: Asked[] = [];
  /** Each is the answer to the next request whose `what` matches. */
  readonly faults: { what: RegExp; fault: Fault }[] = [];
  /** The token that Meta takes. */
  metaToken = 'meta-token';
  readonly #server: Server;
  #tokens = 0;
  #valid = '';

  private constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  static async start(): Promise<PlatformApis> {
    const apis = new PlatformApis();
    await new Promise<void>((resolve) => apis.#server.listen(0, '127.0.0.1', resolve));
    return apis;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** Google's access token ends now. */
  expireToken(): void {
    this.#valid = '';
  }

  count(what: RegExp): number {
    return this.asked.filter((each) => what.test(each.what)).length;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, this.url);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const what = whatOf(url, body);
    this.asked.push({ what, authorization: request.headers.authorization, at: Date.now() });
    const fault = this.faults.findIndex((each) => each.what.test(what));
    if (fault >= 0) this.faults.splice(fault, 1)[0]!.fault(response);
    else if (url.pathname === '/token') this.#token(body, response);
    else if (what.startsWith('google')) this.#searchStream(JSON.parse(body) as { query: string }, request, response);
    else this.#insights(url, request, response);
  }

  /** https://developers.google.com/identity/protocols/oauth2/web-server#offline */
  #token(body: string, response: ServerResponse): void {
    if (new URLSearchParams(body).get('refresh_token') !== 'google-refresh') return json(response, 400, { error: 'invalid_grant', error_description: 'Token has been expired or revoked.' });
    this.#valid = `google-${(this.#tokens += 1)}`;
    json(response, 200, { access_token: this.#valid, expires_in: 3599, scope: 'https://www.googleapis.com/auth/adwords', token_type: 'Bearer' });
  }

  /** Batches of one row: https://developers.google.com/google-ads/api/rest/common/search */
  #searchStream({ query }: { query: string }, request: IncomingMessage, response: ServerResponse): void {
    if (request.headers.authorization !== `Bearer ${this.#valid}`) return json(response, 401, [{ error: { code: 401, message: 'Request had invalid authentication credentials.', status: 'UNAUTHENTICATED' } }]);
    const days = [...query.matchAll(/'(\d{4}-\d\d-\d\d)'/g)].map(([, day]) => day!);
    const within = ({ day }: { day: string }) => day >= days[0]! && day <= days.at(-1)!;
    const rows = query.includes('FROM ad_group_ad') ? this.google.filter(within).map(googleRow) : query.includes('FROM click_view') ? (this.clicks.get(days[0]!) ?? []).map((gclid) => googleClick(days[0]!, gclid)) : [];
    response.writeHead(200, { 'content-type': 'application/json; charset=UTF-8' });
    response.end(`[${rows.map((row) => JSON.stringify({ results: [row], fieldMask: 'campaign.id', requestId: 'r' })).join('\n,\n')}]\n`);
  }

  /** https://developers.facebook.com/documentation/ads-commerce/marketing-api/insights */
  #insights(url: URL, request: IncomingMessage, response: ServerResponse): void {
    if (request.headers.authorization !== `Bearer ${this.metaToken}`) return json(response, 400, { error: { message: 'Error validating access token: Session has expired.', type: 'OAuthException', code: 190, error_subcode: 463, fbtrace_id: 'f' } });
    const { since, until } = JSON.parse(url.searchParams.get('time_range')!) as { since: string; until: string };
    const from = Number(url.searchParams.get('after') ?? 0);
    const rows = this.meta.filter(({ day }) => day >= since && day <= until);
    const to = from + META_PAGE_ROWS;
    json(response, 200, {
      data: rows.slice(from, to).map(metaRow),
      paging: { cursors: { before: String(from), after: String(to) }, ...(to < rows.length ? { next: `https://graph.facebook.com/elsewhere?after=${to}` } : {}) },
    });
  }
}

export function json(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

function whatOf(url: URL, body: string): string {
  if (url.pathname === '/token') return 'token';
  if (url.pathname.endsWith('searchStream')) return `google ${/FROM (\w+)/.exec(body)?.[1] ?? ''} ${/'(\d{4}-\d\d-\d\d)'/.exec(body)?.[1] ?? ''}`;
  return `meta ${(JSON.parse(url.searchParams.get('time_range')!) as { since: string }).since} after ${url.searchParams.get('after') ?? 'nothing'}`;
}

function googleRow({ day, ad, conversions }: AdDay) {
  return {
    customer: { resourceName: `customers/${GOOGLE_ACCOUNT}`, id: GOOGLE_ACCOUNT, currencyCode: 'EUR', timeZone: 'UTC' },
    campaign: { resourceName: `customers/${GOOGLE_ACCOUNT}/campaigns/11`, id: '11', name: 'Autumn' },
    adGroup: { resourceName: `customers/${GOOGLE_ACCOUNT}/adGroups/12`, id: '12' },
    adGroupAd: { resourceName: `customers/${GOOGLE_ACCOUNT}/adGroupAds/12~${ad}`, ad: { resourceName: `customers/${GOOGLE_ACCOUNT}/ads/${ad}`, id: ad } },
    metrics: { impressions: '100', clicks: '10', costMicros: '2500000', conversions, conversionsValue: conversions * 20 },
    segments: { date: day, device: 'MOBILE' },
  };
}

function googleClick(day: string, gclid: string) {
  return {
    campaign: { resourceName: `customers/${GOOGLE_ACCOUNT}/campaigns/11`, id: '11' }, customer: { resourceName: `customers/${GOOGLE_ACCOUNT}`, id: GOOGLE_ACCOUNT },
    adGroup: { resourceName: `customers/${GOOGLE_ACCOUNT}/adGroups/12`, id: '12' },
    clickView: { resourceName: `customers/${GOOGLE_ACCOUNT}/clickViews/${day}~${gclid}`, gclid, adGroupAd: `customers/${GOOGLE_ACCOUNT}/adGroupAds/12~1` },
    segments: { date: day, device: 'DESKTOP' },
  };
}

function metaRow({ day, ad, conversions }: AdDay) {
  return {
    account_id: META_ACCOUNT, account_currency: 'EUR', campaign_id: '21', campaign_name: 'Autumn', adset_id: '22', ad_id: ad, impressions: '100', clicks: '10', spend: '2.50',
    date_start: day, date_stop: day, ...(conversions > 0 ? { actions: [{ action_type: 'purchase', value: String(conversions) }] } : {}),
  };
}
