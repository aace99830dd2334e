// What people of a shop do, as records of the data products that domain services make of it: for who publishes them directly.
import type { CustomerActivities, ProductId, Records } from '@tideway/contracts';

/** A record and the product that it is of. */
export type ProductRecord = { [P in ProductId]: { product: P; record: Records[P] } }[ProductId];

/** Products that `recordOf` makes records of. */
export const SHOP_PRODUCTS = ['web.page-views', 'web.ecommerce-events', 'web.orders', 'email.engagements', 'web.consents'] as const satisfies readonly ProductId[];

/** The record of which the customer service would make this activity, by somebody whom a cookie identifies. */
export function recordOf({ activity_id: event_id, profile_id, occurred_at, received_at, type, items, touch, value_micros, properties }: CustomerActivities): ProductRecord {
  const event = { event_id, occurred_at, received_at, source: 'bench', identifiers: { anonymous_id: profile_id } };
  switch (type) {
    case 'page_viewed':
      return { product: 'web.page-views', record: {
        ...event, session_id: null, url: 'https://shop.example/', path: '/', title: null, referrer: null, utm_source: null, utm_medium: null, utm_campaign: null, utm_content: null, utm_term: null, utm_id: null,
        click_id_type: null, click_id: null, channel: (touch?.channel ?? 'direct') as Records['web.page-views']['channel'], device: 'desktop', country: null, platform: 'web', is_bot: false,
      } };
    case 'order_completed':
      return { product: 'web.orders', record: {
        ...event, order_id: event_id, status: 'completed', total_micros: value_micros ?? 0, tax_micros: null, shipping_micros: null, discount_micros: null, net_change_micros: value_micros ?? 0, coupon: null, currency: 'EUR', items,
      } };
    case 'email_clicked':
      return { product: 'email.engagements', record: {
        ...event, action: 'click', message_id: event_id, campaign_id: null, template_id: null, link_url: null, bounce_class: null, reason: null, is_machine: false, channel: null,
      } };
    case 'consent_granted':
    case 'consent_denied':
      return { product: 'web.consents', record: {
        ...event, purpose: properties['purpose'] as Records['web.consents']['purpose'], channel: 'any', decision: type === 'consent_granted' ? 'granted' : 'denied', legal_basis: 'consent', evidence: null,
      } };
    default:
      return { product: 'web.ecommerce-events', record: {
        ...event, session_id: null, action: type as Records['web.ecommerce-events']['action'], query: null, cart_id: null, checkout_step: null, items, value_micros: null, currency: null,
      } };
  }
}
