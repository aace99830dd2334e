// The shop's happenings as the activities that the mesh makes of them, for tests that need months of a shop in seconds and no
// platform. A test of the mesh holds these to what really comes out: see infra/mesh/src/test/activity-shapes.ts.
import { createHash } from 'node:crypto';
import { cartProperties, orderProperties } from '../segment-calls.js';
import type { CartLine } from '../person.js';
import type { Happening, Touch, WebHappening } from './happening.js';
import { shop, type ShopOptions } from './shop.js';

/** The columns of customer.activities, without profile_id. */
export interface ShopActivity {
  activity_id: string;
  identifier: string;
  /** Milliseconds. */
  occurred_at: number;
  received_at: number;
  product: string;
  type: string;
  session_id: string | null;
  touch: { channel: string; source: string | null; medium: string | null; campaign: string | null; content: string | null; term: string | null; click_id_type: string | null; click_id: string | null } | null;
  campaign_id: string | null;
  message_id: string | null;
  order_id: string | null;
  items: { product_id: string; name: string; brand: string; category: string; price_micros: number; quantity: number }[];
  value_micros: number | null;
  currency: string | null;
  is_bot: boolean;
  is_machine: boolean;
  properties: Record<string, string>;
  origin: string;
}

type Told = Pick<ShopActivity, 'product' | 'type'> & Partial<ShopActivity>;
type Of<P extends Happening['platform']> = Extract<Happening, { platform: P }>;

const PURPOSES = ['analytics', 'personalization', 'advertising', 'marketing'];
const MAIL_TYPES: Record<Of<'mail'>['action'], string> = {
  processed: 'email_sent', delivered: 'email_delivered', hard_bounce: 'email_hard_bounced', soft_bounce: 'email_soft_bounced', open: 'email_opened',
  machine_open: 'email_opened', click: 'email_clicked', unsubscribe: 'email_unsubscribed', complaint: 'email_complained',
};
const CHANNELS: Record<Touch['channel'], string | null> = {
  direct: null, organicSearch: 'organic_search', googleAds: 'paid_search', metaAds: 'paid_social', referral: 'referral', organicSocial: 'organic_social', newsletter: 'email', cartMail: 'email',
};
const COMMERCE: Partial<Record<WebHappening['kind'], string>> = {
  search: 'products_searched', view: 'product_viewed', add: 'product_added', cart: 'cart_viewed', checkout: 'checkout_started', payment: 'payment_info_entered',
};

/**
 * The activities of people (bots consent to nothing) before `until` (ms), by profile: of all identifiers that were seen together,
 * as they are known in the end. In the order of time.
 */
export function shopActivities({ until, ...options }: ShopOptions & { until: number }): Map<string, ShopActivity[]> {
  const identities = new Identities();
  const all: ShopActivity[] = [];
  const nothing = {
    session_id: null, touch: null, campaign_id: null, message_id: null, order_id: null, items: [], value_micros: null, currency: null, is_bot: false, is_machine: false, properties: {},
  };
  for (const happening of shop(options)) {
    if (happening.at >= until) break;
    for (const told of activitiesOf(happening)) {
      const [identifier] = identities.seen(identifiersOf(happening, told));
      const number = String(all.length);
      all.push({ ...nothing, activity_id: uuidOf(number), identifier: identifier!, occurred_at: happening.at, received_at: happening.at, origin: `shop:0:${number}`, ...told });
    }
  }
  return Map.groupBy(all, ({ identifier }) => uuidOf(identities.first(identifier)));
}

function activitiesOf(happening: Happening): Told[] {
  switch (happening.platform) {
    case 'web':
      return web(happening);
    case 'mail':
      return mail(happening);
    case 'crm':
      return sales(happening);
    default:
      return [];
  }
}

/** What the records of a happening carry, the one that they are attributed by first. */
function identifiersOf(happening: Happening, { type }: Told): string[] {
  switch (happening.platform) {
    case 'web': {
      const { visit: { device, person }, signedIn } = happening;
      const known = signedIn ? [`user_id:${person.userId}`] : [];
      return [...known, `anonymous_id:${device.anonymousId}`, ...(type === 'identified' ? [`email:${person.email}`] : [])];
    }
    case 'mail':
      return [`email:${happening.mail.person.email}`];
    case 'crm':
      return [`contact:${happening.person.userId}`, `email:${happening.person.email}`];
    default:
      return [];
  }
}

