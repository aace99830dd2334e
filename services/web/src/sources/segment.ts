// Segment's HTTP Tracking API: one native call to records of the web products.
// https://segment.com/docs/connections/sources/catalog/libraries/server/http-api/
import type { Outcome, ProductId, Rejection } from '@tideway/contracts';
import { asObject, isTooDeep, MAX_DEPTH, own, type JsonObject } from './payload.js';
import { consentRecords } from './segment-consent.js';
import { readEnvelope, type Envelope, type SegmentContext } from './segment-envelope.js';
import { alias, group, identify } from './segment-identify.js';
import { pageView, screenView } from './segment-page.js';
import { track } from './segment-track.js';

interface Call {
  /** The product that quarantine names where the call's common fields break the contract. */
  product: ProductId;
  outcome: (message: JsonObject, envelope: Envelope) => Outcome;
}

const CALLS = new Map<unknown, Call>([
  ['track', { product: 'web.custom-events', outcome: track }],
  ['page', { product: 'web.page-views', outcome: pageView }],
  ['screen', { product: 'web.page-views', outcome: screenView }],
  ['identify', { product: 'web.identifications', outcome: identify }],
  ['alias', { product: 'web.identifications', outcome: alias }],
  ['group', { product: 'web.identifications', outcome: group }],
]);

/**
 * The product records of one call, which names its kind in `type`; a batch is unpacked by the caller. Rejected is what
 * the sender must mend (no object, unknown type, no identifier, no event name), quarantined what parses but breaks a
 * contract. Consent decisions in the call's context come as records beside the event. Never throws on JSON values.
 */
export function segmentEvent(message: unknown, ctx: SegmentContext): Outcome {
  const object = asObject(message);
  if (!object) return rejected('not_an_object', '', 'an event must be a JSON object');
  if (isTooDeep(object)) return rejected('too_deep', '', `an event must not nest deeper than ${MAX_DEPTH} levels`);
  const call = CALLS.get(own(object, 'type'));
  if (!call) return rejected('unknown_type', 'type', `type must be one of ${[...CALLS.keys()].join(', ')}`);
  const result = readEnvelope(object, ctx);
  if (!result.ok) {
    return result.status === 'rejected' ? { status: 'rejected', rejection: result.rejection } : { status: 'quarantined', product: call.product, rejection: result.rejection };
  }
  const outcome = call.outcome(object, result.envelope);
  if (outcome.status !== 'records') return outcome;
  const records = [...outcome.records, ...consentRecords(object, result.envelope)];
  // Its place is worked out only for a record that fails.
  const broken = records.filter(({ record }) => !isWellFormed(record)).map(({ record }) => brokenText(record, ''))[0];
  return broken ? { status: 'quarantined', product: call.product, rejection: broken } : { status: 'records', records };
}

function rejected(code: string, field: string, message: string): Outcome {
  return { status: 'rejected', rejection: { code, field, message } };
}

/** Half of a surrogate pair has no UTF-8: encoding would put a replacement character in its place, and make two values one. */
function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (value === null || typeof value !== 'object') return true;
  for (const key of Object.keys(value)) if (!key.isWellFormed() || !isWellFormed((value as JsonObject)[key])) return false;
  return true;
}

/** Where text is that is not well formed. */
function brokenText(value: unknown, path: string): Rejection | undefined {
  if (typeof value === 'string') return value.isWellFormed() ? undefined : { code: 'invalid_text', field: path, message: `${path} has half of a surrogate pair in it, which is no text` };
  if (value === null || typeof value !== 'object') return undefined;
  for (const [key, entry] of Object.entries(value)) {
    const found = brokenText(key, path) ?? brokenText(entry, path ? `${path}.${key}` : key);
    if (found) return found;
  }
  return undefined;
}
