// Calls shaped as Segment's documentation shows them; each names its page.

/** https://segment.com/docs/connections/spec/common/ */
export const COMMON = {
  anonymousId: '507f191e810c19729de860ea',
  context: {
    active: true,
    app: { name: 'InitechGlobal', version: '545', build: '3.0.1.545', namespace: 'com.production.segment' },
    campaign: { name: 'TPS Innovation Newsletter', source: 'Newsletter', medium: 'email', term: 'tps reports', content: 'image link' },
    device: { id: 'B5372DB0-C21E-11E4-8DFC-AA07A5B093DB', advertisingId: '7A3CBEA0-BDF5-11E4-8DFC-AA07A5B093DB', adTrackingEnabled: true, manufacturer: 'Apple', model: 'iPhone7,2', name: 'maguro', type: 'ios' },
    ip: '8.8.8.8',
    library: { name: 'analytics.js', version: '2.11.1' },
    locale: 'en-US',
    location: { city: 'San Francisco', country: 'United States', latitude: 40.2964197, longitude: -76.9411617, speed: 0 },
    page: { path: '/academy/', referrer: '', search: '', title: 'Analytics Academy', url: 'https://segment.com/academy/' },
    screen: { width: 320, height: 568, density: 2 },
    groupId: '12345',
    timezone: 'Europe/Amsterdam',
    userAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 9_1 like Mac OS X) AppleWebKit/601.1.46 (KHTML, like Gecko) Version/9.0 Mobile/13B143 Safari/601.1',
  },
  integrations: { All: true, Mixpanel: false, Salesforce: false },
  messageId: '022bb90c-bbac-11e4-8dfc-aa07a5b093db',
  receivedAt: '2015-12-10T04:08:31.909Z',
  sentAt: '2015-12-10T04:08:31.581Z',
  timestamp: '2015-12-10T04:08:31.905Z',
  type: 'track',
  userId: '97980cfea0067',
  version: 2,
};

/** https://segment.com/docs/connections/spec/page/ */
export const PAGE = {
  anonymousId: '507f191e810c19729de860ea',
  channel: 'browser',
  context: { ip: '8.8.8.8', userAgent: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_9_5) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/40.0.2214.115 Safari/537.36' },
  integrations: { All: true, Mixpanel: false, Salesforce: false },
  messageId: '022bb90c-bbac-11e4-8dfc-aa07a5b093db',
  name: 'Home',
  properties: { title: 'Welcome | Initech', url: 'http://www.example.com' },
  receivedAt: '2015-02-23T22:28:55.387Z',
  sentAt: '2015-02-23T22:28:55.111Z',
  timestamp: '2015-02-23T22:28:55.111Z',
  type: 'page',
  userId: '97980cfea0067',
  version: '1.1',
};

/** https://segment.com/docs/connections/spec/screen/ */
export const SCREEN = {
  anonymousId: '3a12eab0-bca7-11e4-8dfc-aa07a5b093db',
  channel: 'mobile',
  context: { ip: '8.8.8.8' },
  messageId: '022bb90c-bbac-11e4-8dfc-aa07a5b093db',
  name: 'Home',
  properties: { variation: 'blue signup button' },
  receivedAt: '2015-02-23T22:28:55.387Z',
  sentAt: '2015-02-23T22:28:55.111Z',
  timestamp: '2015-02-23T22:28:55.111Z',
  type: 'screen',
  userId: '97980cfea0067',
  version: '1.1',
};

/** https://segment.com/docs/connections/sources/catalog/libraries/server/http-api/#batch, one of its calls */
export const IDENTIFY = {
  type: 'identify',
  userId: '019mr8mf4r',
  traits: { email: 'jake@yahoo.com', name: 'Jake Peterson', age: 26 },
  timestamp: '2012-12-02T00:30:08.276Z',
};

/** https://segment.com/docs/connections/spec/alias/ */
export const ALIAS = {
  anonymousId: '507f191e810c19729de860ea',
  channel: 'browser',
  context: { ip: '8.8.8.8' },
  messageId: '022bb90c-bbac-11e4-8dfc-aa07a5b093db',
  previousId: '39239-239239-239239-23923',
  sentAt: '2015-02-23T22:28:55.111Z',
  timestamp: '2015-02-23T22:28:55.111Z',
  type: 'alias',
  userId: '507f191e81',
  version: '1.1',
};

