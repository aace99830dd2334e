// What people do in a shop, as activities: visits that overlap, each of one person. The same for the same seed.
import { createHash } from 'node:crypto';
import type { CustomerActivities } from '@tideway/contracts';

type Change = Partial<CustomerActivities> & Pick<CustomerActivities, 'type' | 'product'>;

/** Visits under way at a time. */
const VISITS = 256;
/** Of people draws: the first come more often than the last. */
const SKEW = 1.6;

export class Shop {
  readonly #people: number;
  readonly #visits: { person: number; left: Change[] }[];
  #state: number;
  #count = 0;

  constructor({ people, seed }: { people: number; seed: number }) {
    this.#people = people;
    this.#state = seed;
    this.#visits = Array.from({ length: VISITS }, () => this.#visit());
  }

  /** The next activity of somebody, at this time (ms). */
  next(at: number): CustomerActivities {
    const place = Math.floor(this.#random() * VISITS);
    const { person, left } = this.#visits[place]!;
    const change = left.shift()!;
    if (left.length === 0) this.#visits[place] = this.#visit();
    return this.#activity(person, at, change);
  }

  /** What a person decided before anything else. */
  firstDecisions(person: number, at: number): CustomerActivities[] {
    return ['marketing', 'personalization'].map((purpose) => this.#activity(person, at, decision(this.#random() < 0.9, purpose, 'any')));
  }

  #visit(): { person: number; left: Change[] } {
    const person = Math.floor(this.#people * this.#random() ** SKEW);
    const left: Change[] = [];
    if (this.#random() < 0.15) left.push({ type: 'email_clicked', product: 'email.engagements', is_machine: this.#random() < 0.1 });
    left.push({ type: 'page_viewed', product: 'web.page-views' });
    for (let views = Math.floor(this.#random() * 7); views > 0; views -= 1) {
      left.push({ type: 'page_viewed', product: 'web.page-views' }, { type: 'product_viewed', product: 'web.ecommerce-events' });
    }
    if (this.#random() < 0.3) left.push({ type: 'product_added', product: 'web.ecommerce-events' });
    const value = Math.floor(this.#random() * 1_500) * 1_000_000;
    const money = { product: 'web.orders', currency: this.#random() < 0.95 ? 'EUR' : 'CHF' };
    if (this.#random() < 0.12) left.push({ ...money, type: 'order_completed', value_micros: value });
    if (this.#random() < 0.01) left.push({ ...money, type: 'order_refunded', value_micros: -value });
    if (this.#random() < 0.02) left.push(decision(this.#random() < 0.5, 'marketing', 'email'));
    return { person, left };
  }

  #activity(person: number, at: number, change: Change): CustomerActivities {
    this.#count += 1;
    const profile = uuidOf(`person ${person}`);
    return {
      activity_id: uuidOf(`activity ${this.#count} ${at}`), profile_id: profile, identifier: `user_id:${person}`, occurred_at: at, received_at: at, session_id: null, touch: null,
      campaign_id: null, message_id: null, order_id: null, items: [], value_micros: null, currency: null, is_bot: false, is_machine: false, properties: {},
      origin: `bench.shop.v1:0:${this.#count}`, ...change,
    };
  }

  /** From 0 up to 1: mulberry32, a generator in the public domain. */
  #random(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }
}

function decision(granted: boolean, purpose: string, channel: string): Change {
  return { type: granted ? 'consent_granted' : 'consent_withdrawn', product: 'web.consents', properties: { purpose, channel, legal_basis: 'consent' } };
}

/** Of the form of version 5, by MD5: which bytes they are does not matter. */
function uuidOf(text: string): string {
  const hex = createHash('md5').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}

const HOUR_MS = 3_600_000;
/** Of the visits, and for how long before now: people are there who leave a segment by time alone soon after. */
const RECENT = { share: 0.05, ms: 600_000 };

/**
 * `count` activities of the `days` before `now` (ms), in the order of their times: first what everybody decided, then visits
 * up to an hour ago, and then those of the last ten minutes.
 */
export function* history(shop: Shop, { people, count, now, days }: { people: number; count: number; now: number; days: number }): Generator<CustomerActivities> {
  const begin = now - days * 24 * HOUR_MS;
  const decided: CustomerActivities[] = [];
  for (let person = 0; person < people && decided.length + 2 <= count; person += 1) decided.push(...shop.firstDecisions(person, begin));
  yield* decided;
  const recent = Math.floor((count - decided.length) * RECENT.share);
  yield* spread(shop, count - decided.length - recent, begin + 1, now - HOUR_MS);
  yield* spread(shop, recent, now - RECENT.ms, now);
}

/** So many from `from` on and before `to`. */
function* spread(shop: Shop, count: number, from: number, to: number): Generator<CustomerActivities> {
  for (let i = 0; i < count; i += 1) yield shop.next(from + Math.floor(((to - from) * i) / count));
}
