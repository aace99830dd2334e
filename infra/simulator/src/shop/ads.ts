// The ad platforms: campaigns, clicks, and the daily reports that they restate as conversions come late.
import type { Random } from '../random.js';
import { exponential, lognormal, normal } from './chance.js';
import { ADS, DAY_MS } from './numbers.js';

export type AdPlatform = 'google' | 'meta';

export interface Ad {
  platform: AdPlatform;
  /** Number of the advertising account: another one for each seed, so that shops never meet. */
  account: string;
  campaignId: string;
  campaign: string;
  adGroupId: string;
  adGroup: string;
  adId: string;
  keyword: string | undefined;
}

type AdWithoutAccount = Omit<Ad, 'account'>;

const ad = (platform: AdPlatform, campaignId: string, campaign: string, adGroupId: string, adGroup: string, adId: string, keyword?: string): AdWithoutAccount =>
  ({ platform, campaignId, campaign, adGroupId, adGroup, adId, keyword });

const GOOGLE: readonly AdWithoutAccount[] = [
  ad('google', '20110001', 'kayaks-winter', '30110001', 'sea kayaks', '40110001', 'sea kayak'),
  ad('google', '20110001', 'kayaks-winter', '30110002', 'kayak shops', '40110002', 'kayak shop'),
  ad('google', '20110002', 'brand', '30110003', 'tideway', '40110003', 'tideway shop'),
  ad('google', '20110003', 'clothing', '30110004', 'dry suits', '40110004', 'dry suit'),
  ad('google', '20110003', 'clothing', '30110005', 'jackets', '40110005', 'paddling jacket'),
];
const META: readonly AdWithoutAccount[] = [
  ad('meta', '120210000000001', 'boards-teaser', '120210000000011', 'lookalikes', '120210000000111'),
  ad('meta', '120210000000001', 'boards-teaser', '120210000000012', 'visitors', '120210000000112'),
  ad('meta', '120210000000002', 'winter-sale', '120210000000021', 'visitors', '120210000000211'),
];
const ACCOUNTS_PER_PLATFORM = 1_000_000;
const FIRST_GOOGLE_ACCOUNT = 6_251_500_000;
const FIRST_META_ACCOUNT = 62_515_000_000_000;

export interface AdClick {
  ad: Ad;
  /** On the shop's clock. */
  at: number;
  /** `YYYY-MM-DD` in the account's time zone. */
  date: string;
  clickId: string;
}

/** A day of an ad as its platform reports it. */
export interface AdDay {
  ad: Ad;
  /** `YYYY-MM-DD` in the account's time zone. */
  date: string;
  impressions: number;
  clicks: number;
  costMicros: number;
  conversions: number;
  conversionValueMicros: number;
}

export class AdAccounts {
  readonly #days = new Map<string, AdDay>();
  readonly #changed = new Set<string>();
  readonly #ads: Record<AdPlatform, readonly Ad[]>;

  /** `dateOf`: the day that a time of the shop's clock counts for. */
  constructor(seed: number, private readonly random: Random, private readonly dateOf: (at: number) => string) {
    const number = seed % ACCOUNTS_PER_PLATFORM;
    const of = (ads: readonly AdWithoutAccount[], account: number) => ads.map((one) => ({ ...one, account: String(account + number) }));
    this.#ads = { google: of(GOOGLE, FIRST_GOOGLE_ACCOUNT), meta: of(META, FIRST_META_ACCOUNT) };
  }

  /** Somebody clicks one of the platform's ads: it is paid for, and so were the impressions that it took. */
  click(platform: AdPlatform, at: number): AdClick {
    const { clickRate, costPerClick } = ADS[platform];
    const chosen = this.random.pick(this.#ads[platform]);
    const day = this.#day(chosen, at);
    day.clicks += 1;
    // Impressions until the next click: geometric, with mean 1 / rate.
    day.impressions += 1 + Math.floor(exponential(this.random, clickRate));
    // The median of a lognormal of this mean.
    const median = costPerClick * Math.exp((-ADS.costSpread * ADS.costSpread) / 2);
    day.costMicros += Math.round(lognormal(this.random, median, ADS.costSpread) * 100) * 10_000;
    const prefix = platform === 'google' ? 'Cj0KCQiA' : 'IwAR';
    return { ad: chosen, at, date: day.date, clickId: `${prefix}${this.random.hex(40)}` };
  }

  /** An order of somebody with clicks: the last one's platform claims it for the click's day, and sometimes the other one as well. */
  order(clicks: readonly AdClick[], at: number, valueMicros: number): void {
    const recent = clicks.filter((click) => at - click.at <= ADS.lookbackDays * DAY_MS);
    const last = recent.at(-1);
    if (last === undefined) return;
    this.#claim(last.ad, last.at, valueMicros);
    if (this.random.chance(ADS.viewThrough)) this.#claim(this.random.pick(this.#ads[last.ad.platform === 'google' ? 'meta' : 'google']), at, valueMicros);
  }

  /** The latest days, as reports are asked for some days again each time, and older ones that a late conversion restates. */
  report(at: number): AdDay[] {
    const since = this.dateOf(at - ADS.reportedAgainDays * DAY_MS);
    const days = [...this.#days].filter(([key, { date }]) => date >= since || this.#changed.has(key)).map(([, day]) => ({ ...day }));
    this.#changed.clear();
    return days;
  }

  #claim(claimed: Ad, at: number, valueMicros: number): void {
    const day = this.#day(claimed, at);
    day.conversions += 1;
    // A platform's value is the one that its pixel saw.
    day.conversionValueMicros += Math.max(0, Math.round(valueMicros * (1 + 0.02 * normal(this.random))));
  }

  #day(of: Ad, at: number): AdDay {
    const date = this.dateOf(at);
    const key = `${of.adId} ${date}`;
    this.#changed.add(key);
    const known = this.#days.get(key);
    if (known) return known;
    const made: AdDay = { ad: of, date, impressions: 0, clicks: 0, costMicros: 0, conversions: 0, conversionValueMicros: 0 };
    this.#days.set(key, made);
    return made;
  }
}