/** https://segment.com/docs/connections/sources/catalog/libraries/server/http-api/#group */
export const GROUP = {
  type: 'group',
  userId: '019mr8mf4r',
  groupId: '8e9df332ac',
  traits: { name: 'Initech', industry: 'Technology', employees: 420 },
  timestamp: '2012-12-02T00:31:38.208Z',
};

const PRODUCTS = [
  { product_id: '507f1f77bcf86cd799439011', sku: '45790-32', name: 'Monopoly: 3rd Edition', price: 19, quantity: 1, category: 'Games', url: 'https://www.example.com/product/path', image_url: 'https://www.example.com/product/path.jpg' },
  { product_id: '505bd76785ebb509fc183733', sku: '46493-32', name: 'Uno Card Game', price: 3, quantity: 2, category: 'Games' },
];

function tracked(event: string, properties: object) {
  return { type: 'track', event, properties, userId: '97980cfea0067', messageId: `m-${event}`, timestamp: '2015-02-23T22:28:55.111Z' };
}

/** https://segment.com/docs/connections/spec/ecommerce/v2/ */
export const PRODUCTS_SEARCHED = tracked('Products Searched', { query: 'blue roses' });
export const PRODUCT_LIST_VIEWED = tracked('Product List Viewed', { list_id: 'hot_deals_1', category: 'Deals', products: PRODUCTS });
export const PRODUCT_VIEWED = tracked('Product Viewed', {
  product_id: '507f1f77bcf86cd799439011', sku: 'G-32', category: 'Games', name: 'Monopoly: 3rd Edition', brand: 'Hasbro', variant: '200 pieces', price: 18.99, quantity: 1, coupon: 'MAYDEALS', currency: 'usd', position: 3, value: 18.99,
});
export const CART_VIEWED = tracked('Cart Viewed', { cart_id: 'd92jd29jd92jd29j92d92jd', products: PRODUCTS });
export const CHECKOUT_STARTED = tracked('Checkout Started', { order_id: '50314b8e9bcf000000000000', affiliation: 'Google Store', value: 30, revenue: 25, shipping: 3, tax: 2, discount: 2.5, coupon: 'hasbros', currency: 'USD', products: PRODUCTS });
export const CHECKOUT_STEP_VIEWED = tracked('Checkout Step Viewed', { checkout_id: '50314b8e9bcf000000000000', step: 2, shipping_method: 'Fedex', payment_method: 'Visa' });
export const COUPON_APPLIED = tracked('Coupon Applied', { order_id: '50314b8e9bcf000000000000', cart_id: '923923929jd29jd92dj9j93fj3', coupon_id: 'may_deals_2016', coupon_name: 'May Deals 2016', discount: 23.32 });
export const ORDER_COMPLETED = tracked('Order Completed', {
  checkout_id: 'fksdjfsdjfisjf9sdfjsd9f', order_id: '50314b8e9bcf000000000000', affiliation: 'Google Store', total: 27.5, subtotal: 22.5, revenue: 25, shipping: 3, tax: 2, discount: 2.5, coupon: 'hasbros', currency: 'USD', products: PRODUCTS,
});
export const ORDER_REFUNDED = tracked('Order Refunded', { order_id: '50314b8e9bcf000000000000', total: 30, currency: 'USD', products: PRODUCTS });
export const ORDER_CANCELLED = tracked('Order Cancelled', { order_id: '50314b8e9bcf000000000000', total: 30, revenue: 25, shipping: 3, tax: 2, discount: 2.5, coupon: 'hasbros', currency: 'USD', products: PRODUCTS });

/** https://segment.com/docs/privacy/consent-management/consent-in-unify/ */
export const CONSENT_UPDATED = {
  anonymousId: '23adfd82-aa0f-45a7-a756-24f2a7a4c895',
  type: 'track',
  event: 'Segment Consent Preference Updated',
  userId: 'u123',
  traits: { email: 'peter@example.com', phone: '555-555-5555' },
  timestamp: '2023-01-01T00:00:00.000Z',
  context: { consent: { categoryPreferences: { Advertising: true, Analytics: false, Functional: true, DataSharing: false } } },
};
