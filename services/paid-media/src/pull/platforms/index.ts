// The platforms that can be pulled: a new one is a file beside this one, an entry in pulls-file.ts, and a line here.
import { REPORT_SOURCES, type ReportSource } from '../../sources/index.js';
import type { Account, Platform } from '../pulls-file.js';
import { google } from './google.js';
import { linkedin } from './linkedin.js';
import { meta } from './meta.js';
import { microsoft } from './microsoft.js';
import type { PlatformPull } from './platform.js';
import { tiktok } from './tiktok.js';

const PULLS: { [P in Platform]: PlatformPull<Extract<Account, { platform: P }>> } = { google, meta, linkedin, tiktok, microsoft };

/** How a platform is asked. It is given accounts of its own only. */
export function platformPull(platform: Platform): PlatformPull<Account> {
  return PULLS[platform] as unknown as PlatformPull<Account>;
}

export function sourceOf(platform: Platform): ReportSource {
  return REPORT_SOURCES[platform];
}
