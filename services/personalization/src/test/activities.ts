// Activities for tests: what a person does in a shop.
import type { CustomerActivities } from '@tideway/contracts';
import { v4 as uuid } from 'uuid';

type Item = CustomerActivities['items'][number];

/** An activity of nothing in particular at `occurred_at` 1,000. */
export function activity(type: string, change: Partial<CustomerActivities> = {}): CustomerActivities {
  return {
    activity_id: uuid(), profile_id: '00000000-0000-4000-8000-000000000001', identifier: 'anonymous_id:a', occurred_at: 1_000, received_at: 1_000,
    product: 'web.ecommerce-events', type, session_id: null, touch: null, campaign_id: null, message_id: null, order_id: null, items: [],
    value_micros: null, currency: null, is_bot: false, is_machine: false, properties: {}, origin: 'web.ecommerce-events.v1:0:0', ...change,
  };
}

export const item = (product_id: string, quantity = 1, category: string | null = null): Item =>
  ({ product_id, name: `The ${product_id}`, brand: null, category, price_micros: 10_000_000, quantity });

export const decision = (decided: 'granted' | 'denied' | 'withdrawn', occurred_at: number, purpose = 'personalization', channel = 'any'): CustomerActivities =>
  activity(`consent_${decided}`, { occurred_at, product: 'web.consents', properties: { purpose, channel, legal_basis: 'consent' } });

export const order = (occurred_at: number, value_micros = 5_000_000, currency = 'EUR'): CustomerActivities =>
  activity('order_completed', { occurred_at, product: 'web.orders', value_micros, currency });
