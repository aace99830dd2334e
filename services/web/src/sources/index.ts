// The source formats of the web domain: a new format is a file beside this one, and a line here.
export { segmentEvent } from './segment.js';
export { batchCalls, callOf, isUnnamed, sharedByBatch, singleCall } from './segment-batch.js';
