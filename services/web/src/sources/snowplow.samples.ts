// Requests of the tracker protocol shaped as Snowplow's documentation shows them; each names its page.

const PAYLOAD_DATA = 'iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4';
const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const ECOMMERCE = 'iglu:com.snowplowanalytics.snowplow.ecommerce';

/** What every event of the web tracker carries: https://docs.snowplow.io/docs/events/http-requests/ */
const COMMON = {
  tv: 'js-3.5.0', tna: 'biz1', aid: 'website', p: 'web', cookie: '1', cs: 'UTF-8', lang: 'en-GB', res: '3440x1440', cd: '30', tz: 'Europe/London', vp: '693x1302', ds: '678x9015', vid: '29',
  sid: 'be9520e7-16a5-4d4e-afa1-8e269f99a1cf', duid: '85094061-f702-4b62-a46d-20f7226b4741', dtm: '1665398554151', stm: '1665398554153',
};

/** A request with these events. */
export const request = (...data: unknown[]) => ({ schema: PAYLOAD_DATA, data });

/** The parameters of a self-describing event. */
export const selfDescribing = (schema: string, data: object) => ({ e: 'ue', ue_px: base64url({ schema: 'iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0', data: { schema, data } }) });

/** The parameter of an event's contexts. */
export const contexts = (...entities: [string, object][]) => ({ cx: base64url({ schema: 'iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-0', data: entities.map(([schema, data]) => ({ schema, data })) }) });

/** https://docs.snowplow.io/docs/events/http-requests/#page-view */
export const PAGE_VIEW = { ...COMMON, e: 'pv', url: 'https://snowplow.io/', page: 'Snowplow: behavioral data creation leader', eid: '2ec13853-ef9e-414a-8976-e64a4693b134' };

/** https://docs.snowplow.io/docs/events/http-requests/#page-ping, with the parameters of how far the page was scrolled */
export const PAGE_PING = { ...COMMON, e: 'pp', url: 'https://snowplow.io/', page: 'Snowplow', eid: '0a88e2bf-a2cd-48e7-877b-608c4b3d32a6', cx: '', pp_mix: '0', pp_max: '0', pp_miy: '12', pp_may: '866' };

/** https://docs.snowplow.io/docs/events/http-requests/#self-describing-event, with a context of the same page */
export const VIEWED_PRODUCT = {
  ...COMMON, eid: '5a305bf5-32fc-40d9-b0e8-66052f0f2c95', url: 'https://snowplow.io/', e: 'ue',
  ue_px: 'eyJzY2hlbWEiOiJpZ2x1OmNvbS5zbm93cGxvd2FuYWx5dGljcy5zbm93cGxvdy91bnN0cnVjdF9ldmVudC9qc29uc2NoZW1hLzEtMC0wIiwiZGF0YSI6eyJzY2hlbWEiOiJpZ2x1OmNvbS5teV9jb21wYW55L3ZpZXdlZF9wcm9kdWN0L2pzb25zY2hlbWEvMS0wLTAiLCJkYXRhIjp7InByb2R1Y3RfaWQiOiJBU08wMTA0MyIsInByaWNlIjo0OS45NX19fQ==',
  cx: 'ewogICJzY2hlbWEiOiAiaWdsdTpjb20uc25vd3Bsb3dhbmFseXRpY3Muc25vd3Bsb3cvY29udGV4dHMvanNvbnNjaGVtYS8xLTAtMCIsCiAgImRhdGEiOiBbCiAgICB7CiAgICAgICJzY2hlbWEiOiAiaWdsdTpjb20ubXlfY29tcGFueS91c2VyL2pzb25zY2hlbWEvMS0wLTAiLAogICAgICAiZGF0YSI6IHsKICAgICAgICAibXlfY29tcGFueV91c2VyX2lkIjogIjk5OTl4eXoiCiAgICAgIH0KICAgIH0KICBdCn0=',
};

const PRODUCT: [string, object] = [`${ECOMMERCE}/product/jsonschema/1-0-0`, { id: '1236', name: null, category: 'Hats', price: 12, list_price: null, quantity: null, brand: 'Snowplow', currency: 'EUR' }];
const action = (type: string) => selfDescribing(`${ECOMMERCE}/snowplow_ecommerce_action/jsonschema/1-0-2`, { type });

