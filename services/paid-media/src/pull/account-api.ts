// One account's reports, from its entry in the file of pulls: its platform's API, token and source put together.
import type { AccessToken } from './access-token.js';
import type { AccountReports } from './account-run.js';
import { Asker } from './ask.js';
import type { Pace } from './pace.js';
import { platformPull, sourceOf } from './platforms/index.js';
import { rowsBy } from './platforms/platform.js';
import type { Account } from './pulls-file.js';

/** What differs from run to run. */
export interface RunSignals {
  /** Aborted when the run is to end. */
  signal: AbortSignal;
  /** Told each time a request is to be sent again. */
  onRetry(error: Error, waitMs: number): void;
}

/** How to ask for an account's reports; an access token is kept from run to run. `env` has the secrets that the account names. */
export function accountApi(account: Account, env: Record<string, string | undefined>, pace: Pace): (run: RunSignals) => AccountReports {
  const { platform, account: id } = account;
  const pull = platformPull(platform);
  const variables = account.secrets as Record<string, string>;
  const secret = (name: string) => env[variables[name]!]!;
  const token: AccessToken = pull.token(account, secret);
  const rowsOf = rowsBy(sourceOf(platform), `${platform}:${id}`, contextOf(account));
  return ({ signal, onRetry }) => {
    const asker = new Asker({
      account: `${platform} ${id}`, token, pace, signal, onRetry,
      tokenHeaders: (value) => pull.headers(account, value, secret),
      faultOf: (refused) => pull.faultOf(refused),
      tokenAdvice: pull.tokenAdvice(account),
      secrets: Object.keys(variables).map(secret),
    });
    return pull.reports(account, asker, rowsOf);
  };
}

/** What the file says of an account, for where its reports do not. */
function contextOf(account: Account) {
  return {
    account: account.account,
    ...(account.timezone ? { timezone: account.timezone } : {}),
    ...(account.currency ? { currency: account.currency } : {}),
    ...('conversion' in account && account.conversion ? { conversion: account.conversion } : {}),
  };
}
