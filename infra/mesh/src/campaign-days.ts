// Days of campaigns and ad clicks that were sent, against those that analysts see: each once, as the last report has it.
import { reportRows, type NativeRequest, type SentDay } from '@tideway/simulator';
import type { Finding } from './check.js';
import type { Clients } from './clients.js';

export class CampaignDays {
  readonly #days = new Map<string, SentDay>();
  readonly #clickIds = new Set<string>();
  #restated = 0;

  /** A request that was answered; requests must come in the order of their extraction. */
  add(request: NativeRequest): void {
    const { days, clickIds } = reportRows(request);
    for (const day of days) {
      const key = keyOf(day);
      if (this.#days.has(key)) this.#restated += 1;
      this.#days.set(key, day);
    }
    for (const clickId of clickIds) this.#clickIds.add(clickId);
  }

  /** Rows that replace one that was sent before. */
  get restated(): number {
    return this.#restated;
  }

  /** Compares each number of each day, and that every click is there. */
  async check({ rows }: Pick<Clients, 'rows'>): Promise<Finding> {
    const accounts = [...new Set([...this.#days.values()].map(({ accountId }) => accountId))];
    const stored = await rows<SentDay>(`
      SELECT platform, account_id AS accountId, toString(date) AS date, campaign_id AS campaignId, ad_group_id AS adGroupId, ad_id AS adId,
        toFloat64(impressions) AS impressions, toFloat64(clicks) AS clicks, toFloat64(cost_micros) AS costMicros,
        toFloat64(conversions) AS conversions, toFloat64(conversion_value_micros) AS conversionValueMicros
      FROM paid_media.campaign_performance WHERE account_id IN {accounts:Array(String)}`, { accounts });
    const [found] = await rows<{ clicks: number }>("SELECT uniqExact(click_id) AS clicks FROM paid_media.ad_clicks WHERE account_id IN {accounts:Array(String)}", { accounts });
    return compareDays([...this.#days.values()], stored, this.#clickIds.size, Number(found!.clicks), this.#restated);
  }
}

const keyOf = ({ platform, accountId, date, campaignId, adGroupId, adId }: SentDay): string => [platform, accountId, date, campaignId, adGroupId, adId].join(' ');
const NUMBERS = ['impressions', 'clicks', 'costMicros', 'conversions', 'conversionValueMicros'] as const;

/** What differs between days as they were sent last and days as they are stored. */
export function compareDays(sent: readonly SentDay[], stored: readonly SentDay[], sentClicks: number, storedClicks: number, restated: number): Finding {
  const byKey = new Map(stored.map((day) => [keyOf(day), day]));
  const wrong = sent.flatMap((day) => {
    const found = byKey.get(keyOf(day));
    const number = NUMBERS.find((name) => found?.[name] !== day[name]);
    return number === undefined ? [] : [`${keyOf(day)}: ${number} ${day[number]} sent, ${found?.[number] ?? 'nothing'} stored`];
  });
  if (stored.length !== sent.length) wrong.push(`${sent.length} days sent, ${stored.length} stored`);
  if (storedClicks !== sentClicks) wrong.push(`${sentClicks} clicks sent, ${storedClicks} stored`);
  const detail = wrong[0] ?? `${sent.length} days of ads, restated ${restated} times, each as reported last; ${sentClicks} clicks`;
  return { name: 'campaign days', ok: wrong.length === 0, detail: wrong.length > 1 ? `${detail}; and ${wrong.length - 1} more` : detail };
}
