// The people of the shop: what is true of them, whether a platform sees it or not.
import { BROWSERS, FIRST_NAMES, LAST_NAMES, PLACES, createDevice, type CartLine, type Device } from '../person.js';
import { Random } from '../random.js';
import { normal } from './chance.js';
import { PEOPLE } from './numbers.js';
import type { AdClick } from './ads.js';

export interface ShopPerson {
  index: number;
  random: Random;
  userId: string;
  email: string;
  firstName: string;
  lastName: string;
  devices: Device[];
  /** How much sooner than others this person buys: standard normal. */
  eagerness: number;
  account: boolean;
  consent: boolean;
  unsubscribed: boolean;
  /** Never gets a cart mail, so that its effect can be measured. */
  holdout: boolean;
  trade: boolean;
  /** Since the last order. */
  cart: CartLine[];
  cartAt: number | undefined;
  ordersPlaced: number;
  adClicks: AdClick[];
  lead: boolean;
}

/** The person `index` (from 0) of a seed. */
export function createShopPerson(seed: number, index: number): ShopPerson {
  const random = new Random(seed, index + 1);
  const [firstName, lastName, place] = [random.pick(FIRST_NAMES), random.pick(LAST_NAMES), random.pick(PLACES)];
  const devices = [createDevice(random, 'web', place, BROWSERS)];
  if (random.chance(PEOPLE.secondDevice)) devices.push(createDevice(random, 'web', place, BROWSERS));
  const trade = random.chance(PEOPLE.trade);
  return {
    index, random, firstName, lastName, devices, trade,
    userId: `cust-${seed}-${index + 1}`,
    email: `${firstName}.${lastName}.${seed}-${index + 1}@example.com`.toLowerCase(),
    eagerness: normal(random),
    account: random.chance(PEOPLE.account),
    consent: random.chance(PEOPLE.consent),
    unsubscribed: false,
    holdout: random.chance(PEOPLE.holdout),
    cart: [],
    cartAt: undefined,
    ordersPlaced: 0,
    adClicks: [],
    lead: false,
  };
}

/** Whether the shop may write to this person. */
export const isMailable = ({ account, consent, unsubscribed }: ShopPerson): boolean => account && consent && !unsubscribed;
