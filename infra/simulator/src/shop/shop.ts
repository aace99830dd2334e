// The shop: everything that happens in it, in the order of time, without end.
import type { Catalogue } from '../catalogue.js';
import { BOTS, PLACES, createDevice } from '../person.js';
import { Random } from '../random.js';
import { AdAccounts, type AdClick } from './ads.js';
import { Agenda } from './agenda.js';
import { createAssortment } from './assortment.js';
import { awake, evenly, localDate, localDay, localWeekday, lognormal, nextArrival } from './chance.js';
import type { Happening, Mail, Touch, Truth, Visit } from './happening.js';
import { fateOf } from './mailing.js';
import { ADS, BOT_SHARE, CHANNELS, DAY_MS, HOUR_MS, INTENT, JOURNEY, LEADS, MAIL, REFUND, type Channel, type Intent } from './numbers.js';
import { createShopPerson, isMailable, type ShopPerson } from './people.js';
import { drawIntent, planSession, type Session } from './session.js';

export interface ShopOptions {
  /** The same seed, begin and number of sessions give the same happenings. */
  seed: number;
  /** Milliseconds since the epoch. */
  from: number;
  /** Of people, on an average day. */
  sessionsPerDay: number;
}

type Planned = Happening | (() => void);

/** Streams of random numbers from here on are the shop's, not people's. */
const SHOP_STREAM = 0x8000_0000;
const NEWSLETTER_WEEKDAY = 2;
const NEWSLETTER_HOUR = 9;
const REPORT_HOUR = 6;
const MEAN_VISITS = 1 / (1 - JOURNEY.another);

/** What happens from `from` on, in the order of time; take as much of it as there is time. */
export const shop = (options: ShopOptions): Generator<Happening> => new Shop(options).until(Infinity);

/** How the shop goes on live: from the real time `at` (milliseconds), on a clock that runs `speed` times as fast as the real one, with so many more sessions. */
export interface Live {
  at: number;
  speed: number;
  moreSessionsPerDay: number;
}

export class Shop {
  readonly #agenda = new Agenda<Planned>();
  #now: number;
  #live: (Live & { from: number }) | undefined;
  readonly #seed: number;
  readonly #random: Random;
  readonly #people: ShopPerson[] = [];
  readonly #catalogue: Catalogue = createAssortment();
  readonly #ads: AdAccounts;
  readonly #goesBack: () => boolean;
  readonly #becomesDeal: () => boolean;
  readonly #unsubscribes: () => boolean;
  #clicks: AdClick[] = [];
  #mails = 0;

  constructor({ seed, from, sessionsPerDay }: ShopOptions) {
    this.#seed = seed;
    this.#random = new Random(seed, SHOP_STREAM);
    this.#ads = new AdAccounts(seed, new Random(seed, SHOP_STREAM + 1), (at) => localDate(this.#realTime(at)));
    this.#goesBack = evenly(this.#random, REFUND.share);
    this.#becomesDeal = evenly(this.#random, LEADS.deal);
    this.#unsubscribes = evenly(this.#random, MAIL.unsubscribed);
    this.#now = from;
    this.#arrivals(from, sessionsPerDay);
    this.#daily(REPORT_HOUR, () => this.#report());
    this.#daily(NEWSLETTER_HOUR, () => this.#newsletter());
  }

  /** What happens before a time of the shop's clock and was not given yet. */
  *until(time: number): Generator<Happening> {
    while (this.#agenda.nextAt < time) {
      const { at, value } = this.#agenda.take()!;
      this.#now = at;
      if (typeof value === 'function') value();
      else yield this.#dated({ ...value, at: this.#realTime(at) });
    }
  }

  /**
   * From here, the shop's clock `from`, everything goes on live: people carry on where they are, and what happens has real
   * times. The clock of a fast shop reaches each time of the day soon, and never a time that is still to come.
   */
  goLive(from: number, live: Live): void {
    this.#live = { ...live, from };
    if (live.moreSessionsPerDay > 0) this.#arrivals(from, live.moreSessionsPerDay);
  }

