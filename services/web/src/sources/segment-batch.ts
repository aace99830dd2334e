// Unpacks requests of the Tracking API into single calls with everything that the request says for all of them.
// https://segment.com/docs/connections/sources/catalog/libraries/server/http-api/#batch
import { badRequest } from '@tideway/intake';
import { asObject, own } from './payload.js';

/** A body posted to the path of one kind of call: the path says the kind; the write key is no part of the event. */
export function singleCall(body: unknown, type: string): unknown {
  const object = asObject(body);
  if (!object) return body;
  const { writeKey: _secret, ...call } = object;
  return { ...call, type };
}

/**
 * The calls of a batch, each with the batch's context, integrations and sentAt where it has none of its own; what is no
 * object stays as it is, for the source to reject. Throws IntakeError 400 where `batch` is no list.
 */
export function batchCalls(body: unknown): unknown[] {
  const request = asObject(body);
  const batch = own(request, 'batch');
  if (!Array.isArray(batch)) throw badRequest('required', 'batch', 'the body must be an object with a list of calls under "batch"');
  return batch.map((entry: unknown) => {
    const call = asObject(entry);
    if (!call) return entry;
    const shared = Object.fromEntries(['context', 'integrations', 'sentAt'].flatMap((key) => {
      const value = merged(own(request, key), own(call, key));
      return value === undefined ? [] : [[key, value]];
    }));
    return { ...call, ...shared };
  });
}

/** What a request says for all its calls, so that the bytes of one of them, with it, are the same call again. */
export function sharedByBatch(body: unknown): Record<string, unknown> {
  const request = asObject(body);
  return { batch: Object.fromEntries(['context', 'integrations', 'sentAt'].flatMap((key) => (own(request, key) === undefined ? [] : [[key, own(request, key)]]))) };
}

/** The call that a value was, given what its request said: the kind that the path named, or sharedByBatch(). */
export function callOf(value: unknown, { type, batch }: { type?: unknown; batch?: unknown }): unknown {
  return typeof type === 'string' ? singleCall(value, type) : batchCalls({ ...asObject(batch), batch: [value] })[0];
}

/** Whether a call is known by its content and place alone, as it has no id of its own. */
export function isUnnamed(call: unknown): boolean {
  return [undefined, ''].includes(own(asObject(call), 'messageId') as undefined);
}

function merged(ofBatch: unknown, ofCall: unknown): unknown {
  const [outer, inner] = [asObject(ofBatch), asObject(ofCall)];
  return outer && inner ? { ...outer, ...inner } : (ofCall ?? ofBatch);
}
