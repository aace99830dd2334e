// Requests of the Measurement Protocol shaped as Google's documentation shows them; each names its page.

/** https://developers.google.com/analytics/devguides/collection/protocol/ga4/sending-events */
export const CAMPAIGN_DETAILS = {
  client_id: '123456.7654321',
  events: [{
    name: 'campaign_details',
    params: { campaign_id: 'google_1234', campaign: 'Summer_fun', source: 'google', medium: 'cpc', term: 'summer+travel', content: 'logolink', session_id: '123', engagement_time_msec: '100' },
  }],
};

/** https://developers.google.com/analytics/devguides/collection/ga4/apply-discount as a purchase of the protocol */
export const PURCHASE = {
  client_id: '123456.7654321',
  timestamp_micros: 1_795_000_000_000_123,
  events: [{
    name: 'purchase',
    params: {
      transaction_id: 'T_12345', coupon: 'socksSale', value: 12, currency: 'USD', tax: 1.2, shipping: 5,
      items: [{ item_id: 'SKU_12345', item_name: 'Socks', item_brand: 'Google', item_category: 'Apparel', discount: 2, price: 4, quantity: 3 }],
    },
  }],
};

/** https://developers.google.com/analytics/devguides/collection/ga4/uid-data with the consent of the reference */
export const WITH_USER_DATA = {
  client_id: 'CLIENT_ID',
  user_id: 'USER_ID',
  timestamp_micros: '1795000000000000',
  user_properties: { plan: { value: 'pro' }, customer_tier: { value: 'PREMIUM' } },
  user_data: { sha256_email_address: ['b4c9a289323b21a01c3e940f150eb9b8c542587f1abfd8f0e1cc1ffc5e475514'], sha256_phone_number: 'a' },
  consent: { ad_user_data: 'GRANTED', ad_personalization: 'DENIED' },
  user_location: { city: 'Mountain View', country_id: 'US' },
  device: { category: 'mobile', language: 'en' },
  user_agent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
  events: [
    { name: 'page_view', params: { page_location: 'https://shop.example/shoes?utm_source=google&utm_medium=cpc&gclid=g-1&email=jane%40example.com', page_title: 'Shoes', page_referrer: 'https://www.google.com/', session_id: 123, engagement_time_msec: 100 } },
    { name: 'add_to_cart', params: { currency: 'EUR', value: 89.9, items: [{ item_id: 'SKU-1', price: 89.9 }] } },
    { name: 'screen_view', params: { screen_name: 'Cart' } },
    { name: 'search', params: { search_term: 'shoes' } },
    { name: 'refund', params: { transaction_id: 'T_12345', currency: 'USD', value: 4 } },
  ],
};
