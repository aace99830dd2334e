// The source formats of the web domain: a new format is a file beside this one, and a line here.
export { segmentEvent } from './segment.js';
export { batchCalls, callOf, isUnnamed, sharedByBatch, singleCall } from './segment-batch.js';
export { ga4Event } from './ga4.js';
export { ga4Request } from './ga4-request.js';
export { validationMessage, type ValidationMessage } from './ga4-validation.js';
export { snowplowEvent } from './snowplow.js';
export { payloadEvents } from './snowplow-payload.js';
export { cloudEvent } from './cloudevents.js';
export { CLOUDEVENTS_TYPES, cloudEvents } from './cloudevents-http.js';
