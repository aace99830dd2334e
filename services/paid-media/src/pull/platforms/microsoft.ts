// Microsoft Advertising: ad performance reports, which are submitted, polled for, and downloaded as a packed CSV file.
// https://learn.microsoft.com/en-us/advertising/guides/request-download-report
import { RefreshedToken } from '../access-token.js';
import type { Asker } from '../ask.js';
import type { Day, Span } from '../days.js';
import { PlatformBusyError, PlatformRefusalError, at, faultOfStatus, textAt, type Fault, type Refused } from '../fault.js';
import type { AccountOf } from '../pulls-file.js';
import { unzipped } from '../unzip.js';
import type { PlatformPull } from './platform.js';

type MicrosoftAccount = AccountOf<'microsoft'>;

const MAX_DAYS = 31;
/** Reports take seconds, at times many minutes. */
const MAX_POLL_MS = 60 * 60_000;
/** Conversions is 0 since 2022 (https://learn.microsoft.com/en-us/advertising/reporting-service/adperformancereportcolumn). */
const COLUMNS = ['TimePeriod', 'AccountId', 'CampaignId', 'CampaignName', 'AdGroupId', 'AdId', 'DeviceType', 'CurrencyCode', 'Impressions', 'Clicks', 'Spend', 'ConversionsQualified', 'Revenue'];

export const microsoft: PlatformPull<MicrosoftAccount> = {
  requestsPerMinute: 60,

  // https://learn.microsoft.com/en-us/advertising/guides/authentication-oauth-get-tokens
  token: ({ token_url: url, secrets }, secret) => new RefreshedToken({
    url, clientId: secret('client_id'), clientSecret: secret('client_secret'), refreshToken: secret('refresh_token'),
    scope: 'https://ads.microsoft.com/msads.manage offline_access', variable: secrets.refresh_token,
  }),

  headers: (account, token, secret) => ({ authorization: `Bearer ${token}`, developertoken: secret('developer_token'), customerid: account.customer_id, customeraccountid: account.account }),
  faultOf,
  tokenAdvice: ({ secrets }) => `the user of ${secrets.refresh_token} must have a role in the account, customer_id must be its customer, and ${secrets.developer_token} must hold the developer token`,

  reports(account, asker, rowsOf) {
    return {
      maxDays: MAX_DAYS,
      async fetch(days, _fresh, handOver) {
        const extractedAt = Date.now();
        const link = await reportLink(account, asker, days);
        // Without a row there is no file.
        if (link === undefined) return;
        const file = await asker.ask({ what: 'download', url: link, open: true }, async (response) => unzipped(Buffer.from(await response.arrayBuffer())));
        await handOver(rowsOf(file.toString('utf8'), extractedAt));
      },
    };
  },
};

/** Submits a report and waits for it; gives the link to its file, which is good for five minutes. */
async function reportLink(account: MicrosoftAccount, asker: Asker, days: Span): Promise<string | undefined> {
  const base = `${account.base_url.replace(/\/$/, '')}/Reporting/${account.api_version}/GenerateReport`;
  const submitted = await asker.json({ what: 'submit', url: `${base}/Submit`, method: 'POST', body: { ReportRequest: reportRequest(account.account, days) } });
  const id = textAt(submitted, 'ReportRequestId');
  if (id === undefined) throw new PlatformRefusalError(`microsoft ${account.account}: the answer names no ReportRequestId: check base_url`, 'query');
  for (const end = Date.now() + MAX_POLL_MS; Date.now() < end;) {
    const polled = await asker.json({ what: 'poll', url: `${base}/Poll`, method: 'POST', body: { ReportRequestId: id } });
    const status = textAt(polled, 'ReportRequestStatus', 'Status');
    if (status === 'Success') return textAt(polled, 'ReportRequestStatus', 'ReportDownloadUrl');
    if (status !== 'Pending') break;
    await asker.pause(account.poll_seconds * 1_000);
  }
  throw new PlatformBusyError(`microsoft ${account.account}: report ${id} was not made`);
}

/**
 * https://learn.microsoft.com/en-us/advertising/reporting-service/adperformancereportrequest. Days are UTC's whatever the
 * time zone, which only says when today begins (https://learn.microsoft.com/en-us/advertising/guides/reports#reptimezones):
 * in London never later than in UTC.
 */
export function reportRequest(account: string, { from, to }: Span) {
  return {
    Type: 'AdPerformanceReportRequest', ReportName: 'Tideway', Format: 'Csv', FormatVersion: '2.0', ReturnOnlyCompleteData: false, Aggregation: 'Daily',
    ExcludeColumnHeaders: false, ExcludeReportHeader: false, ExcludeReportFooter: true, Columns: COLUMNS, Scope: { AccountIds: [account] },
    Time: { CustomDateRangeStart: calendar(from), CustomDateRangeEnd: calendar(to), ReportTimeZone: 'GreenwichMeanTimeDublinEdinburghLisbonLondon' },
  };
}

function calendar(day: Day) {
  const [year, month, date] = day.split('-').map(Number);
  return { Day: date, Month: month, Year: year };
}

const BUSY = new Set(['InternalError', 'CallRateExceeded', 'ConcurrentRequestOverLimit']);
const TOKEN = new Set(['InvalidCredentials', 'AuthenticationTokenExpired', 'UserIsNotAuthorized', 'AccountNotAuthorized']);

/** AdApiFaultDetail and ApiFaultDetail (https://learn.microsoft.com/en-us/advertising/guides/operation-error-codes). */
export function faultOf({ status, body }: Refused): Fault | undefined {
  const error = at(body, 'Errors', 0) ?? at(body, 'OperationErrors', 0) ?? at(body, 'BatchErrors', 0);
  const code = textAt(error, 'ErrorCode');
  if (code === undefined) return undefined;
  const message = `${code}: ${textAt(error, 'Message') ?? ''}`;
  if (BUSY.has(code)) return { kind: 'busy', message };
  return TOKEN.has(code) ? { kind: 'token', message } : faultOfStatus(status, message);
}
