// The people of the simulated shop: who they are, on which devices, and what they have done so far.
import type { Product } from './catalogue.js';
import { Random } from './random.js';

/** window: looks only; regular: buys again and again; spender: buys what is dear; trade: a lead that the CRM works on. */
export type Kind = 'window' | 'shopper' | 'regular' | 'spender' | 'trade' | 'bot';

const KIND_WEIGHTS: Record<Kind, number> = { window: 28, shopper: 34, regular: 15, spender: 7, trade: 11, bot: 5 };

export interface Device {
  /** An app reports screens, a browser pages. */
  platform: 'web' | 'app';
  anonymousId: string;
  userAgent: string;
  ip: string;
  locale: string;
  timezone: string;
  signedIn: boolean;
  /** Whether the consent banner was answered here. */
  asked: boolean;
}

/** Segment's context.consent.categoryPreferences: the shop's own consent categories. */
export type Consent = { Analytics: boolean; Personalization: boolean; Advertising: boolean; Marketing: boolean };

export interface CartLine {
  product: Product;
  quantity: number;
}

export interface Order {
  orderId: string;
  lines: CartLine[];
  refunded: boolean;
}

export interface Person {
  index: number;
  kind: Kind;
  random: Random;
  userId: string;
  email: string;
  firstName: string;
  lastName: string;
  devices: Device[];
  /** What was chosen when the banner first asked, and what holds now. */
  firstConsent: Consent;
  consent: Consent;
  visits: number;
  cart: CartLine[];
  /** The latest few. */
  orders: Order[];
  ordersPlaced: number;
  crm: CrmRecord;
}

/** What the CRM holds about a person. */
export interface CrmRecord {
  /** Whether the CRM has, or will have, a contact for this person at all. */
  followed: boolean;
  contactId: number;
  dealId: number;
  stage?: string;
  dealStage?: string;
}

export const FIRST_NAMES = ['Ada', 'Bo', 'Cleo', 'Dara', 'Emil', 'Fen', 'Greta', 'Hugo', 'Ines', 'Jan', 'Kaja', 'Liam', 'Mina', 'Noor', 'Otto', 'Pia'] as const;
export const LAST_NAMES = ['Berg', 'Costa', 'Dubois', 'Eriksen', 'Fischer', 'Garcia', 'Hansen', 'Ivanova', 'Jansen', 'Kowal', 'Lindt', 'Moreau'] as const;
export const PLACES = [['de-DE', 'Europe/Berlin'], ['en-GB', 'Europe/London'], ['fr-FR', 'Europe/Paris'], ['nl-NL', 'Europe/Amsterdam']] as const;
export const BROWSERS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15',
  'Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36',
] as const;
export const BOTS = [
  'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
  'Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)',
  'Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)',
] as const;

/** HubSpot's object ids are numbers; a seed's people take a million of them of their own. */
const OBJECTS_PER_SEED = 1_000_000;

/** The person `index` (from 0, below a million) of a seed. Ids carry the seed, so that runs with different seeds never meet. */
export function createPerson(seed: number, index: number): Person {
  const random = new Random(seed, index + 1);
  const kind = random.weighted(KIND_WEIGHTS);
  const firstName = random.pick(FIRST_NAMES);
  const lastName = random.pick(LAST_NAMES);
  const place = random.pick(PLACES);
  const objectId = (seed % OBJECTS_PER_SEED) * OBJECTS_PER_SEED + index + 1;
  const known = kind !== 'window' && kind !== 'bot';
  const devices = [createDevice(random, 'web', place, kind === 'bot' ? BOTS : BROWSERS)];
  if (known && random.chance(0.5)) devices.push(createDevice(random, random.chance(0.3) ? 'app' : 'web', place, BROWSERS));
  const consent = chooseConsent(random, kind);
  return {
    index, kind, random, firstName, lastName, devices,
    userId: `cust-${seed}-${index + 1}`,
    email: `${firstName}.${lastName}.${seed}-${index + 1}@example.com`.toLowerCase(),
    firstConsent: consent,
    consent,
    visits: 0,
    cart: [],
    orders: [],
    ordersPlaced: 0,
    crm: { followed: kind === 'trade' || (known && random.chance(0.5)), contactId: objectId, dealId: objectId },
  };
}

/** A browser or an app; bots have user agents of their own. */
export function createDevice(random: Random, platform: Device['platform'], [locale, timezone]: readonly [string, string], userAgents: readonly string[]): Device {
  // 203.0.113.0/24 and 198.51.100.0/24 are set aside for examples (RFC 5737).
  const ip = `${random.pick(['203.0.113', '198.51.100'])}.${random.int(1, 254)}`;
  return { platform, anonymousId: random.uuid(), userAgent: random.pick(userAgents), ip, locale, timezone, signedIn: false, asked: false };
}

/** Most people accept everything; of the others, most accept being measured but not being advertised to. */
function chooseConsent(random: Random, kind: Kind): Consent {
  const roll = random.fraction();
  if (roll < 0.85 || kind === 'bot') return { Analytics: true, Personalization: true, Advertising: true, Marketing: true };
  if (roll < 0.95) return { Analytics: true, Personalization: true, Advertising: false, Marketing: roll < 0.9 };
  return { Analytics: false, Personalization: false, Advertising: false, Marketing: false };
}
