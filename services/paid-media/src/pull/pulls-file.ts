// The file of PAID_MEDIA_PULLS: which accounts are pulled, how often, and which variables hold their secrets.
import { readFileSync } from 'node:fs';
import { durationMs } from '@tideway/contracts';
import { PermanentError, errorText } from '@tideway/service';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Day } from './days.js';

const day = z.iso.date({ error: 'a day is written 2026-11-21' });
const id = z.string({ error: 'ids are text: put them into quotes' }).regex(/^[\w-]{1,64}$/, 'letters, digits, "_" and "-" only');
const variable = z.string().regex(/^[A-Z_][A-Z0-9_]*$/, 'the NAME of an environment variable, never the secret itself');
const webAddress = z.url({ protocol: /^https?$/, error: 'an address that begins with https:// or http://' });
const timezone = z.string().refine(isTimeZone, 'a time zone of the IANA, such as Europe/Berlin');
const currency = z.string({ error: 'a code of ISO 4217, such as EUR' }).regex(/^[A-Z]{3}$/, 'a code of ISO 4217, such as EUR');
const interval = z.string().transform((text, context) => {
  try {
    const ms = durationMs(text);
    if (ms >= 1_000) return ms;
  } catch {
    // Told below, as any other text that is none.
  }
  context.addIssue('an ISO 8601 duration of a second or more, such as PT1H');
  return z.NEVER;
});

/** What all platforms' accounts have; `lookbackDays` and `baseUrl` are the platform's own defaults. */
function accountShape(defaults: { lookbackDays: number; baseUrl: string; apiVersion: string }) {
  return {
    account: id,
    timezone: timezone.optional(),
    currency: currency.optional(),
    interval: interval.default(3_600_000),
    lookback_days: z.number().int().min(0).max(90).default(defaults.lookbackDays),
    since: day.optional(),
    base_url: webAddress.default(defaults.baseUrl),
    api_version: z.string().regex(/^[\w.]{1,16}$/, 'such as v25.0; in quotes where it is a number').default(defaults.apiVersion),
  };
}

/** Names of variables, by what they hold. */
function secrets<const N extends string>(names: Record<N, string>) {
  const entries = Object.entries<string>(names).map(([name, fallback]) => [name, variable.default(fallback)] as const);
  return z.strictObject(Object.fromEntries(entries) as Record<N, z.ZodDefault<z.ZodString>>).prefault({} as never);
}

const account = z.discriminatedUnion('platform', [
  z.strictObject({
    platform: z.literal('google'),
    ...accountShape({ lookbackDays: 30, baseUrl: 'https://googleads.googleapis.com', apiVersion: 'v26' }),
    login_customer_id: id.optional(),
    token_url: webAddress.default('https://oauth2.googleapis.com/token'),
    clicks: z.boolean().default(true),
    secrets: secrets({ client_id: 'GOOGLE_ADS_CLIENT_ID', client_secret: 'GOOGLE_ADS_CLIENT_SECRET', refresh_token: 'GOOGLE_ADS_REFRESH_TOKEN' }),
  }),
  z.strictObject({
    platform: z.literal('meta'),
    ...accountShape({ lookbackDays: 28, baseUrl: 'https://graph.facebook.com', apiVersion: 'v25.0' }),
    conversion: z.array(z.string().min(1)).min(1).optional(),
    secrets: secrets({ access_token: 'META_ACCESS_TOKEN' }),
  }),
  z.strictObject({
    platform: z.literal('linkedin'),
    ...accountShape({ lookbackDays: 30, baseUrl: 'https://api.linkedin.com', apiVersion: '202608' }),
    currency: currency.describe('LinkedIn does not say it'),
    secrets: secrets({ access_token: 'LINKEDIN_ACCESS_TOKEN' }),
  }),
  z.strictObject({
    platform: z.literal('tiktok'),
    ...accountShape({ lookbackDays: 28, baseUrl: 'https://business-api.tiktok.com', apiVersion: 'v1.3' }),
    secrets: secrets({ access_token: 'TIKTOK_ACCESS_TOKEN' }),
  }),
  z.strictObject({
    platform: z.literal('microsoft'),
    ...accountShape({ lookbackDays: 30, baseUrl: 'https://reporting.api.bingads.microsoft.com', apiVersion: 'v13' }),
    timezone: z.literal('UTC', { error: "leave it out: Microsoft's reports have the days of UTC" }).default('UTC'),
    customer_id: id,
    token_url: webAddress.default('https://login.microsoftonline.com/common/oauth2/v2.0/token'),
    poll_seconds: z.number().min(0.01).max(300).default(5),
    secrets: secrets({ developer_token: 'MICROSOFT_ADS_DEVELOPER_TOKEN', client_id: 'MICROSOFT_ADS_CLIENT_ID', client_secret: 'MICROSOFT_ADS_CLIENT_SECRET', refresh_token: 'MICROSOFT_ADS_REFRESH_TOKEN' }),
  }),
]);

const file = z.strictObject({
  accounts: z.array(account).min(1, 'name at least one account, or unset PAID_MEDIA_PULLS'),
  requests_per_minute: z.partialRecord(z.enum(['google', 'meta', 'linkedin', 'tiktok', 'microsoft']), z.number().positive().max(60_000)).default({}),
}).superRefine(({ accounts }, context) => {
  const seen = new Set<string>();
  for (const [index, entry] of accounts.entries()) {
    const key = keyOf(entry);
    if (seen.has(key)) context.addIssue({ code: 'custom', path: ['accounts', index, 'account'], message: `${key} is there twice` });
    seen.add(key);
  }
});

export type Account = z.infer<typeof account>;
export type Platform = Account['platform'];
export type AccountOf<P extends Platform> = Extract<Account, { platform: P }>;
export type { Day };

export interface Pulls {
  accounts: Account[];
  requestsPerMinute: Partial<Record<Platform, number>>;
}

/** Names an account in the topic of cursors. */
export function keyOf({ platform, account: name }: { platform: string; account: string }): string {
  return `${platform}|${name}`;
}

/**
 * Reads the file; `env` must have every variable that it names. Throws PermanentError that lists all that is wrong, with
 * its place in the file.
 */
export function readPulls(path: string, env: Record<string, string | undefined>): Pulls {
  let content: unknown;
  try {
    content = parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new PermanentError(`PAID_MEDIA_PULLS: ${path} cannot be read: ${errorText(error)}`, { cause: error });
  }
  return parsePulls(content, path, env);
}

/** As readPulls, of parsed YAML. */
export function parsePulls(content: unknown, path: string, env: Record<string, string | undefined>): Pulls {
  const result = file.safeParse(content);
  const problems = result.success ? missing(result.data.accounts, env) : result.error.issues.map((issue) => `${issue.path.join('.') || 'the file'}: ${issue.message}`);
  if (result.success && problems.length === 0) return { accounts: result.data.accounts, requestsPerMinute: result.data.requests_per_minute };
  throw new PermanentError(`PAID_MEDIA_PULLS: ${path} is not right:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
}

function missing(accounts: Account[], env: Record<string, string | undefined>): string[] {
  return accounts.flatMap((entry, index) => Object.entries(entry.secrets)
    .filter(([, name]) => !env[name])
    .map(([secret, name]) => `accounts.${index}.secrets.${secret}: the environment has no ${name}; set it, or name another variable`));
}

function isTimeZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch {
    return false;
  }
}
