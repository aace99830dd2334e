// What people of a shop do, as records of customer.activities: the same people and deeds in every run, at the times that they are asked for.
import type { CustomerActivities } from '@tideway/contracts';
import { CATEGORIES, CHANNELS } from './definitions.js';
import { profileIdOf } from '../segments-start/people.js';

export interface CrowdOptions {
  people: number;
  /** Number of the first of them, as profileIdOf takes it. */
  firstNumber?: number;
  seed?: number;
  /** Whether they have consented before: else their first activity says whether they do. */
  known?: boolean;
}

const CONSENTED_SHARE = 0.7;
const PRICE_MICROS = 40_000_000;

/** Kinds of deeds with the share of all that they are. */
const KINDS = [
  ['page_viewed', 0.48], ['product_viewed', 0.33], ['product_added', 0.09], ['checkout_started', 0.03], ['order_completed', 0.03], ['email_clicked', 0.04],
] as const;
type Kind = (typeof KINDS)[number][0];

const PRODUCT_OF: Record<Kind, string> = {
  page_viewed: 'web.page-views', product_viewed: 'web.ecommerce-events', product_added: 'web.ecommerce-events', checkout_started: 'web.ecommerce-events', order_completed: 'web.orders', email_clicked: 'email.engagements',
};

export class Crowd {
  readonly #random: () => number;
  readonly #seen: Uint8Array;
  #made = 0;

  constructor(private readonly options: CrowdOptions) {
    this.#random = mulberry32(options.seed ?? 1);
    this.#seen = new Uint8Array(options.people);
  }

  /** What happens next, at `now` (ms), by somebody whom the square law draws: one activity, or two where it is a stranger's first. */
  next(now: number): CustomerActivities[] {
    const { people, firstNumber = 0, known = false } = this.options;
    const person = Math.floor(people * this.#random() ** 2);
    const profileId = profileIdOf(firstNumber + person);
    const first = !known && this.#seen[person] === 0;
    this.#seen[person] = 1;
    return first ? [this.consent(profileId, now), this.deed(profileId, now)] : [this.deed(profileId, now)];
  }

  consent(profileId: string, at: number): CustomerActivities {
    const granted = this.#random() < CONSENTED_SHARE;
    return this.#activity(profileId, granted ? 'consent_granted' : 'consent_denied', 'web.consents', at, { properties: { purpose: 'marketing', channel: 'any', legal_basis: 'consent' } });
  }

  deed(profileId: string, at: number): CustomerActivities {
    const kind = this.#kind();
    return this.#activity(profileId, kind, PRODUCT_OF[kind], at, this.#fieldsOf(kind));
  }

  #kind(): Kind {
    let left = this.#random();
    for (const [kind, share] of KINDS) if ((left -= share) < 0) return kind;
    return 'page_viewed';
  }

  #fieldsOf(kind: Kind): Partial<CustomerActivities> {
    if (kind === 'page_viewed') return this.#random() < 0.3 ? { touch: touchBy(this.#pick(CHANNELS)) } : {};
    if (kind === 'email_clicked') return {};
    const place = Math.floor(CATEGORIES.length * this.#random() ** 2);
    const product = `p-${place}-${Math.floor(this.#random() * 20)}`;
    const items = [{ product_id: product, name: null, brand: null, category: CATEGORIES[place]!, price_micros: PRICE_MICROS, quantity: 1 }];
    return { items, ...(kind === 'order_completed' ? { order_id: `o-${this.#made}`, value_micros: PRICE_MICROS, currency: 'EUR' } : {}) };
  }

  #pick<T>(values: readonly T[]): T {
    return values[Math.floor(this.#random() * values.length)]!;
  }

  #activity(profileId: string, type: string, product: string, at: number, fields: Partial<CustomerActivities>): CustomerActivities {
    this.#made += 1;
    return {
      activity_id: uuidOf(this.#random), profile_id: profileId, identifier: `user_id:${profileId}`, occurred_at: at, received_at: at, product, type,
      session_id: null, touch: null, campaign_id: null, message_id: null, order_id: null, items: [], value_micros: null, currency: null,
      is_bot: false, is_machine: false, properties: {}, origin: `bench:0:${this.#made}`, ...fields,
    };
  }
}

const touchBy = (channel: string) => ({ channel, source: null, medium: null, campaign: null, content: null, term: null, click_id_type: null, click_id: null });

/** Numbers from 0 to 1, the same for a seed. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Version 4, variant 1 (RFC 9562). */
function uuidOf(random: () => number): string {
  const hex = (digits: number) => Math.floor(random() * 16 ** digits).toString(16).padStart(digits, '0');
  return `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(6)}${hex(6)}`;
}
