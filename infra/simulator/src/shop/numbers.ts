// Every number that the shop is made of. Those with a band are what a year of such shops shows; shop.spec.ts holds the
// simulated ones to them.

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** What a session comes to, as shares of all sessions of people: what marketers know by heart. */
export const BANDS = {
  /** A product was viewed, put into the cart, a checkout begun, an order placed. */
  productView: [0.47, 0.53],
  cart: [0.08, 0.1],
  checkout: [0.042, 0.058],
  order: [0.021, 0.029],
  /** Who it is was known by the end of the session. */
  identified: [0.27, 0.33],
  /** Of all sessions. */
  bots: [0.025, 0.035],
  /** Order totals, EUR: lognormal. */
  basketMedian: [54, 66],
  refunds: [0.06, 0.1],
  /** Of what was sent; the others of what was delivered. */
  mailDelivered: [0.98, 0.99],
  mailOpened: [0.36, 0.4],
  mailOpenedByMachines: [0.17, 0.21],
  mailClicked: [0.016, 0.025],
  mailUnsubscribed: [0.001, 0.0035],
  /** Orders that a cart mail brought, of cart mails. */
  cartMailOrder: [0.025, 0.055],
  searchAdClickRate: [0.037, 0.043],
  searchAdCostPerClick: [0.76, 0.84],
  clickIdsLost: [0.13, 0.17],
  /** Conversions that platforms claim, against orders of people who had clicked an ad. */
  claimed: [1.15, 1.35],
  secondDevice: [0.17, 0.23],
  consent: [0.67, 0.73],
  leadsToDeals: [0.07, 0.13],
  holdout: [0.08, 0.12],
} as const satisfies Record<string, readonly [number, number]>;

/** How far somebody is on the way to buying: what a session comes to follows from it, each step given the one before. */
export type Intent = 'low' | 'middle' | 'high' | 'hot';
export const STEPS: Record<Intent, { view: number; cart: number; checkout: number; order: number }> = {
  low: { view: 0.385, cart: 0.052, checkout: 0.25, order: 0.2 },
  middle: { view: 0.62, cart: 0.19, checkout: 0.42, order: 0.4 },
  high: { view: 0.85, cart: 0.5, checkout: 0.72, order: 0.63 },
  /** Called back by a cart mail, with a full cart. */
  hot: { view: 0.9, cart: 1, checkout: 0.68, order: 0.74 },
};
/** Intent of the first visit of a journey, and of later ones, where people come back for something. */
export const INTENT = { first: { low: 0.68, middle: 0.27, high: 0.05 }, later: { low: 0.46, middle: 0.36, high: 0.18 } } as const;
/** How much people differ in it: standard deviation of the logarithm. */
export const INTENT_SPREAD = 0.6;

/** A journey is some visits about one thing: chance of another one, and the time until it, lognormal with this median. */
export const JOURNEY = { another: 0.45, gapMedianMs: 20 * HOUR_MS, gapSpread: 1.1, newPerson: 0.5 } as const;

/** Prices of products are lognormal, in cents without tax, so that baskets are. */
export const PRICES = { products: 240, median: 4_250, spread: 0.6 } as const;
export const REFUND = { share: 0.08, afterDays: [3, 20] } as const;
export const BOT_SHARE = 0.03;

export const PEOPLE = { account: 0.35, secondDevice: 0.2, consent: 0.7, trade: 0.04, holdout: 0.1 } as const;
/** With an account: chance to sign in where one is not yet, and to be still signed in the next time. */
export const SIGN_IN = { again: 0.5, stays: 0.6 } as const;

export const MAIL = {
  delivered: 0.985,
  /** Of what is not delivered. */
  hardBounce: 0.3,
  /** Privacy proxies fetch pictures by themselves, whoever reads. */
  machineOpen: 0.19,
  open: { newsletter: 0.19, cart: 0.3 },
  /** Of those who opened. */
  click: { newsletter: 0.09, cart: 0.3 },
  unsubscribed: 0.002,
  complaint: 0.0002,
  cartAfterMs: HOUR_MS,
} as const;

export const ADS = {
  /** Impressions a click takes, and euro that it costs (median and spread of a lognormal whose mean is the cost). */
  google: { clickRate: 0.04, costPerClick: 0.8 },
  meta: { clickRate: 0.012, costPerClick: 0.55 },
  costSpread: 0.3,
  clickIdLost: 0.15,
  /** A platform also claims orders of people who only saw an ad. */
  viewThrough: 0.25,
  lookbackDays: 30,
  reportedAgainDays: 3,
} as const;

export const LEADS = { deal: 0.1, dealAfterDays: [1, 9], won: 0.3, closesAfterDays: [4, 25] } as const;

/** Where a journey begins, and where a later visit of it comes from. */
export const CHANNELS = {
  first: { direct: 0.24, organicSearch: 0.27, googleAds: 0.21, metaAds: 0.12, referral: 0.08, organicSocial: 0.08 },
  later: { direct: 0.56, organicSearch: 0.24, googleAds: 0.1, metaAds: 0.05, referral: 0.02, organicSocial: 0.03 },
} as const;
export type Channel = keyof (typeof CHANNELS)['first'] | 'newsletter' | 'cartMail';