function web({ visit, what }: Of<'web'>): Told[] {
  const { person, touch } = visit;
  const commerce = { product: 'web.ecommerce-events', type: COMMERCE[what.kind]!, session_id: visit.id };
  switch (what.kind) {
    case 'page':
      return [
        { product: 'web.page-views', type: 'page_viewed', session_id: visit.id, touch: what.landing ? touchOf(touch) : null, properties: { path: what.path, title: what.title, device: /Mobi|iPhone|Android/.test(visit.device.userAgent) ? 'mobile' : 'desktop' } },
        ...(what.landing && visit.device.asked ? consents(person.consent) : []),
      ];
    case 'consent':
      return consents(person.consent);
    case 'identify':
      return [{ product: 'web.identifications', type: 'identified' }, ...consents(person.consent)];
    case 'quote':
      return [{ product: 'web.custom-events', type: 'custom_event', session_id: visit.id, properties: { name: 'Quote Requested' } }];
    case 'search':
      return [{ ...commerce, properties: { query: what.query } }];
    case 'view':
      return [{ ...commerce, items: itemsOf([{ product: what.product, quantity: 1 }]), currency: 'EUR' }];
    case 'add':
      return [{ ...commerce, items: itemsOf([what.line]), currency: 'EUR', properties: { cart_id: what.cartId } }];
    case 'cart':
    case 'checkout':
      return [{ ...commerce, items: itemsOf(what.lines), value_micros: micros(cartProperties(what.cartId, what.lines)['value']), currency: 'EUR', properties: { cart_id: what.cartId } }];
    case 'payment':
      return [{ ...commerce, properties: { checkout_step: '2' } }];
    case 'order':
    case 'refund': {
      const total = micros(orderProperties({ orderId: what.orderId, lines: [...what.lines], refunded: false })['total']);
      const [type, value_micros] = what.kind === 'order' ? ['order_completed', total] as const : ['order_refunded', -total] as const;
      return [{ product: 'web.orders', type, order_id: what.orderId, items: itemsOf(what.lines), value_micros, currency: 'EUR' }];
    }
  }
}

function mail({ mail: { id, campaign }, action }: Of<'mail'>): Told[] {
  const touch = action === 'click' ? { ...NO_TOUCH, channel: 'email', source: 'sendgrid:shop', medium: 'email', campaign } : null;
  const told = { product: 'email.engagements', type: MAIL_TYPES[action], campaign_id: campaign, message_id: id, is_machine: action === 'machine_open', touch };
  const withdrawn = { product: 'email.consents', type: 'consent_withdrawn', properties: { purpose: 'marketing', channel: 'email', legal_basis: 'consent' } };
  return action === 'unsubscribe' || action === 'complaint' ? [told, withdrawn] : [told];
}

function sales({ change, amount }: Of<'crm'>): Told[] {
  const contact = (type: string, properties: Record<string, string> = {}): Told => ({ product: 'crm.contact-changes', type: `contact_${type}`, properties });
  const deal = (type: string, properties: Record<string, string> = {}): Told => ({ product: 'crm.deal-changes', type: `deal_${type}`, properties });
  const stage = (name: string) => contact('stage_changed', { property: 'lifecyclestage', value: name, stage: name });
  const dealStage = (name: string) => deal('stage_changed', { property: 'dealstage', value: name, stage: name });
  switch (change) {
    case 'lead':
    case 'customer':
      return [contact('created'), contact('updated', { property: 'email' }), stage(change)];
    case 'deal':
      return [stage('opportunity'), deal('created'), dealStage('appointmentscheduled'), { ...deal('updated', { property: 'amount', value: String(amount) }), value_micros: micros(amount) }];
    case 'won':
      return [dealStage('closedwon'), stage('customer')];
    case 'lost':
      return [dealStage('closedlost')];
  }
}

const NO_TOUCH = { source: null, medium: null, campaign: null, content: null, term: null, click_id_type: null, click_id: null };

function touchOf({ channel: by, click, clickId, campaign: name }: Touch): ShopActivity['touch'] {
  const channel = CHANNELS[by];
  const campaign = name ?? null;
  if (channel === null) return null;
  if (channel === 'email') return { ...NO_TOUCH, channel, source: by === 'newsletter' ? 'newsletter' : 'shop', medium: 'email', campaign };
  if (!click) return { ...NO_TOUCH, channel };
  const [source, medium, type] = click.ad.platform === 'google' ? ['google', 'cpc', 'gclid'] : ['facebook', 'paid_social', 'fbclid'];
  return { channel, source: source!, medium: medium!, campaign, content: click.ad.adId, term: click.ad.keyword ?? null, click_id_type: clickId ? type! : null, click_id: clickId ?? null };
}

function consents(granted: boolean): Told[] {
  return PURPOSES.map((purpose) => ({ product: 'web.consents', type: granted ? 'consent_granted' : 'consent_denied', properties: { purpose, channel: 'any', legal_basis: 'consent' } }));
}

function itemsOf(lines: readonly CartLine[]): ShopActivity['items'] {
  return lines.map(({ product: { id, name, brand, category, price }, quantity }) => ({ product_id: id, name, brand, category, price_micros: price * 10_000, quantity }));
}

const micros = (amount: unknown): number => Math.round(Number(amount) * 1e6);

/** A uuid that the text alone decides. */
function uuidOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-8$4-$5');
}

/** Which identifiers belong to one profile: those that came together, directly or through others. */
class Identities {
  readonly #before = new Map<string, string>();

  /** The first identifier of the profile: the one that it was known by first, or one of those merged into it. */
  first(identifier: string): string {
    const before = this.#before.get(identifier);
    if (before === undefined) return identifier;
    const first = this.first(before);
    this.#before.set(identifier, first);
    return first;
  }

  seen(identifiers: string[]): string[] {
    const [into, ...others] = identifiers.map((identifier) => this.first(identifier));
    for (const other of others) if (other !== into) this.#before.set(other, into!);
    return identifiers;
  }
}
