// One visit of a person: how far it goes, and what happens in it when.
import type { Catalogue, Product } from '../catalogue.js';
import type { CartLine } from '../person.js';
import { lognormal } from './chance.js';
import type { Visit, WebHappening } from './happening.js';
import { INTENT_SPREAD, SIGN_IN, STEPS, type Intent } from './numbers.js';
import type { ShopPerson } from './people.js';

export interface Session {
  steps: { at: number; signedIn: boolean; what: WebHappening }[];
  endsAt: number;
  order: { orderId: string; lines: CartLine[]; at: number; valueMicros: number } | undefined;
  /** Something was put into the cart, or lay there, and was not bought. */
  abandoned: boolean;
  quoted: boolean;
}

const STEP_MEDIAN_MS = 18_000;
const SEARCHES = ['kayak', 'dry bag', 'paddle', 'jacket', 'board', 'boots'];

/** Draws an intent from its weights: the higher ones the likelier, the more eager the person is. */
export function drawIntent({ random, eagerness }: ShopPerson, weights: Readonly<Record<Exclude<Intent, 'hot'>, number>>): Intent {
  // Its mean over all people is 1.
  const factor = Math.exp(INTENT_SPREAD * eagerness - (INTENT_SPREAD * INTENT_SPREAD) / 2);
  return random.weighted({ low: weights.low, middle: weights.middle * Math.sqrt(factor), high: weights.high * factor });
}

/** Plans the visit, and changes the person accordingly. */
export function planSession(visit: Visit, begin: number, intent: Intent, catalogue: Catalogue): Session {
  const { person, device } = visit;
  const { random } = person;
  const chances = STEPS[intent];
  device.signedIn &&= random.chance(SIGN_IN.stays);
  const session: Session = { steps: [], endsAt: begin, order: undefined, abandoned: false, quoted: false };
  let at = begin;
  const happen = (what: WebHappening) => {
    session.steps.push({ at: Math.round(at), signedIn: device.signedIn, what });
    at += 1_000 + lognormal(random, STEP_MEDIAN_MS, 0.9);
  };
  const shelf = person.trade ? catalogue.premium : catalogue.goods;
  const callsBack = intent === 'hot' && person.cart.length > 0;
  happen({ kind: 'page', path: callsBack ? '/cart' : '/', title: callsBack ? 'Cart' : 'Tideway Shop', landing: true });
  if (!device.asked) {
    device.asked = true;
    happen({ kind: 'consent' });
  }
  if (person.account && !device.signedIn && random.chance(SIGN_IN.again)) signIn(visit, happen);
  const viewed = random.chance(chances.view) ? browse(person, shelf.pick.bind(shelf), happen) : [];
  const fills = viewed.length > 0 && random.chance(chances.cart);
  if (fills) fillCart(visit, viewed, at, happen);
  if (fills || callsBack) happen({ kind: 'cart', lines: [...person.cart], cartId: cartId(visit) });
  if ((fills || callsBack) && random.chance(chances.checkout)) {
    const orderId = `o-${person.userId}-${person.ordersPlaced + 1}`;
    happen({ kind: 'checkout', lines: [...person.cart], cartId: cartId(visit), orderId });
    if (random.chance(chances.order)) session.order = order(visit, orderId, () => at, happen);
  }
  if (person.trade && !person.lead && viewed.length > 0) {
    session.quoted = person.lead = person.account = true;
    if (!device.signedIn) signIn(visit, happen);
    happen({ kind: 'quote' });
  }
  session.abandoned = person.cart.length > 0 && session.order === undefined && (fills || callsBack);
  session.endsAt = Math.round(at);
  return session;
}

function signIn({ device }: Visit, happen: (what: WebHappening) => void): void {
  device.signedIn = true;
  happen({ kind: 'identify' });
}

function browse({ random }: ShopPerson, pick: (random: ShopPerson['random']) => Product, happen: (what: WebHappening) => void): Product[] {
  if (random.chance(0.25)) happen({ kind: 'search', query: random.pick(SEARCHES) });
  return Array.from({ length: 1 + Math.floor(-Math.log(1 - random.fraction()) * 1.8) }, () => {
    const product = pick(random);
    happen({ kind: 'page', path: `/products/${product.id}`, title: product.name, landing: false });
    happen({ kind: 'view', product });
    return product;
  });
}

/** Most carts hold the product that was looked at last. */
function fillCart(visit: Visit, viewed: Product[], at: number, happen: (what: WebHappening) => void): void {
  const { person } = visit;
  const { random, cart } = person;
  cart.length = 0;
  for (const product of new Set(random.chance(0.6) ? [viewed.at(-1)!] : viewed.slice(-3))) {
    const line: CartLine = { product, quantity: random.chance(0.85) ? 1 : 2 };
    cart.push(line);
    happen({ kind: 'add', line, cartId: cartId(visit) });
  }
  person.cartAt = at;
}

function order(visit: Visit, orderId: string, now: () => number, happen: (what: WebHappening) => void): Session['order'] {
  const { person, device } = visit;
  happen({ kind: 'payment', orderId });
  // A guest gives an address too, and has an account from then on.
  person.account = true;
  if (!device.signedIn) signIn(visit, happen);
  const lines = person.cart;
  person.cart = [];
  person.ordersPlaced += 1;
  const at = Math.round(now());
  happen({ kind: 'order', orderId, lines });
  return { orderId, lines, at, valueMicros: lines.reduce((sum, { product, quantity }) => sum + product.price * quantity, 0) * 10_000 };
}

const cartId = ({ person }: Visit) => `cart-${person.userId}-${person.ordersPlaced + 1}`;