/** https://docs.snowplow.io/docs/events/ootb-data/ecommerce-events/ */
export const ADD_TO_CART = { ...COMMON, eid: 'e-1', ...action('add_to_cart'), ...contexts(PRODUCT, [`${ECOMMERCE}/cart/jsonschema/1-0-0`, { cart_id: 'c-1', currency: 'EUR', total_value: 12 }]) };
export const CHECKOUT_STEP = { ...COMMON, eid: 'e-2', ...action('checkout_step'), ...contexts([`${ECOMMERCE}/checkout_step/jsonschema/1-0-0`, { step: 2, account_type: 'guest' }]) };
export const TRANSACTION = {
  ...COMMON, eid: 'e-3', ...action('transaction'),
  ...contexts(
    [`${ECOMMERCE}/transaction/jsonschema/1-0-0`, { transaction_id: 'TtlZ3b', currency: 'EUR', payment_method: 'BNPL', revenue: 13, total_quantity: 1, credit_order: null, discount_amount: null, discount_code: null, shipping: 1, tax: null }],
    PRODUCT,
    [`${ECOMMERCE}/user/jsonschema/1-0-0`, { id: 'U12345', email: 'john@email.com', is_guest: false }],
  ),
};
export const REFUND = { ...COMMON, eid: 'e-4', ...action('refund'), ...contexts([`${ECOMMERCE}/refund/jsonschema/1-0-0`, { transaction_id: 'TtlZ3b', currency: 'EUR', refund_amount: 12, refund_reason: 'size' }], PRODUCT) };
export const PROMO_CLICK = { ...COMMON, eid: 'e-5', ...action('promo_click') };

/** https://docs.snowplow.io/docs/events/ootb-data/page-and-screen-view-events/, with the session entity of mobile trackers */
export const SCREEN_VIEW = {
  aid: 'website', p: 'mob', eid: 'e-6', dtm: '1665398554151', stm: '1665398554153', ...selfDescribing('iglu:com.snowplowanalytics.mobile/screen_view/jsonschema/1-0-0', { name: 'Cart', id: '5d79770b-015b-4af8-8c91-b2ed6faf4b1e' }),
  ...contexts(
    ['iglu:com.snowplowanalytics.snowplow/client_session/jsonschema/1-0-2', { userId: '7a62ddad-2bb1-4c50-b4b1-6ab0f1ac4f68', sessionId: 'f8a4a0f1-2a39-4b1b-8d6b-2b7f4c0b9d1e', sessionIndex: 2 }],
    ['iglu:com.snowplowanalytics.snowplow/mobile_context/jsonschema/1-0-3', { osType: 'ios', osVersion: '18.6', deviceManufacturer: 'Apple', deviceModel: 'iPhone17,2' }],
  ),
};

/** https://docs.snowplow.io/docs/events/going-deeper/event-parameters/ */
export const STRUCTURED = { ...COMMON, e: 'se', eid: 'e-7', se_ca: 'Mixes', se_ac: 'Play', se_la: 'MRC/fabric-0503-mix', se_pr: '0', se_va: '0.0' };
export const LEGACY_TRANSACTION = { ...COMMON, e: 'tr', eid: 'e-8', tr_id: '12345', tr_af: 'Westeros', tr_tt: '19.99', tr_tx: '1.00', tr_sh: '2.98', tr_ci: 'London', tr_co: 'UK', tr_cu: 'GBP' };
export const LEGACY_ITEM = { ...COMMON, e: 'ti', eid: 'e-9', ti_id: '12345', ti_sk: 'pbz0025', ti_nm: 'T-shirt', ti_ca: 'clothes', ti_pr: '19.99', ti_qu: '1', ti_cu: 'GBP' };

export const ALL = [PAGE_VIEW, PAGE_PING, VIEWED_PRODUCT, ADD_TO_CART, CHECKOUT_STEP, TRANSACTION, REFUND, PROMO_CLICK, SCREEN_VIEW, STRUCTURED, LEGACY_TRANSACTION, LEGACY_ITEM];
