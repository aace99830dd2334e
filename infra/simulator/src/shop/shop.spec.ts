// The shop's numbers against the bands that marketers know, and that the same seed gives the same shop.
import { describe, expect, it } from '@jest/globals';
import type { Happening } from './happening.js';
import { BANDS, DAY_MS } from './numbers.js';
import { shop } from './shop.js';

const FROM = Date.UTC(2026, 7, 1);

function happenings(days: number, sessionsPerDay: number, seed = 1): Happening[] {
  const all: Happening[] = [];
  for (const happening of shop({ seed, from: FROM, sessionsPerDay })) {
    if (happening.at >= FROM + days * DAY_MS) return all;
    all.push(happening);
  }
  return all;
}

type Of<P extends Happening['platform']> = Extract<Happening, { platform: P }>;
const of = <P extends Happening['platform']>(all: Happening[], platform: P) => all.filter((one): one is Of<P> => one.platform === platform);
const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1]!;

/** Each of the numbers that have a band. */
function measured(all: Happening[]): Record<keyof typeof BANDS, number> {
  const web = of(all, 'web');
  const truths = of(all, 'truth').map(({ truth }) => truth);
  const sessions = new Map<string, Set<string>>();
  for (const { visit, signedIn, what } of web) {
    // A refund is made by the shop, not in a visit.
    if (what.kind === 'refund') continue;
    const kinds = sessions.get(visit.id) ?? new Set();
    sessions.set(visit.id, signedIn ? kinds.add(what.kind).add('signed in') : kinds.add(what.kind));
  }
  const share = (kind: string) => [...sessions.values()].filter((kinds) => kinds.has(kind)).length / sessions.size;
  const bots = new Set(of(all, 'bot').map(({ visit }) => visit)).size;
  const mails = of(all, 'mail');
  const count = (action: Of<'mail'>['action']) => mails.filter((mail) => mail.action === action).length;
  const [sent, delivered] = [count('processed'), count('delivered')];
  const orders = truths.filter((truth) => truth.kind === 'order');
  const touches = truths.filter((truth) => truth.kind === 'touch');
  const treatments = truths.filter((truth) => truth.kind === 'treatment');
  const people = truths.filter((truth) => truth.kind === 'person');
  const days = new Map(of(all, 'ads').flatMap((report) => report.days.map((day) => [`${day.ad.adId} ${day.date}`, day] as const)));
  const sum = (platform: string, pick: (day: Of<'ads'>['days'][number]) => number) => [...days.values()].filter(({ ad }) => platform === '' || ad.platform === platform).reduce((total, day) => total + pick(day), 0);
  const clickers = new Map<string, number[]>();
  for (const { person, click_id: id, at } of touches) if (id !== null) clickers.set(person, [...(clickers.get(person) ?? []), Date.parse(at)]);
  const fromAds = orders.filter(({ person, at }) => (clickers.get(person) ?? []).some((click) => click <= Date.parse(at) && Date.parse(at) - click <= 30 * DAY_MS));
  const clicked = touches.filter(({ click_id: id }) => id !== null);
  const crm = of(all, 'crm');
  return {
    productView: share('view'), cart: share('add'), checkout: share('checkout'), order: share('order'), identified: share('signed in'),
    bots: bots / (bots + sessions.size),
    basketMedian: median(orders.map(({ value_micros: micros }) => micros / 1e6)),
    refunds: web.filter(({ what }) => what.kind === 'refund').length / orders.length,
    mailDelivered: delivered / sent, mailOpened: (count('open') + count('machine_open')) / delivered, mailOpenedByMachines: count('machine_open') / delivered,
    mailClicked: count('click') / delivered, mailUnsubscribed: count('unsubscribe') / delivered,
    cartMailOrder: orders.filter(({ through }) => through === 'cartMail').length / treatments.filter(({ treated }) => treated).length,
    searchAdClickRate: sum('google', ({ clicks }) => clicks) / sum('google', ({ impressions }) => impressions),
    searchAdCostPerClick: sum('google', ({ costMicros }) => costMicros) / 1e6 / sum('google', ({ clicks }) => clicks),
    clickIdsLost: clicked.filter(({ click_id_lost: lost }) => lost).length / clicked.length,
    claimed: sum('', ({ conversions }) => conversions) / fromAds.length,
    secondDevice: people.filter(({ anonymous_ids: ids }) => ids.length > 1).length / people.length,
    consent: new Set(web.filter(({ visit }) => visit.person.consent).map(({ visit }) => visit.person)).size / new Set(web.map(({ visit }) => visit.person)).size,
    leadsToDeals: crm.filter(({ change }) => change === 'deal').length / crm.filter(({ change }) => change === 'lead').length,
    holdout: people.filter(({ holdout }) => holdout).length / people.length,
  };
}

describe('the shop over 90 days', () => {
  const all = happenings(90, 500);
  const numbers = measured(all);

  it.each(Object.entries(BANDS) as [keyof typeof BANDS, readonly [number, number]][])('%s is within %j', (name, [least, most]) => {
    expect(numbers[name]).toBeGreaterThanOrEqual(least);
    expect(numbers[name]).toBeLessThanOrEqual(most);
  });

  it('goes forward in time', () => {
    expect(all.every(({ at }, index) => index === 0 || at >= all[index - 1]!.at)).toBe(true);
  });

  it('has about as many sessions as asked for, more in the evening than at night, and more on Sunday than on Friday', () => {
    const landings = of(all, 'web').filter(({ what }) => what.kind === 'page' && what.landing).map(({ at }) => new Date(at + 3_600_000));
    expect(landings.length / 90).toBeGreaterThan(450);
    expect(landings.length / 90).toBeLessThan(600);
    const between = (from: number, to: number) => landings.filter((at) => at.getUTCHours() >= from && at.getUTCHours() < to).length;
    expect(between(19, 22)).toBeGreaterThan(5 * between(2, 5));
    const on = (day: number) => landings.filter((at) => at.getUTCDay() === day).length;
    expect(on(0)).toBeGreaterThan(1.1 * on(5));
  });

  it('restates days of campaigns when conversions come late', () => {
    const reports = of(all, 'ads');
    const first = new Map<string, number>();
    let restated = 0;
    for (const { days } of reports) {
      for (const { ad, date, conversions } of days) {
        const key = `${ad.adId} ${date}`;
        if (first.has(key) && first.get(key) !== conversions) restated += 1;
        first.set(key, conversions);
      }
    }
    expect(restated).toBeGreaterThan(20);
  });
});

describe('the same seed', () => {
  it('gives the same shop, and another one another', () => {
    const text = (seed: number) => JSON.stringify(happenings(3, 100, seed).map(({ at, platform }) => [at, platform]));
    expect(text(5)).toBe(text(5));
    expect(text(6)).not.toBe(text(5));
  });
});
