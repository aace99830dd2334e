// What the shop sells and where its visitors come from.
import type { Random } from './random.js';
import { WeightedDraw, zipfWeight } from './weighted-draw.js';

export const SHOP_URL = 'https://shop.example';
export const CURRENCY = 'EUR';

export interface Product {
  id: string;
  name: string;
  brand: string;
  category: string;
  /** Cents, without tax. */
  price: number;
}

const product = (id: string, name: string, brand: string, category: string, price: number): Product => ({ id, name, brand, category, price });

/** What most people look for and buy. */
export const GOODS: readonly Product[] = [
  product('p-101', 'Dry bag 20 l', 'Ebb', 'Bags', 2490),
  product('p-102', 'Dry bag 60 l', 'Ebb', 'Bags', 4990),
  product('p-103', 'Deck bag', 'Lee & Luff', 'Bags', 7900),
  product('p-201', 'Neoprene boots', 'Skerry', 'Clothing', 5490),
  product('p-202', 'Rash vest', 'Skerry', 'Clothing', 3990),
  product('p-203', 'Paddling jacket', 'Skerry', 'Clothing', 12900),
  product('p-204', 'Sun hat', 'Lee & Luff', 'Clothing', 2990),
  product('p-301', 'Buoyancy aid', 'Holdfast', 'Safety', 8900),
  product('p-302', 'Throw line 15 m', 'Holdfast', 'Safety', 3490),
  product('p-303', 'Bilge pump', 'Holdfast', 'Safety', 2790),
  product('p-401', 'Touring paddle', 'Longreach', 'Paddles', 11900),
  product('p-402', 'Paddle leash', 'Longreach', 'Paddles', 1490),
];

/** What big spenders and trade customers look for. */
export const PREMIUM_GOODS: readonly Product[] = [
  product('p-501', 'Sea kayak 5.2 m', 'Longreach', 'Boats', 189900),
  product('p-502', 'Double kayak', 'Longreach', 'Boats', 229900),
  product('p-503', 'Inflatable board, touring', 'Ebb', 'Boards', 69900),
  product('p-504', 'Carbon paddle', 'Longreach', 'Paddles', 38900),
  product('p-505', 'Dry suit', 'Skerry', 'Clothing', 79900),
];

/** Products among which people look: the first ones most often, by Zipf's law. */
export class Shelf {
  readonly products: readonly Product[];
  readonly #views: WeightedDraw;

  /** `products` by rank, at least one. */
  constructor(products: readonly Product[], exponent: number) {
    this.products = products;
    this.#views = new WeightedDraw(products.map((_, place) => zipfWeight(place + 1, exponent)));
  }

  pick(random: Random): Product {
    return this.products[this.#views.draw(random)]!;
  }
}

export interface Catalogue {
  goods: Shelf;
  premium: Shelf;
  all: Shelf;
}

/** Products without a series. */
export const MODELS = GOODS.length + PREMIUM_GOODS.length;

/** A catalogue of `count` products, from MODELS on: the models, then each again as a further series. */
export function createCatalogue(count: number, exponent: number): Catalogue {
  const models = [...GOODS, ...PREMIUM_GOODS];
  const products = Array.from({ length: count }, (_, index) => ofSeries(models[index % MODELS]!, Math.floor(index / MODELS) + 1));
  const isGood = (_: Product, index: number) => index % MODELS < GOODS.length;
  return {
    goods: new Shelf(products.filter(isGood), exponent),
    premium: new Shelf(products.filter((one, index) => !isGood(one, index)), exponent),
    all: new Shelf(products, exponent),
  };
}

function ofSeries(model: Product, series: number): Product {
  return series === 1 ? model : { ...model, id: `${model.id}-${series}`, name: `${model.name}, series ${series}` };
}

/** Where a visit came from: a landing's query, campaign and referrer. */
export interface Landing {
  /** Query of the landing page's address, without the question mark; '' where there is none. */
  query: string;
  /** Segment's context.campaign; `name` holds utm_campaign. */
  campaign?: { name: string; source: string; medium: string; content?: string; term?: string };
  referrer: string;
}

interface Origin {
  utm?: { source: string; medium: string; campaign: string; content?: string; term?: string };
  clickIdType?: string;
  referrer: string;
}

const ORIGINS = {
  direct: { referrer: '' },
  search: { referrer: 'https://www.google.com/' },
  searchAd: { referrer: 'https://www.google.com/', clickIdType: 'gclid', utm: { source: 'google', medium: 'cpc', campaign: 'kayaks-winter', term: 'sea kayak', content: 'ad-a' } },
  searchAdBing: { referrer: 'https://www.bing.com/', clickIdType: 'msclkid', utm: { source: 'bing', medium: 'cpc', campaign: 'kayaks-winter', term: 'kayak shop' } },
  socialAd: { referrer: 'https://l.facebook.com/', clickIdType: 'fbclid', utm: { source: 'facebook', medium: 'paid_social', campaign: 'boards-teaser', content: 'video-2' } },
  newsletter: { referrer: '', utm: { source: 'newsletter', medium: 'email', campaign: 'november-letter' } },
  partner: { referrer: 'https://paddling-blog.example/reviews', utm: { source: 'paddling-blog', medium: 'affiliate', campaign: 'reviews' } },
  social: { referrer: 'https://www.reddit.com/' },
} satisfies Record<string, Origin>;

const ORIGIN_WEIGHTS: Record<keyof typeof ORIGINS, number> = { direct: 24, search: 20, searchAd: 18, searchAdBing: 4, socialAd: 14, newsletter: 12, partner: 4, social: 4 };

/** Where the next visit comes from, by weight, or from a named origin. */
export function landing(random: Random, name: keyof typeof ORIGINS = random.weighted(ORIGIN_WEIGHTS)): Landing {
  const { utm, clickIdType, referrer }: Origin = ORIGINS[name];
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(utm ?? {})) query.set(`utm_${key}`, value);
  if (clickIdType !== undefined) query.set(clickIdType, `sim-${random.hex(24)}`);
  const campaign = utm && { name: utm.campaign, source: utm.source, medium: utm.medium, content: utm.content, term: utm.term };
  return { query: query.toString(), campaign, referrer };
}
