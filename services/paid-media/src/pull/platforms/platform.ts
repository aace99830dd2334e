// What is particular to a platform: how it wants to be asked, and what its refusals mean.
import { PlatformRefusalError, type Fault, type Refused } from '../fault.js';
import type { OutcomeItem } from '@tideway/kafka';
import type { ReportContext, ReportSource } from '../../sources/index.js';
import type { AccessToken } from '../access-token.js';
import type { AccountReports } from '../account-run.js';
import type { Asker } from '../ask.js';
import type { Account } from '../pulls-file.js';

export interface PlatformPull<A extends Account> {
  /** Unless PAID_MEDIA_PULLS says otherwise; of one process. */
  requestsPerMinute: number;
  /** `secret` gives what an entry of the account's `secrets` names. */
  token(account: A, secret: (name: keyof A['secrets']) => string): AccessToken;
  /** Sent with each request. */
  headers(account: A, token: string, secret: (name: keyof A['secrets']) => string): Record<string, string>;
  /** The fault that the platform's own codes tell, where they say more than the status; undefined for an answer without one. */
  faultOf(refused: Refused): Fault | undefined;
  /** What to do where the token is refused. */
  tokenAdvice(account: A): string;
  reports(account: A, asker: Asker, rowsOf: RowsOf): AccountReports;
}

/** The outcomes of the rows of parsed JSON, or of the text of a CSV file; throws PlatformRefusalError where it is no report, or cannot be read with this account's options. */
export type RowsOf = (payload: unknown, extractedAt: number) => OutcomeItem[];

/** RowsOf by a platform's source. `context` is what the account's options say. */
export function rowsBy(source: ReportSource, name: string, context: Omit<ReportContext, 'extractedAt'>): RowsOf {
  return (payload, extractedAt) => {
    const result = typeof payload === 'string' && source.csvRows ? source.csvRows(payload) : source.rows(payload);
    if ('rejection' in result) throw refusal(name, result.rejection);
    return result.rows.map((row, index) => {
      const outcome = source.outcome(row, { ...context, extractedAt });
      if (outcome.status === 'rejected') throw refusal(name, outcome.rejection);
      return { outcome, original: Buffer.from(JSON.stringify(row)), source: name, context: { received_at: extractedAt, index, shared: { ...context, extractedAt } } };
    });
  };
}

function refusal(name: string, { code, field, message }: { code: string; field: string; message: string }): PlatformRefusalError {
  return new PlatformRefusalError(`${name}: the answer cannot be taken as a report (${code}${field ? `, ${field}` : ''}): ${message}; check base_url and the account's options in the file of PAID_MEDIA_PULLS`, 'query');
}
