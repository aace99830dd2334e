// Segment's HTTP Tracking API: one native call to records of the web products.
// https://segment.com/docs/connections/sources/catalog/libraries/server/http-api/
import type { Outcome, ProductId } from '@tideway/contracts';
import { brokenTextIn, rejected } from './outcomes.js';
import { asObject, isTooDeep, MAX_DEPTH, own, type JsonObject } from './payload.js';
import { consentRecords } from './segment-consent.js';
import type { Envelope, SourceContext } from './envelope.js';
import { readEnvelope } from './segment-envelope.js';
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
export function segmentEvent(message: unknown, ctx: SourceContext): Outcome {
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
  const broken = brokenTextIn(records);
  return broken ? { status: 'quarantined', product: call.product, rejection: broken } : { status: 'records', records };
}