  /** A time of the shop's clock, milliseconds since the epoch. */
  #realTime(at: number): number {
    const live = this.#live;
    return Math.round(live === undefined || at < live.from ? at : live.at + (at - live.from) / live.speed);
  }

  #dated(happening: Happening): Happening {
    if (happening.platform !== 'truth' || !('at' in happening.truth)) return happening;
    return { ...happening, truth: { ...happening.truth, at: new Date(happening.at).toISOString() } };
  }

  #arrivals(from: number, sessionsPerDay: number): void {
    this.#again(from, sessionsPerDay / MEAN_VISITS, () => this.#journey());
    this.#again(from, (sessionsPerDay * BOT_SHARE) / (1 - BOT_SHARE), () => this.#bot());
  }

  #again(at: number, perDay: number, act: () => void): void {
    const next = nextArrival(this.#random, at, perDay);
    this.#agenda.add(next, () => {
      act();
      this.#again(next, perDay, act);
    });
  }

  #daily(hour: number, act: () => void): void {
    const today = localDay(this.#now) + hour * HOUR_MS;
    const next = today > this.#now ? today : today + DAY_MS;
    this.#agenda.add(next, () => {
      act();
      this.#daily(hour, act);
    });
  }

  #happen(happening: Happening): void {
    this.#agenda.add(happening.at, happening);
  }

  #truth(truth: Truth): void {
    this.#happen({ at: this.#now, platform: 'truth', truth });
  }

  #journey(): void {
    const known = this.#people.length;
    // Who came early comes more often.
    const person = known === 0 || this.#random.chance(JOURNEY.newPerson) ? this.#newPerson() : this.#people[Math.floor(known * this.#random.fraction() ** 1.3)]!;
    this.#visit(person, 0);
  }

  #newPerson(): ShopPerson {
    const person = createShopPerson(this.#seed, this.#people.length);
    this.#people.push(person);
    const { userId, email, devices, holdout } = person;
    this.#truth({ kind: 'person', person: userId, user_id: userId, email, anonymous_ids: devices.map(({ anonymousId }) => anonymousId), holdout });
    return person;
  }

  /** The visit of this number of a journey, and, by chance, a later one. */
  #visit(person: ShopPerson, number: number): void {
    const { random } = person;
    this.#come(person, this.#touch(random.weighted(number === 0 ? CHANNELS.first : CHANNELS.later)), drawIntent(person, number === 0 ? INTENT.first : INTENT.later));
    if (!random.chance(JOURNEY.another)) return;
    const next = awake(random, this.#now + lognormal(random, JOURNEY.gapMedianMs, JOURNEY.gapSpread));
    this.#agenda.add(next, () => this.#visit(person, number + 1));
  }

  #touch(channel: Channel): Touch {
    const platform = channel === 'googleAds' ? 'google' : channel === 'metaAds' ? 'meta' : undefined;
    const click = platform && this.#ads.click(platform, this.#now);
    if (click) this.#clicks.push(click);
    const lost = click !== undefined && this.#random.chance(ADS.clickIdLost);
    return { channel, click, clickId: lost ? undefined : click?.clickId, campaign: click?.ad.campaign };
  }

  #come(person: ShopPerson, touch: Touch, intent: Intent): void {
    const { random, userId } = person;
    const visit: Visit = { id: random.hex(16), person, device: random.chance(0.7) ? person.devices[0]! : person.devices.at(-1)!, touch };
    if (touch.click) person.adClicks.push(touch.click);
    this.#truth({
      kind: 'touch', person: userId, at: new Date(this.#now).toISOString(), visit: visit.id, channel: touch.channel,
      campaign: touch.campaign ?? null, click_id: touch.click?.clickId ?? null, click_id_lost: touch.click !== undefined && touch.clickId === undefined,
    });
    const session = planSession(visit, this.#now, intent, this.#catalogue);
    for (const step of session.steps) this.#happen({ ...step, platform: 'web', visit });
    if (session.order) this.#ordered(visit, session.order);
    if (session.quoted) this.#lead(person, session.endsAt);
    if (session.abandoned) this.#agenda.add(session.endsAt + MAIL.cartAfterMs, () => this.#remind(person));
  }

  #ordered({ person, touch }: Visit, { orderId, lines, at, valueMicros }: NonNullable<Session['order']>): void {
    const { random, userId } = person;
    this.#ads.order(person.adClicks, at, valueMicros);
    this.#happen({ at, platform: 'truth', truth: { kind: 'order', person: userId, at: new Date(at).toISOString(), order_id: orderId, value_micros: valueMicros, through: touch.channel } });
    if (person.ordersPlaced === 1 && !person.lead) this.#happen({ at: at + random.int(60_000, HOUR_MS), platform: 'crm', person, change: 'customer', amount: undefined });
    if (!this.#goesBack()) return;
    const refundAt = awake(random, at + (REFUND.afterDays[0] + random.fraction() * (REFUND.afterDays[1] - REFUND.afterDays[0])) * DAY_MS);
    const visit: Visit = { id: random.hex(16), person, device: person.devices[0]!, touch: { channel: 'direct', click: undefined, clickId: undefined, campaign: undefined } };
    this.#happen({ at: Math.round(refundAt), platform: 'web', visit, signedIn: true, what: { kind: 'refund', orderId, lines } });
  }

  /** An hour after a cart was left: a mail to those who may be written to, and none to one in ten of them, who tell what it is worth. */
  #remind(person: ShopPerson): void {
    if (!isMailable(person) || person.cart.length === 0) return;
    const mail: Mail = { id: `cart-${this.#seed}-${++this.#mails}`, person, kind: 'cart', campaign: 'cart-reminder' };
    this.#truth({ kind: 'treatment', person: person.userId, at: new Date(this.#now).toISOString(), treatment: 'cart_mail', treated: !person.holdout, mail: mail.id });
    if (!person.holdout) this.#send(mail, 'cartMail', 'hot');
  }

  #newsletter(): void {
    if (localWeekday(this.#now) !== NEWSLETTER_WEEKDAY) return;
    const campaign = `newsletter-${localDate(this.#realTime(this.#now))}`;
    for (const person of this.#people) {
      if (isMailable(person)) this.#send({ id: `letter-${this.#seed}-${++this.#mails}`, person, kind: 'newsletter', campaign }, 'newsletter', 'middle');
    }
  }

  #send(mail: Mail, channel: Channel, intent: Intent): void {
    const { person } = mail;
    const { happenings, clickedAt, unsubscribedAt } = fateOf(mail, this.#now + this.#random.int(0, 120_000), this.#random, this.#unsubscribes);
    for (const happening of happenings) this.#happen(happening);
    if (clickedAt !== undefined) this.#agenda.add(clickedAt, () => this.#come(person, { channel, click: undefined, clickId: undefined, campaign: mail.campaign }, intent));
    if (unsubscribedAt !== undefined) this.#agenda.add(unsubscribedAt, () => void (person.unsubscribed = true));
  }

  /** A trade customer asked for a quote: sales has a lead, which becomes a deal or does not. */
  #lead(person: ShopPerson, at: number): void {
    const { random } = person;
    const days = ([least, most]: readonly [number, number]) => (least + random.fraction() * (most - least)) * DAY_MS;
    this.#happen({ at: at + random.int(60_000, HOUR_MS), platform: 'crm', person, change: 'lead', amount: undefined });
    if (!this.#becomesDeal()) return;
    const dealAt = Math.round(awake(random, at + days(LEADS.dealAfterDays)));
    const amount = random.int(20, 180) * 100;
    this.#happen({ at: dealAt, platform: 'crm', person, change: 'deal', amount });
    this.#happen({ at: Math.round(awake(random, dealAt + days(LEADS.closesAfterDays))), platform: 'crm', person, change: random.chance(LEADS.won) ? 'won' : 'lost', amount });
  }

  #bot(): void {
    const random = this.#random;
    const visit = random.hex(16);
    const device = createDevice(random, 'web', random.pick(PLACES), BOTS);
    let at = this.#now;
    for (let pages = random.int(3, 12); pages > 0; pages--) {
      this.#happen({ at, platform: 'bot', visit, device, path: `/products/${random.pick(this.#catalogue.all.products).id}` });
      at += random.int(300, 4_000);
    }
  }

  #report(): void {
    this.#happen({ at: this.#now, platform: 'ads', days: this.#ads.report(this.#now), clicks: this.#clicks });
    this.#clicks = [];
  }
}
