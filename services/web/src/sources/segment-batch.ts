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

function merged(ofBatch: unknown, ofCall: unknown): unknown {
  const [outer, inner] = [asObject(ofBatch), asObject(ofCall)];
  return outer && inner ? { ...outer, ...inner } : (ofCall ?? ofBatch);
}
