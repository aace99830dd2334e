// What happens on the web, as calls of Segment's browser library.
import { CURRENCY, type Landing } from '../catalogue.js';
import {
  HOME, cartProperties, identifyCall, orderProperties, pageCall, productPage, productProperties, refundProperties, trackCall,
  type Caller, type SegmentCall,
} from '../segment-calls.js';
import type { Consent } from '../person.js';
import type { Random } from '../random.js';
import type { Happening, Touch, Visit } from './happening.js';

type WebHappening = Extract<Happening, { platform: 'web' }>;
type BotHappening = Extract<Happening, { platform: 'bot' }>;

const NO_LANDING: Landing = { query: '', referrer: '' };
const REFERRERS: Partial<Record<Touch['channel'], string>> = {
  organicSearch: 'https://www.google.com/', googleAds: 'https://www.google.com/', metaAds: 'https://l.facebook.com/',
  referral: 'https://paddling-blog.example/reviews', organicSocial: 'https://www.reddit.com/',
};

/** The call, without its time; `random` gives its messageId. */
export function segmentCall({ visit, signedIn, what }: WebHappening, random: Random): SegmentCall {
  const caller = callerOf(visit, signedIn, random);
  const { person } = visit;
  switch (what.kind) {
    case 'page':
      return pageCall({ ...caller, page: what, landing: what.landing ? landingOf(visit.touch) : undefined }, what.landing && visit.device.asked ? consentOf(person.consent) : undefined);
    case 'consent':
      return trackCall(caller, 'Segment Consent Preference Updated', {}, consentOf(person.consent));
    case 'search':
      return trackCall(caller, 'Products Searched', { query: what.query });
    case 'view':
      return trackCall({ ...caller, page: productPage(what.product) }, 'Product Viewed', { ...productProperties({ product: what.product, quantity: 1 }), currency: CURRENCY });
    case 'add':
      return trackCall({ ...caller, page: productPage(what.line.product) }, 'Product Added', { cart_id: what.cartId, ...productProperties(what.line), currency: CURRENCY });
    case 'cart':
      return trackCall(caller, 'Cart Viewed', cartProperties(what.cartId, what.lines));
    case 'checkout':
      return trackCall(caller, 'Checkout Started', { order_id: what.orderId, ...cartProperties(what.cartId, what.lines) });
    case 'payment':
      return trackCall(caller, 'Payment Info Entered', { checkout_id: `checkout-${what.orderId}`, order_id: what.orderId, step: 2, payment_method: 'card' });
    case 'order':
      return trackCall(caller, 'Order Completed', orderProperties({ orderId: what.orderId, lines: what.lines, refunded: false }));
    case 'refund':
      return trackCall(caller, 'Order Refunded', refundProperties({ orderId: what.orderId, lines: what.lines, refunded: true }));
    case 'identify':
      return identifyCall({ ...caller, userId: person.userId }, { email: person.email, firstName: person.firstName, lastName: person.lastName }, consentOf(person.consent));
    case 'quote':
      return trackCall(caller, 'Quote Requested', { volume: random.int(5, 60), topic: 'rental fleet' });
  }
}

/** A bot's page view: its user agent says what it is. */
export function botCall({ visit, device, path }: BotHappening, random: Random): SegmentCall {
  return pageCall({ random, device, sessionId: visit, page: { path, title: 'Tideway Shop' }, landing: NO_LANDING });
}

function callerOf({ id, person, device }: Visit, signedIn: boolean, random: Random): Caller {
  return { random, device, sessionId: id, userId: signedIn ? person.userId : undefined, page: HOME };
}

function landingOf({ channel, click, clickId, campaign }: Touch): Landing {
  const utm = channel === 'newsletter' || channel === 'cartMail'
    ? { source: channel === 'newsletter' ? 'newsletter' : 'shop', medium: 'email', name: campaign! }
    : click && { source: click.ad.platform === 'google' ? 'google' : 'facebook', medium: click.ad.platform === 'google' ? 'cpc' : 'paid_social', name: click.ad.campaign, term: click.ad.keyword, content: click.ad.adId };
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(utm ?? {})) if (value !== undefined) query.set(key === 'name' ? 'utm_campaign' : `utm_${key}`, value);
  if (clickId !== undefined) query.set(click!.ad.platform === 'google' ? 'gclid' : 'fbclid', clickId);
  return { query: query.toString(), referrer: REFERRERS[channel] ?? '', campaign: utm && { ...utm, name: utm.name } };
}

const consentOf = (granted: boolean): Consent => ({ Analytics: granted, Personalization: granted, Advertising: granted, Marketing: granted });
