// One named customer whose story a demonstration follows step by step, from an ad click to the sales team.
import { createHash } from 'node:crypto';
import { stampCalls, webRequest, webhookRequest } from './batches.js';
import { CURRENCY, PREMIUM_GOODS, landing } from './catalogue.js';
import { contactCreated, stageChanged, type HubSpotEvent } from './hubspot-events.js';
import type { CartLine, Consent, Device, Order } from './person.js';
import { Random } from './random.js';
import type { NativeRequest } from './request.js';
import { HOME, cartProperties, identifyCall, orderProperties, pageCall, productPage, productProperties, trackCall, type Caller, type SegmentCall } from './segment-calls.js';

export interface DemoStep {
  /** What the customer does, as a short sentence without a subject. */
  name: string;
  /** The step's request, with the times of this moment; asked for twice, it is the same events again. */
  request(): NativeRequest;
}

export interface DemoCustomer {
  name: string;
  userId: string;
  email: string;
  /** Of the laptop and the phone. */
  anonymousIds: [string, string];
  /** The contact's id in HubSpot. */
  contactId: number;
  orderId: string;
  steps: DemoStep[];
}

/** Beyond the ids of any seed's people. */
const FIRST_CONTACT_ID = 1_000_000_000_000;

const CONSENT: Consent = { Analytics: true, Personalization: true, Advertising: true, Marketing: true };

/**
 * The story of Ada Berg for a run: `runId` (1 to 40 letters, digits and hyphens) makes her a new person, so that a story
 * can be told again on the same platform. `now` in milliseconds. Send the steps in order, each after the last one's answer.
 */
export function demoCustomer(runId: string, now: () => number = Date.now): DemoCustomer {
  if (!/^[a-z0-9-]{1,40}$/i.test(runId)) throw new RangeError(`The run id of a demo customer must be 1 to 40 letters, digits or hyphens, not "${runId}". Choose another one.`);
  const digest = createHash('sha256').update(runId).digest();
  const random = new Random(digest.readUIntBE(0, 6), digest.readUInt32BE(6));
  const [laptop, phone] = createDevices(random);
  const contactId = FIRST_CONTACT_ID + digest.readUInt32BE(0);
  const userId = `demo-${runId}`;
  const email = `ada.berg.${runId}@example.com`.toLowerCase();
  const orderId = `o-${userId}`;
  const web = (name: string, calls: SegmentCall[]): DemoStep => ({
    name,
    request: () => {
      const at = now();
      return webRequest(stampCalls(calls.map((call) => ({ platform: 'web', call, outcome: 'accepted' })), 0, at), 0, at);
    },
  });
  const crmAt = new Map<string, number>();
  const crm = (name: string, events: HubSpotEvent[]): DemoStep => ({
    name,
    request: () => {
      // occurredAt is part of what tells HubSpot's events apart: it stays when the step is asked for again.
      const occurredAt = crmAt.get(name) ?? now();
      crmAt.set(name, occurredAt);
      return webhookRequest(events.map((event) => ({ ...event, occurredAt })), 0);
    },
  });
  const steps = [
    ...shopSteps({ random, laptop, phone, userId, email, orderId }).map(([name, calls]) => web(name, calls)),
    crm('becomes a lead in the CRM', contactCreated(random, contactId, email, 'lead')),
    crm('becomes an opportunity in the CRM', [stageChanged(random, contactId, 'opportunity')]),
  ];
  return { name: 'Ada Berg', userId, email, anonymousIds: [laptop.anonymousId, phone.anonymousId], contactId, orderId, steps };
}

function createDevices(random: Random): [Device, Device] {
  const place = { platform: 'web', ip: '203.0.113.7', locale: 'de-DE', timezone: 'Europe/Berlin', signedIn: false, asked: false } as const;
  const laptop = 'Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0';
  const phone = 'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36';
  return [{ ...place, anonymousId: random.uuid(), userAgent: laptop }, { ...place, anonymousId: random.uuid(), userAgent: phone }];
}

interface Story {
  random: Random;
  laptop: Device;
  phone: Device;
  userId: string;
  email: string;
  orderId: string;
}

/** What happens in the shop, as names of steps with their calls. */
function shopSteps({ random, laptop, phone, userId, email, orderId }: Story): [string, SegmentCall[]][] {
  const onLaptop: Caller = { random, device: laptop, sessionId: random.hex(16), page: HOME };
  const onPhone: Caller = { random, device: phone, sessionId: random.hex(16), page: HOME };
  const signedIn = (caller: Caller): Caller => ({ ...caller, userId });
  const traits = { email, firstName: 'Ada', lastName: 'Berg' };
  const [kayak, double, , paddle] = PREMIUM_GOODS;
  const view = (caller: Caller, product: typeof kayak) =>
    trackCall({ ...caller, page: productPage(product!) }, 'Product Viewed', { ...productProperties({ product: product!, quantity: 1 }), currency: CURRENCY });
  const lines: CartLine[] = [{ product: kayak!, quantity: 1 }, { product: paddle!, quantity: 1 }];
  const order: Order = { orderId, lines, refunded: false };
  const cartId = `cart-${userId}`;
  const added = lines.map((line) => trackCall(onLaptop, 'Product Added', { cart_id: cartId, ...productProperties(line), currency: CURRENCY }));
  return [
    ['comes from a search ad', [pageCall({ ...onLaptop, landing: landing(random, 'searchAd') }), trackCall(onLaptop, 'Segment Consent Preference Updated', {}, CONSENT)]],
    ['looks at kayaks', [kayak, double, kayak, paddle].map((product) => view(onLaptop, product))],
    ['fills a cart', [...added, trackCall(onLaptop, 'Cart Viewed', cartProperties(cartId, lines))]],
    ['signs in', [identifyCall(signedIn(onLaptop), traits, CONSENT)]],
    ['comes back on the phone, anonymous', [pageCall({ ...onPhone, landing: landing(random, 'newsletter') }), view(onPhone, kayak)]],
    ['signs in on the phone', [identifyCall(signedIn(onPhone), traits, CONSENT)]],
    ['orders', [trackCall(signedIn(onPhone), 'Checkout Started', { order_id: orderId, ...cartProperties(cartId, lines) }), trackCall(signedIn(onPhone), 'Order Completed', orderProperties(order))]],
  ];
}
