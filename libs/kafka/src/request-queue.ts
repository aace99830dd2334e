// kafkajs' queue of requests of a connection. It looks every millisecond whether a request may be sent that waits, also
// where none does, for as long as the connection is open: a thousand times a second and connection.
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';

let installed = false;

/** Has the queue look only while requests wait. What is answered, and what is pushed, has it look anyway. */
export function installRequestQueue(): void {
  if (installed) return;
  installed = true;
  const original = RequestQueue.prototype.scheduleCheckPendingRequests;
  RequestQueue.prototype.scheduleCheckPendingRequests = function schedule() {
    if (this.pending.length > 0) original.call(this);
  };
}
