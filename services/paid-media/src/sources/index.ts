// The source formats of the paid-media domain: a new format is a file beside this one, and a line here.
import { googleAds } from './google-ads.js';
import { linkedinAds } from './linkedin-ads.js';
import { metaAds } from './meta-ads.js';
import { microsoftAds } from './microsoft-ads.js';
import type { Platform, ReportSource } from './report.js';
import { tiktokAds } from './tiktok-ads.js';

export { isPlatform, type Platform, type ReportContext, type ReportSource, type Rows } from './report.js';

export const REPORT_SOURCES: Record<Platform, ReportSource> = {
  google: googleAds,
  meta: metaAds,
  linkedin: linkedinAds,
  tiktok: tiktokAds,
  microsoft: microsoftAds,
};
