// The numbers of a shop, counted while it goes on: those that have a band.
import { DAY_MS, type BANDS } from './numbers.js';
import type { AdDay } from './ads.js';
import type { Happening } from './happening.js';

type Of<P extends Happening['platform']> = Extract<Happening, { platform: P }>;
type TruthOf<K extends Of<'truth'>['truth']['kind']> = Extract<Of<'truth'>['truth'], { kind: K }>;

/** A platform claims an order until so long after the click. */
const LOOKBACK_MS = 30 * DAY_MS;

/** What a session came to, in bits. */
const KINDS: Record<string, number> = { view: 1, add: 2, checkout: 4, order: 8 };
const SIGNED_IN = 16;

export class Figures {
  readonly #sessions = new Map<string, number>();
  readonly #bots = new Set<string>();
  readonly #mails = new Map<string, number>();
  readonly #crm = new Map<string, number>();
  readonly #people = new Map<string, TruthOf<'person'>>();
  readonly #came = new Map<string, boolean>();
  readonly #clicks = new Map<string, number[]>();
  readonly #days = new Map<string, AdDay>();
  readonly #baskets: number[] = [];
  #refunds = 0;
  #clicked = 0;
  #lost = 0;
  #treated = 0;
  #fromMails = 0;
  #fromAds = 0;

  add(happening: Happening): void {
    switch (happening.platform) {
      case 'web':
        return this.#web(happening);
      case 'bot':
        return void this.#bots.add(happening.visit);
      case 'mail':
        return count(this.#mails, happening.action);
      case 'crm':
        return count(this.#crm, happening.change);
      case 'ads':
        for (const day of happening.days) this.#days.set(`${day.ad.adId} ${day.date}`, day);
        return;
      case 'truth':
        return this.#truth(happening);
    }
  }

  #web({ visit, signedIn, what }: Of<'web'>): void {
    this.#came.set(visit.person.userId, visit.person.consent);
    // A refund is made by the shop, not in a visit.
    if (what.kind === 'refund') this.#refunds += 1;
    else this.#sessions.set(visit.id, (this.#sessions.get(visit.id) ?? 0) | (KINDS[what.kind] ?? 0) | (signedIn ? SIGNED_IN : 0));
  }

  #truth({ at, truth }: Of<'truth'>): void {
    switch (truth.kind) {
      case 'person':
        return void this.#people.set(truth.person, truth);
      case 'treatment':
        this.#treated += Number(truth.treated);
        return;
      case 'touch':
        if (truth.click_id === null) return;
        this.#clicked += 1;
        this.#lost += Number(truth.click_id_lost);
        return void this.#clicks.set(truth.person, [...(this.#clicks.get(truth.person) ?? []), at]);
      case 'order':
        this.#baskets.push(truth.value_micros / 1e6);
        this.#fromMails += Number(truth.through === 'cartMail');
        this.#fromAds += Number((this.#clicks.get(truth.person) ?? []).some((click) => click <= at && at - click <= LOOKBACK_MS));
    }
  }

  /** Each of the numbers that have a band, as of now. */
  numbers(): Record<keyof typeof BANDS, number> {
    const sessions = [...this.#sessions.values()];
    const share = (bit: number) => part(sessions, (bits) => (bits & bit) !== 0);
    const mails = (action: string) => this.#mails.get(action) ?? 0;
    const [sent, delivered] = [mails('processed'), mails('delivered')];
    const sum = (platform: string, pick: (day: AdDay) => number) => [...this.#days.values()].filter(({ ad }) => platform === '' || ad.platform === platform).reduce((total, day) => total + pick(day), 0);
    const people = [...this.#people.values()];
    const clicks = sum('google', (day) => day.clicks);
    return {
      productView: share(KINDS['view']!), cart: share(KINDS['add']!), checkout: share(KINDS['checkout']!), order: share(KINDS['order']!), identified: share(SIGNED_IN),
      bots: this.#bots.size / (this.#bots.size + sessions.length),
      basketMedian: this.#baskets.toSorted((a, b) => a - b)[this.#baskets.length >> 1]!,
      refunds: this.#refunds / this.#baskets.length,
      mailDelivered: delivered / sent, mailOpened: (mails('open') + mails('machine_open')) / delivered, mailOpenedByMachines: mails('machine_open') / delivered,
      mailClicked: mails('click') / delivered, mailUnsubscribed: mails('unsubscribe') / delivered,
      cartMailOrder: this.#fromMails / this.#treated,
      searchAdClickRate: clicks / sum('google', ({ impressions }) => impressions),
      searchAdCostPerClick: sum('google', ({ costMicros }) => costMicros) / 1e6 / clicks,
      clickIdsLost: this.#lost / this.#clicked,
      claimed: sum('', ({ conversions }) => conversions) / this.#fromAds,
      secondDevice: part(people, ({ anonymous_ids: ids }) => ids.length > 1),
      consent: part([...this.#came.values()], (consent) => consent),
      leadsToDeals: (this.#crm.get('deal') ?? 0) / (this.#crm.get('lead') ?? 0),
      holdout: part(people, ({ holdout }) => holdout),
    };
  }
}

const part = <T>(all: readonly T[], is: (one: T) => boolean): number => all.filter(is).length / all.length;

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
