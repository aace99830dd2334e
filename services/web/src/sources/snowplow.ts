// Events of Snowplow's tracker protocol to records of the web products.
// https://docs.snowplow.io/docs/events/going-deeper/event-parameters/
import type { Outcome, ProductId, ProductRecord, Records } from '@tideway/contracts';
import type { Envelope, SourceContext } from './envelope.js';
import { required } from './items.js';
import { recordsOrQuarantine, rejected } from './outcomes.js';
import { pageViewRecord, screenUrl } from './page-view.js';
import { asObject, Fields, isTooDeep, MAX_DEPTH, own, Problems, type JsonObject } from './payload.js';
import { addressesReplaced, scrubbedUrl } from './personal-data.js';
import { propertyTexts, renamedTexts } from './property-texts.js';
import { ECOMMERCE_VENDOR, ecommerceRecord, transactionRecord } from './snowplow-ecommerce.js';
import { snowplowEnvelope } from './snowplow-envelope.js';
import { contextsOf, selfDescribingEvent, type SelfDescribing } from './snowplow-payload.js';
import { deviceOfAgent, deviceOfSystem, isBotAgent, type Device } from './user-agent.js';

export interface SnowplowContext extends SourceContext {
  /** The application that the request was let in for: an event of another is rejected. */
  appId: string;
  /** Header User-Agent of the request: the browser's, unless a server tracks. */
  userAgent: string;
}

/** An event with everything that its kinds read. */
interface Parsed {
  event: JsonObject;
  fields: Fields;
  contexts: SelfDescribing[];
  envelope: Envelope;
  session_id: string | null;
  problems: Problems;
  userAgent: string;
}

interface Kind {
  /** The product that quarantine names. */
  product: ProductId;
  record: (parsed: Parsed) => ProductRecord;
}

const KINDS = new Map<unknown, Kind>([
  ['pv', { product: 'web.page-views', record: pageView }],
  ['pp', { product: 'web.custom-events', record: pagePing }],
  ['se', { product: 'web.custom-events', record: structuredEvent }],
  ['ue', { product: 'web.custom-events', record: selfDescribingRecord }],
  ['tr', { product: 'web.orders', record: ({ fields, envelope }) => transactionRecord(fields, envelope) }],
  ['ti', { product: 'web.custom-events', record: transactionItem }],
]);

/**
 * The product records of one event: an element of a request's `data`, or the parameters of a pixel. Rejected is what
 * the sender must mend (no object, unknown kind, nobody named, another application), quarantined what breaks a contract.
 * Never throws.
 */
export function snowplowEvent(value: unknown, ctx: SnowplowContext): Outcome {
  const event = asObject(value);
  if (!event) return rejected('not_an_object', '', 'an event must be a JSON object');
  if (isTooDeep(event)) return rejected('too_deep', '', `an event must not nest deeper than ${MAX_DEPTH} levels`);
  if (own(event, 'aid') !== ctx.appId) return rejected('other_app', 'aid', 'aid must be that of the first event of the request: send those of another application apart');
  const kind = KINDS.get(own(event, 'e'));
  if (!kind) return rejected('unknown_type', 'e', `e must be one of ${[...KINDS.keys()].join(', ')}`);
  const problems = new Problems();
  const contexts = contextsOf(event, problems);
  const result = snowplowEnvelope(event, contexts, ctx);
  if (!result.ok) return result.status === 'rejected' ? { status: 'rejected', rejection: result.rejection } : { status: 'quarantined', product: kind.product, rejection: result.rejection };
  const fields = new Fields(event, '', problems);
  const session = contexts.find(({ name }) => name === 'client_session');
  const session_id = fields.id('sid') ?? session?.data.id('sessionId') ?? null;
  const stated = own(event, 'ua');
  // A server's own agent says nothing of the person.
  const userAgent = typeof stated === 'string' && stated !== '' ? stated : own(event, 'p') === 'srv' ? '' : ctx.userAgent;
  const record = kind.record({ event, fields, contexts, envelope: result.envelope, session_id, problems, userAgent });
  return recordsOrQuarantine(record.product, problems, [record]);
}

function pageView(parsed: Parsed): ProductRecord {
  const { event, fields } = parsed;
  const url = fields.raw('url');
  required(fields, 'url', url);
  return view(parsed, { url: url ?? '', title: fields.text('page'), referrer: fields.raw('refr'), platform: ['mob', 'app'].includes(String(own(event, 'p'))) ? 'app' : 'web' });
}

function view(parsed: Parsed, page: Pick<Records['web.page-views'], 'url' | 'title' | 'referrer' | 'platform'>): ProductRecord {
  const { envelope, session_id, userAgent, contexts } = parsed;
  const mobile = contexts.find(({ name }) => name === 'mobile_context')?.data.object;
  const device: Device = mobile ? deviceOfSystem([own(mobile, 'deviceModel'), own(mobile, 'osType')]) : deviceOfAgent(userAgent);
  const record = pageViewRecord(envelope, { ...page, session_id, path: null, search: null, campaign: undefined, device, country: null, is_bot: isBotAgent(userAgent) });
  return { product: 'web.page-views', record };
}

function customEvent({ envelope, session_id }: Parsed, name: string, properties: Record<string, string>): ProductRecord {
  return { product: 'web.custom-events', record: { ...envelope, session_id, name, properties } };
}

function pagePing(parsed: Parsed): ProductRecord {
  const url = parsed.fields.raw('url');
  const properties = renamedTexts(parsed.fields, { title: 'page', x_min: 'pp_mix', x_max: 'pp_max', y_min: 'pp_miy', y_max: 'pp_may' });
  return customEvent(parsed, 'page_ping', url === null ? properties : { url: scrubbedUrl(url), ...properties });
}

function structuredEvent(parsed: Parsed): ProductRecord {
  const { fields } = parsed;
  const action = required(fields, 'se_ac', fields.text('se_ac')) ?? '';
  return customEvent(parsed, action, renamedTexts(fields, { category: 'se_ca', label: 'se_la', property: 'se_pr', value: 'se_va' }));
}

function transactionItem(parsed: Parsed): ProductRecord {
  return customEvent(parsed, 'transaction_item', renamedTexts(parsed.fields, { order_id: 'ti_id', product_id: 'ti_sk', product_name: 'ti_nm', category: 'ti_ca', price: 'ti_pr', quantity: 'ti_qu', currency: 'ti_cu' }));
}

/** E-commerce actions and screens have products of ours; anything else is a custom event by the name of its schema. */
function selfDescribingRecord(parsed: Parsed): ProductRecord {
  const { envelope, session_id, contexts, problems } = parsed;
  const about = selfDescribingEvent(parsed.event, problems);
  const data = about?.data ?? new Fields(undefined, 'ue_px', problems);
  if (about?.name === 'screen_view' && about.vendor.startsWith('com.snowplowanalytics.')) {
    const name = data.text('name');
    return view(parsed, { url: screenUrl(name ?? ''), title: name, referrer: null, platform: 'app' });
  }
  const action = about?.vendor === ECOMMERCE_VENDOR && about.name === 'snowplow_ecommerce_action' ? own(data.object, 'type') : undefined;
  const shop = action === undefined ? undefined : ecommerceRecord(action, contexts, { envelope, session_id, problems });
  if (shop) return shop;
  const name = typeof action === 'string' && action !== '' ? addressesReplaced(action, () => '[email]') : (about?.name ?? '');
  return customEvent(parsed, name, { ...propertyTexts(data), ...(about ? { schema: about.schema } : {}) });
}
