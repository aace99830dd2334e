// kafkajs' queue of requests of a connection. It looks every millisecond whether a request may be sent that waits, also
// where none does, for as long as the connection is open: a thousand times a second and connection.
// And a connection that is closed waits for its requests, of which it gives up none any more: where no answer comes, for ever.
import { setTimeout as delay } from 'node:timers/promises';
import errors from 'kafkajs/src/errors.js';
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';

let installed = false;

/**
 * Has the queue look only while requests wait: what is answered, and what is pushed, has it look anyway. And has it give up
 * its requests when a connection that is being closed has waited for them for as long as one may take.
 */
export function installRequestQueue(): void {
  if (installed) return;
  installed = true;
  const { scheduleCheckPendingRequests: original, waitForPendingRequests } = RequestQueue.prototype;
  RequestQueue.prototype.scheduleCheckPendingRequests = function schedule() {
    if (this.pending.length > 0) original.call(this);
  };
  RequestQueue.prototype.waitForPendingRequests = async function wait() {
    const over = new AbortController();
    const empty = waitForPendingRequests.call(this).then(() => over.abort());
    await Promise.race([empty, delay(this.requestTimeout, undefined, { signal: over.signal }).catch(() => undefined)]);
    if (!over.signal.aborted) this.rejectAll(new errors.KafkaJSConnectionError('closed before a request was answered', { broker: this.broker }));
    await empty;
  };
}
