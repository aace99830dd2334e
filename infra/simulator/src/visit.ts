// What a person does in one visit to the shop, as the events that the platforms send about it, in order.
import { CURRENCY, landing, type Catalogue, type Shelf } from './catalogue.js';
import { salesFollowUp, type HubSpotEvent } from './hubspot-events.js';
import type { CartLine, Consent, Kind, Order, Person } from './person.js';
import type { Outcome } from './request.js';
import {
  HOME, cartProperties, identifyCall, orderProperties, pageCall, productPage, productProperties, refundProperties, trackCall,
  type Caller, type SegmentCall,
} from './segment-calls.js';

/** An event of the web shop; `occurredAt` (ISO 8601) replaces the time of sending in calls whose clock is wrong. */
export interface WebEvent {
  platform: 'web';
  call: SegmentCall;
  outcome: Outcome;
  occurredAt?: string;
}

export interface CrmEvent {
  platform: 'crm';
  event: HubSpotEvent;
}

/** How likely a kind of person does what, per visit. */
interface Habits {
  views: [number, number];
  signsIn: number;
  fillsCart: number;
  /** Of those that filled a cart. */
  orders: number;
  looksFor: keyof Catalogue;
}

const HABITS: Record<Kind, Habits> = {
  window: { views: [1, 4], signsIn: 0, fillsCart: 0.2, orders: 0, looksFor: 'goods' },
  shopper: { views: [2, 6], signsIn: 0.8, fillsCart: 0.65, orders: 0.4, looksFor: 'goods' },
  regular: { views: [1, 4], signsIn: 1, fillsCart: 0.9, orders: 0.9, looksFor: 'goods' },
  spender: { views: [2, 6], signsIn: 1, fillsCart: 0.85, orders: 0.85, looksFor: 'premium' },
  trade: { views: [2, 5], signsIn: 1, fillsCart: 0.15, orders: 0.5, looksFor: 'premium' },
  bot: { views: [5, 12], signsIn: 0, fillsCart: 0, orders: 0, looksFor: 'all' },
};

const WITHDRAWS = 0.05;
const GRANTS_AGAIN = 0.3;
const REFUNDS = 0.08;
/** What is left in a cart for longer than this many lines was left for good: the shop empties it. */
const LARGEST_CART = 8;
/** Only the latest can go back. */
const ORDERS_REMEMBERED = 5;
/** A list shows a page of products. */
const LIST_LENGTH = 12;
const NO_CONSENT: Consent = { Analytics: false, Personalization: false, Advertising: false, Marketing: false };

/**
 * Plans the person's next visit, changes the person accordingly, and returns its events in the order they happen. The
 * devices take turns, so a person with two is anonymous on the second one until the sign-in there. Always returns at
 * least one web event.
 */
export function planVisit(person: Person, catalogue: Catalogue): (WebEvent | CrmEvent)[] {
  const { random } = person;
  const habits = HABITS[person.kind];
  const shelf = catalogue[habits.looksFor];
  const device = person.devices[person.visits % person.devices.length]!;
  const caller: Caller = { random, device, sessionId: random.hex(16), userId: device.signedIn ? person.userId : undefined, landing: landing(random), page: HOME };
  const calls: SegmentCall[] = [...arrive(person, caller, shelf), ...browse(person, caller, random.int(...habits.views), shelf)];
  if (!device.signedIn && random.chance(habits.signsIn)) calls.push(...signIn(person, caller));
  if (random.chance(habits.fillsCart)) calls.push(...fillCart(person, caller, shelf));
  if (person.cart.length > 0 && caller.userId !== undefined && random.chance(habits.orders)) calls.push(...order(person, caller));
  if (person.visits > 0) calls.push(...changeOfMind(person, caller));
  person.visits++;
  const followUp = caller.userId === undefined ? [] : salesFollowUp(person);
  return [
    ...calls.map((call): WebEvent => ({ platform: 'web', call, outcome: 'accepted' })),
    ...followUp.map((event): CrmEvent => ({ platform: 'crm', event })),
  ];
}

/** The landing page. It reports the consent that the banner holds; a new device is asked first and reports the answer. */
function arrive({ consent, kind, random }: Person, caller: Caller, shelf: Shelf): SegmentCall[] {
  const { device } = caller;
  const knownConsent = device.asked ? consent : undefined;
  if (random.chance(0.4)) caller.page = productPage(shelf.pick(random));
  const calls = [pageCall(caller, knownConsent)];
  caller.landing = undefined;
  if (!device.asked && kind !== 'bot') {
    device.asked = true;
    calls.push(trackCall(caller, 'Segment Consent Preference Updated', {}, consent));
  }
  if (random.chance(0.25)) calls.push(trackCall(caller, 'Products Searched', { query: random.pick(['kayak', 'dry bag', 'paddle', 'jacket']) }));
  return calls;
}

