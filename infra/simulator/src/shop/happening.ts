// What happens in the shop, in no platform's words: files of words say it in theirs.
import type { Product } from '../catalogue.js';
import type { CartLine, Device } from '../person.js';
import type { AdClick, AdDay } from './ads.js';
import type { Channel } from './numbers.js';
import type { ShopPerson } from './people.js';

/** Where a visit comes from. `clickId` is missing where the browser or a redirect lost it. */
export interface Touch {
  channel: Channel;
  click: AdClick | undefined;
  clickId: string | undefined;
  /** Of a mail that was clicked. */
  campaign: string | undefined;
}

/** One visit, on one device. */
export interface Visit {
  id: string;
  person: ShopPerson;
  device: Device;
  touch: Touch;
}

export interface Mail {
  id: string;
  person: ShopPerson;
  kind: 'newsletter' | 'cart';
  campaign: string;
}

export type WebHappening =
  | { kind: 'page'; path: string; title: string; landing: boolean }
  | { kind: 'consent' }
  | { kind: 'search'; query: string }
  | { kind: 'view'; product: Product }
  | { kind: 'add'; line: CartLine; cartId: string }
  | { kind: 'cart'; lines: CartLine[]; cartId: string }
  | { kind: 'checkout'; lines: CartLine[]; cartId: string; orderId: string }
  | { kind: 'payment'; orderId: string }
  | { kind: 'order'; orderId: string; lines: CartLine[] }
  | { kind: 'refund'; orderId: string; lines: CartLine[] }
  | { kind: 'identify' }
  | { kind: 'quote' };

/** What is true, for whoever scores identity, attribution and uplift; nothing of it goes to a platform. */
export type Truth =
  | { kind: 'person'; person: string; user_id: string; email: string; anonymous_ids: string[]; holdout: boolean }
  | { kind: 'touch'; person: string; at: string; visit: string; channel: Channel; campaign: string | null; click_id: string | null; click_id_lost: boolean }
  | { kind: 'treatment'; person: string; at: string; treatment: 'cart_mail'; treated: boolean; mail: string }
  | { kind: 'order'; person: string; at: string; order_id: string; value_micros: number; through: string | null };

export type Happening = { at: number } & (
  /** `signedIn`: when it happened. */
  | { platform: 'web'; visit: Visit; signedIn: boolean; what: WebHappening }
  | { platform: 'bot'; visit: string; device: Device; path: string }
  | { platform: 'mail'; mail: Mail; action: 'processed' | 'delivered' | 'hard_bounce' | 'soft_bounce' | 'open' | 'machine_open' | 'click' | 'unsubscribe' | 'complaint' }
  | { platform: 'crm'; person: ShopPerson; change: 'lead' | 'deal' | 'won' | 'lost' | 'customer'; amount: number | undefined }
  | { platform: 'ads'; days: AdDay[]; clicks: AdClick[] }
  | { platform: 'truth'; truth: Truth }
);
