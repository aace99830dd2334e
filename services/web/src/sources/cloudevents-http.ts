// CloudEvents in HTTP: structured, batched and binary messages to events in the JSON format.
// https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md
import type { IncomingHttpHeaders } from 'node:http';
import { badRequest, elementSlices, parseJson, type NativeEvent } from '@tideway/intake';

/** The media types that say themselves what they are; a body of any other is the data of a binary message. */
export const CLOUDEVENTS_TYPES = ['application/cloudevents+json', 'application/cloudevents-batch+json'];

/** The events of a request; `batch` where the sender expects an answer for a list. Throws IntakeError 400 where it is no message. */
export function cloudEvents(headers: IncomingHttpHeaders, body: Buffer): { events: NativeEvent[]; batch: boolean } {
  const type = (headers['content-type'] ?? '').toLowerCase().split(';', 1)[0]!.trim();
  if (type === CLOUDEVENTS_TYPES[0]) return { events: [{ value: parseJson(body), original: body }], batch: false };
  if (type === CLOUDEVENTS_TYPES[1]) {
    const list = parseJson(body);
    if (!Array.isArray(list)) throw badRequest('not_a_list', '', 'a batch must be a JSON array of events');
    const originals = elementSlices(body)!;
    return { events: list.map((value: unknown, index) => ({ value, original: originals[index]! })), batch: true };
  }
  if (headers['ce-specversion'] === undefined) {
    throw badRequest('required', 'ce-specversion', `send a binary message with headers ce-specversion, ce-id, ce-source and ce-type, or a body of ${CLOUDEVENTS_TYPES.join(' or ')}`);
  }
  // Attributes first, so that no header ce-data stands in for the body. Kept in the JSON format: the body alone is half of the event.
  const value = { ...attributesOf(headers), datacontenttype: type, data: parseJson(body) };
  return { events: [{ value, original: Buffer.from(JSON.stringify(value)) }], batch: false };
}

/** The attributes in headers `ce-*`; their values are percent-encoded (section 3.1.3.2 of the binding). */
function attributesOf(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (name.startsWith('ce-') && typeof value === 'string' ? [[name.slice('ce-'.length), decoded(value)]] : [])));
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
