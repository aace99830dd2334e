// The parts of Snowplow's tracker protocol: the envelope of a request, self-describing JSON, and contexts (entities).
// https://docs.snowplow.io/docs/events/http-requests/ https://docs.snowplow.io/docs/events/going-deeper/event-parameters/
import type { Rejection } from '@tideway/contracts';
import { asObject, Fields, isTooDeep, own, type JsonObject, type Problems } from './payload.js';

const PAYLOAD_DATA = /^iglu:com\.snowplowanalytics\.snowplow\/payload_data\/jsonschema\/1-\d+-\d+$/;
const SCHEMA = /^iglu:([\w.-]{1,200})\/([\w.-]{1,200})\/jsonschema\/\d+-\d+-\d+$/;

/** Data and the schema that they name, e.g. `iglu:com.my_company/viewed_product/jsonschema/1-0-0`. */
export interface SelfDescribing {
  schema: string;
  /** `com.my_company` */
  vendor: string;
  /** `viewed_product` */
  name: string;
  data: Fields;
}

/** The events of a POST body, or why it is none of the protocol. */
export function payloadEvents(body: unknown): unknown[] | Rejection {
  const object = asObject(body);
  if (!object) return { code: 'not_an_object', field: '', message: 'the body must be a JSON object with schema and data' };
  const schema = own(object, 'schema');
  if (typeof schema !== 'string' || !PAYLOAD_DATA.test(schema)) return { code: 'unknown_schema', field: 'schema', message: 'schema must be iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4' };
  const data = own(object, 'data');
  if (!Array.isArray(data)) return { code: 'not_a_list', field: 'data', message: 'data must be a list of events' };
  return data.length > 0 ? (data as unknown[]) : { code: 'required', field: 'data', message: 'data must have an event' };
}

/** What a self-describing event (`e=ue`) is about: ue_px in base64url, else ue_pr as it is. Problems are noted there. */
export function selfDescribingEvent(event: JsonObject, problems: Problems): SelfDescribing | undefined {
  const field = given(event, 'ue_px') ? 'ue_px' : 'ue_pr';
  if (!given(event, field)) {
    problems.add('required', 'ue_px', 'or ue_pr is required in a self-describing event');
    return undefined;
  }
  const outer = selfDescribing(jsonIn(event, field, problems));
  const inner = outer?.name === 'unstruct_event' ? selfDescribing(outer.data) : undefined;
  if (inner) return { ...inner, data: new Fields(asObject(inner.data), `${field}.data.data`, problems) };
  problems.add('type', field, 'must be an unstruct_event that wraps a self-describing JSON');
  return undefined;
}

/** The contexts of an event: cx in base64url, else co as it is; what is none of them is a problem. */
export function contextsOf(event: JsonObject, problems: Problems): SelfDescribing[] {
  const field = given(event, 'cx') ? 'cx' : 'co';
  if (!given(event, field)) return [];
  const list = own(asObject(jsonIn(event, field, problems)), 'data');
  if (!Array.isArray(list)) {
    problems.add('type', field, 'must be a contexts JSON with a list of self-describing JSONs');
    return [];
  }
  return list.flatMap((entry: unknown, index) => {
    const context = selfDescribing(entry);
    if (!context) problems.add('type', `${field}.data.${index}`, 'must be a self-describing JSON');
    return context ? [{ ...context, data: new Fields(asObject(context.data), `${field}.data.${index}.data`, problems) }] : [];
  });
}

function given(event: JsonObject, key: string): boolean {
  const value = own(event, key);
  return value !== undefined && value !== '';
}

function selfDescribing(value: unknown): Omit<SelfDescribing, 'data'> & { data: unknown } | undefined {
  const object = asObject(value);
  const schema = own(object, 'schema');
  const match = typeof schema === 'string' ? SCHEMA.exec(schema) : null;
  return match ? { schema: match[0], vendor: match[1]!, name: match[2]!, data: own(object, 'data') } : undefined;
}

/** JSON in a parameter, in base64 (either alphabet, as trackers differ) where its name ends in x. */
function jsonIn(event: JsonObject, field: string, problems: Problems): unknown {
  const value = own(event, field);
  try {
    if (typeof value !== 'string') throw new TypeError();
    const json: unknown = JSON.parse(field.endsWith('x') ? Buffer.from(value, 'base64url').toString('utf8') : value);
    if (!isTooDeep(json)) return json;
    problems.add('too_deep', field, 'nests too deep');
  } catch {
    problems.add('invalid_json', field, field.endsWith('x') ? 'is not JSON in base64' : 'is not JSON');
  }
  return undefined;
}
