// Events of the Google Analytics 4 Measurement Protocol to records of the web products.
// https://developers.google.com/analytics/devguides/collection/protocol/ga4/reference
import type { Outcome, ProductRecord, Records } from '@tideway/contracts';
import { GA4_ACTIONS, GA4_ORDERS, ga4EcommerceEvent, ga4Order } from './ga4-ecommerce.js';
import { ga4Consents, ga4Envelope, ga4Identification, type Ga4Context } from './ga4-request.js';
import { recordsOrQuarantine, rejected } from './outcomes.js';
import { countryCode, pageViewRecord, screenUrl } from './page-view.js';
import { asObject, at, Fields, isTooDeep, MAX_DEPTH, own, Problems, type JsonObject } from './payload.js';
import { propertyTexts } from './property-texts.js';
import { deviceOfAgent, deviceOfSystem, isBotAgent, type Device } from './user-agent.js';
import type { Envelope } from './envelope.js';

/** Google's limits on a name; events that break them vanish there. https://developers.google.com/analytics/devguides/collection/protocol/ga4/sending-events#limitations */
const NAME = /^[A-Za-z][A-Za-z0-9_]{0,39}$/;
/** Parameters that have a field of their own in the record. */
const WITH_FIELD = new Set(['session_id']);
const CATEGORIES = new Map<unknown, Device>([['desktop', 'desktop'], ['mobile', 'mobile'], ['tablet', 'tablet'], ['smart tv', 'tv']]);

/**
 * The product records of one element of a request's `events`; `ctx.request` is the rest of the body, which speaks for
 * all of them. Rejected is what the sender must mend (no object, no name, no client_id), quarantined what breaks a
 * contract. Consent and, with the first event, user properties give records beside the event. Never throws.
 */
export function ga4Event(value: unknown, ctx: Ga4Context): Outcome {
  const event = asObject(value);
  const place = `events.${ctx.index}`;
  if (!event) return rejected('not_an_object', place, `${place} must be a JSON object`);
  if (isTooDeep(event) || isTooDeep(ctx.request)) return rejected('too_deep', place, `an event must not nest deeper than ${MAX_DEPTH} levels`);
  const name = own(event, 'name');
  if (typeof name !== 'string' || name === '') return rejected('required', `${place}.name`, `${place}.name, the name of what happened, is required`);
  if (!NAME.test(name)) return rejected('invalid_name', `${place}.name`, `${place}.name must begin with a letter and have at most 40 letters, digits and underscores`);
  const result = ga4Envelope(event, name, ctx);
  const product = productOf(name);
  if (!result.ok) return result.status === 'rejected' ? { status: 'rejected', rejection: result.rejection } : { status: 'quarantined', product, rejection: result.rejection };
  const problems = new Problems();
  const params = new Fields(event, place, problems).child('params');
  const records = [recordOf(name, params, result.envelope, ctx.request), ...ga4Consents(ctx.request, result.envelope, problems), ...ga4Identification(ctx, result.envelope, problems)];
  return recordsOrQuarantine(product, problems, records);
}

function productOf(name: string): ProductRecord['product'] {
  if (name === 'page_view' || name === 'screen_view') return 'web.page-views';
  if (GA4_ORDERS.has(name)) return 'web.orders';
  return GA4_ACTIONS.has(name) ? 'web.ecommerce-events' : 'web.custom-events';
}

function recordOf(name: string, params: Fields, envelope: Envelope, request: JsonObject): ProductRecord {
  if (name === 'page_view' || name === 'screen_view') return { product: 'web.page-views', record: view(name, params, envelope, request) };
  const status = GA4_ORDERS.get(name);
  if (status) return { product: 'web.orders', record: ga4Order(params, envelope, status) };
  const action = GA4_ACTIONS.get(name);
  if (action) return { product: 'web.ecommerce-events', record: ga4EcommerceEvent(params, envelope, action) };
  return { product: 'web.custom-events', record: { ...envelope, session_id: params.id('session_id'), name, properties: propertyTexts(params, WITH_FIELD) } };
}

/** A page by its page_location, or a screen by its name. Google's own servers see no browser: the payload has to name it. */
function view(name: string, params: Fields, envelope: Envelope, request: JsonObject): Records['web.page-views'] {
  const screen = name === 'screen_view' ? params.text('screen_name', 'firebase_screen', 'screen_class', 'firebase_screen_class') : null;
  const location = params.raw('page_location') ?? (name === 'screen_view' ? screenUrl(screen ?? '') : null);
  if (location === null) params.problems.add('required', params.at('page_location'), 'is required in a page_view');
  const agent = own(request, 'user_agent');
  const userAgent = typeof agent === 'string' ? agent : '';
  return pageViewRecord(envelope, {
    session_id: params.id('session_id'),
    url: location ?? '',
    path: null,
    search: null,
    title: params.text('page_title') ?? screen,
    referrer: params.raw('page_referrer'),
    campaign: undefined,
    device: deviceOf(request, userAgent),
    country: countryCode(at(request, 'user_location', 'country_id')),
    platform: name === 'screen_view' ? 'app' : 'web',
    is_bot: isBotAgent(userAgent),
  });
}

function deviceOf(request: JsonObject, userAgent: string): Device {
  const category = at(request, 'device', 'category');
  const named = typeof category === 'string' ? CATEGORIES.get(category.toLowerCase()) : undefined;
  if (named) return named;
  return userAgent !== '' ? deviceOfAgent(userAgent) : deviceOfSystem([at(request, 'device', 'model'), at(request, 'device', 'operating_system')]);
}
