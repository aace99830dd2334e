// The data of a CloudEvent as the record of a product: its own fields, with what can be worked out and without what is personal.
import type { AvroField, AvroSchema, Product, Records } from '@tideway/contracts';
import type { Envelope } from './envelope.js';
import { netChange } from './items.js';
import { countryCode, pageViewRecord } from './page-view.js';
import { addressHash, asObject, Fields, own, type JsonObject, type Problems } from './payload.js';
import { addressesReplaced } from './personal-data.js';
import { propertyTexts } from './property-texts.js';
import { keptTraits } from './traits.js';
import { deviceOfAgent, isBotAgent } from './user-agent.js';

const SHARED = new Set(['event_id', 'occurred_at', 'received_at', 'source', 'identifiers']);

/**
 * The record, still to be validated. Optional fields that are absent are null, lists and maps empty. A page view needs
 * `url` only: path, campaign, click id and channel follow from it and the referrer, device and is_bot from `user_agent`;
 * an order's net_change_micros follows from status and total. A field that is given goes before what would follow.
 */
export function productFields(product: Product, data: JsonObject, envelope: Envelope, problems: Problems): JsonObject {
  const fields = new Fields(data, 'data', problems);
  for (const name of SHARED) {
    if (name !== 'identifiers' && own(data, name) !== undefined) problems.add('unknown_field', `data.${name}`, 'follows from the attributes of the event: leave it out');
  }
  const known = product.schema.fields.filter(({ name }) => !SHARED.has(name));
  const { identifiers: _person, ...given } = data;
  if (product.id === 'web.page-views') return pageView(known, given, fields, envelope);
  const record = { ...given, ...filled(known, given, fields), ...envelope };
  return product.id === 'web.orders' ? { ...record, net_change_micros: own(given, 'net_change_micros') ?? netOf(given) } : record;
}

function pageView(known: AvroField[], given: JsonObject, fields: Fields, envelope: Envelope): JsonObject {
  const { url: _url, path: _path, referrer: _referrer, user_agent, ...others } = given;
  const agent = typeof user_agent === 'string' ? user_agent : '';
  const url = fields.raw('url');
  if (url === null) fields.problems.add('required', 'data.url', 'is required');
  const worked = pageViewRecord(envelope, {
    session_id: null, url: url ?? '', path: fields.raw('path'), search: null, title: null, referrer: fields.raw('referrer'), campaign: undefined,
    device: deviceOfAgent(agent), country: countryCode(own(given, 'country')), platform: 'web', is_bot: isBotAgent(agent),
  });
  const named = known.filter(({ name }) => own(others, name) !== undefined);
  return { ...worked, ...others, ...filled(named, others, fields), ...envelope };
}

/** A total or a status that is none is the validator's to name. */
function netOf(given: JsonObject): number {
  const [status, total] = [own(given, 'status'), own(given, 'total_micros')];
  return typeof total === 'number' ? netChange(status as Records['web.orders']['status'], total) : 0;
}

function filled(known: AvroField[], given: JsonObject, fields: Fields): JsonObject {
  return Object.fromEntries(known.map(({ name, type }) => [name, valueOf(type, own(given, name), name, fields)]));
}

function valueOf(type: AvroSchema, value: unknown, name: string, fields: Fields): unknown {
  if (Array.isArray(type)) return value === undefined ? null : valueOf(type.find((branch) => branch !== 'null')!, value, name, fields);
  if (typeof value === 'string') return addressesReplaced(value, name.endsWith('_id') ? addressHash : () => '[email]');
  // A long of Avro has no -0.
  if (typeof value === 'number') return value + 0;
  if (typeof type === 'string') return value;
  if (type.type === 'map') return mapOf(value, name, fields);
  if (type.type === 'array' && 'items' in type) {
    const items = type.items;
    if (value === undefined) return [];
    return Array.isArray(value) ? value.map((entry: unknown) => valueOf(items, entry ?? undefined, name, fields)) : value;
  }
  const object = asObject(value);
  return 'fields' in type && object ? { ...object, ...filled(type.fields, object, fields) } : value;
}

function mapOf(value: unknown, name: string, fields: Fields): unknown {
  if (value !== undefined && !asObject(value)) return value;
  const entries = fields.child(name);
  return name === 'traits' ? keptTraits(entries) : propertyTexts(entries);
}