function browse({ random }: Person, caller: Caller, views: number, shelf: Shelf): SegmentCall[] {
  const calls: SegmentCall[] = [];
  if (random.chance(0.3)) {
    const { category } = shelf.pick(random);
    const products = shelf.products.filter((product) => product.category === category).slice(0, LIST_LENGTH).map((product) => productProperties({ product, quantity: 1 }));
    calls.push(trackCall(caller, 'Product List Viewed', { list_id: category.toLowerCase(), category, products }));
  }
  for (let view = 0; view < views; view++) {
    const product = shelf.pick(random);
    caller.page = productPage(product);
    if (random.chance(0.5)) calls.push(pageCall(caller));
    calls.push(trackCall(caller, 'Product Viewed', { ...productProperties({ product, quantity: 1 }), currency: CURRENCY }));
  }
  return calls;
}

function signIn(person: Person, caller: Caller): SegmentCall[] {
  const { consent, email, firstName, kind, lastName, random, userId } = person;
  caller.device.signedIn = true;
  caller.userId = userId;
  const calls = [identifyCall(caller, { email, firstName, lastName }, consent)];
  if (kind === 'trade') calls.push(trackCall(caller, 'Quote Requested', { volume: random.int(5, 60), topic: 'rental fleet' }));
  return calls;
}

function fillCart(person: Person, caller: Caller, shelf: Shelf): SegmentCall[] {
  const { cart, random } = person;
  if (cart.length >= LARGEST_CART) cart.length = 0;
  const cartId = `cart-${person.userId}-${person.visits + 1}`;
  const calls: SegmentCall[] = [];
  for (let count = random.int(1, 3); count > 0; count--) {
    const line: CartLine = { product: shelf.pick(random), quantity: random.int(1, 2) };
    cart.push(line);
    calls.push(trackCall(caller, 'Product Added', { cart_id: cartId, ...productProperties(line), currency: CURRENCY }));
  }
  if (cart.length > 1 && random.chance(0.15)) {
    calls.push(trackCall(caller, 'Product Removed', { cart_id: cartId, ...productProperties(cart.pop()!), currency: CURRENCY }));
  }
  caller.page = { path: '/cart', title: 'Cart' };
  calls.push(trackCall(caller, 'Cart Viewed', cartProperties(cartId, cart)));
  return calls;
}

function order(person: Person, caller: Caller): SegmentCall[] {
  const placed: Order = { orderId: `o-${person.userId}-${++person.ordersPlaced}`, lines: person.cart, refunded: false };
  person.orders = [...person.orders, placed].slice(-ORDERS_REMEMBERED);
  person.cart = [];
  caller.page = { path: '/checkout', title: 'Checkout' };
  const cartId = `cart-${person.userId}-${person.visits + 1}`;
  return [
    trackCall(caller, 'Checkout Started', { order_id: placed.orderId, ...cartProperties(cartId, placed.lines) }),
    trackCall(caller, 'Payment Info Entered', { checkout_id: `checkout-${placed.orderId}`, order_id: placed.orderId, step: 2, payment_method: 'card' }),
    trackCall(caller, 'Order Completed', orderProperties(placed)),
  ];
}

/** What happens on a later visit only: an order goes back, or consent is withdrawn, or given once more. */
function changeOfMind(person: Person, caller: Caller): SegmentCall[] {
  const calls: SegmentCall[] = [];
  const returnable = person.orders.find(({ refunded }) => !refunded);
  if (returnable && caller.userId !== undefined && person.random.chance(REFUNDS)) {
    returnable.refunded = true;
    calls.push(trackCall(caller, 'Order Refunded', refundProperties(returnable)));
  }
  const granted = Object.values(person.consent).some(Boolean);
  const changes = granted ? person.random.chance(WITHDRAWS) : person.firstConsent !== person.consent && person.random.chance(GRANTS_AGAIN);
  if (changes && caller.device.asked) {
    person.consent = granted ? NO_CONSENT : person.firstConsent;
    calls.push(trackCall(caller, 'Segment Consent Preference Updated', {}, person.consent));
  }
  return calls;
}
