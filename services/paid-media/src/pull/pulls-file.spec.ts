import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse as parseYaml } from 'yaml';
import { parsePulls, readPulls } from './pulls-file.js';

const env = { GOOGLE_ADS_CLIENT_ID: 'id', GOOGLE_ADS_CLIENT_SECRET: 'secret', GOOGLE_ADS_REFRESH_TOKEN: 'refresh', META_ACCESS_TOKEN: 'token', META_TOKEN_SHOP_2: 'token 2' };
const google = { platform: 'google', account: '1234567890' };
const parse = (content: unknown) => parsePulls(content, 'pulls.yaml', env);
const problems = (content: unknown): string => {
  try {
    parse(content);
    return 'none';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('the file of pulls', () => {
  it('needs no more than platform and account', () => {
    expect(parse({ accounts: [google, { platform: 'meta', account: '42' }] }).accounts).toMatchObject([
      { platform: 'google', account: '1234567890', interval: 3_600_000, lookback_days: 30, base_url: 'https://googleads.googleapis.com', clicks: true, secrets: { refresh_token: 'GOOGLE_ADS_REFRESH_TOKEN' } },
      { platform: 'meta', account: '42', lookback_days: 28, base_url: 'https://graph.facebook.com', secrets: { access_token: 'META_ACCESS_TOKEN' } },
    ]);
  });

  it('names variables, times and days', () => {
    const pulls = parse({ accounts: [{ platform: 'meta', account: '42', interval: 'PT15M', since: '2026-01-01', timezone: 'Europe/Berlin', secrets: { access_token: 'META_TOKEN_SHOP_2' } }], requests_per_minute: { meta: 30 } });
    expect(pulls).toMatchObject({ accounts: [{ interval: 900_000, since: '2026-01-01', secrets: { access_token: 'META_TOKEN_SHOP_2' } }], requestsPerMinute: { meta: 30 } });
  });

  it.each([
    ['an unknown platform', { accounts: [{ platform: 'myspace', account: '1' }] }, 'accounts.0.platform'],
    ['an id that YAML reads as a number', { accounts: [{ ...google, account: 1234567890 }] }, 'accounts.0.account: ids are text: put them into quotes'],
    ['a misspelt option', { accounts: [{ ...google, lookback: 3 }] }, 'accounts.0: Unrecognized key: "lookback"'],
    ['a time that is no duration', { accounts: [{ ...google, interval: '1h' }] }, 'accounts.0.interval: an ISO 8601 duration'],
    ['a day that is none', { accounts: [{ ...google, since: '2026-02-30' }] }, 'accounts.0.since: a day is written 2026-11-21'],
    ['a place without a time zone', { accounts: [{ ...google, timezone: 'Atlantis' }] }, 'accounts.0.timezone: a time zone of the IANA'],
    ['a secret itself', { accounts: [{ ...google, secrets: { refresh_token: '1//0g-abc' } }] }, 'accounts.0.secrets.refresh_token: the NAME of an environment variable'],
    ['a variable that is not set', { accounts: [{ ...google, secrets: { refresh_token: 'NOT_SET' } }] }, 'accounts.0.secrets.refresh_token: the environment has no NOT_SET'],
    ['a time zone that reports do not have', { accounts: [{ platform: 'microsoft', account: '141', customer_id: '99', timezone: 'Europe/Berlin' }] }, "accounts.0.timezone: leave it out: Microsoft's reports have the days of UTC"],
    ['no currency where reports do not say it', { accounts: [{ platform: 'linkedin', account: '502840441' }] }, 'accounts.0.currency: a code of ISO 4217'],
    ['an address that is none', { accounts: [{ ...google, base_url: 'file:///etc' }] }, 'accounts.0.base_url: an address that begins with https://'],
    ['an account twice', { accounts: [google, google] }, 'accounts.1.account: google|1234567890 is there twice'],
    ['no account', { accounts: [] }, 'accounts: name at least one account'],
    ['nothing', null, 'the file: '],
  ])('is refused with %s, at its place', (_name, content, message) => {
    expect(problems(content)).toContain(message);
    expect(problems(content)).toContain('PAID_MEDIA_PULLS: pulls.yaml');
  });

  it('never repeats a secret that stands in it', () => {
    expect(problems({ accounts: [{ ...google, secrets: { refresh_token: '1//0g-abc' } }] })).not.toContain('0g-abc');
  });

  it('of the documentation is right', () => {
    const page = readFileSync(path.resolve(import.meta.dirname, '../../../../docs/sources/pull.md'), 'utf8');
    const names = ['META_TOKEN_SHOP', 'LINKEDIN_ACCESS_TOKEN', 'TIKTOK_ACCESS_TOKEN', ...['DEVELOPER_TOKEN', 'CLIENT_ID', 'CLIENT_SECRET', 'REFRESH_TOKEN'].map((name) => `MICROSOFT_ADS_${name}`)];
    const pulls = parsePulls(parseYaml(/```yaml\n([^`]+)```/.exec(page)![1]!), 'pull.md', { ...env, ...Object.fromEntries(names.map((name) => [name, 'x'])) });
    expect(pulls.accounts.map(({ platform }) => platform)).toEqual(['google', 'meta', 'linkedin', 'tiktok', 'microsoft']);
  });

  it('that cannot be read is named', () => {
    expect(() => readPulls('/nowhere/pulls.yaml', env)).toThrow('PAID_MEDIA_PULLS: /nowhere/pulls.yaml cannot be read');
  });
});
