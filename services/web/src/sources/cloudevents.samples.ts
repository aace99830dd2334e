// CloudEvents in the JSON format, one for each product (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md).

const event = (product: string, id: string, data: object) => ({
  specversion: '1.0', type: `com.tideway.web.${product}.v1`, source: '/shop/backend', id, time: '2026-11-20T10:00:00Z', datacontenttype: 'application/json', data,
});

export const PAGE_VIEW = event('page-views', 'A234-1234-1231', {
  identifiers: { anonymous_id: 'a-1', email: 'Jane.Doe@gmail.com' }, url: 'https://shop.example/shoes?utm_source=google&utm_medium=cpc&gclid=g-1&email=jane%40example.com', title: 'Shoes', referrer: 'https://www.google.com/',
  user_agent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1', country: 'DE',
});
export const CART = event('ecommerce-events', 'A234-1234-1232', { identifiers: { user_id: 'u-1' }, action: 'product_added', items: [{ product_id: 'SKU-1', quantity: 1, price_micros: 89_900_000 }], currency: 'EUR' });
export const ORDER = event('orders', 'A234-1234-1233', { identifiers: { user_id: 'u-1', phone: '+49 30 12345678' }, order_id: 'O-1', status: 'completed', total_micros: 89_900_000, currency: 'EUR', items: [{ product_id: 'SKU-1', name: 'Shoe', quantity: 1 }] });
export const IDENTIFICATION = event('identifications', 'A234-1234-1234', { identifiers: { user_id: 'u-1', email: 'jane@example.com' }, method: 'identify', traits: { plan: 'pro', name: 'Jane' } });
export const CUSTOM = event('custom-events', 'A234-1234-1235', { identifiers: { email_sha256: 'b4c9a289323b21a01c3e940f150eb9b8c542587f1abfd8f0e1cc1ffc5e475514' }, name: 'Song Played', properties: { artist: 'x', length: 215, tags: ['a'] } });
export const CONSENT = event('consents', 'A234-1234-1236', { identifiers: { user_id: 'u-1' }, purpose: 'marketing', channel: 'email', decision: 'granted', legal_basis: 'consent', evidence: 'form 12' });

export const ALL = [PAGE_VIEW, CART, ORDER, IDENTIFICATION, CUSTOM, CONSENT];
