// How kafkajs asks for a group's or a transaction's coordinator. Where no broker answers, it gives up for good: a consumer
// crashes, and the member that it was holds up its group until its session is over.
import errors from 'kafkajs/src/errors.js';
import Cluster from 'kafkajs/src/cluster/index.js';

let installed = false;

/** Has it ask again, as often as the client's retries say. */
export function installCoordinatorRetry(): void {
  if (installed) return;
  installed = true;
  const original = Cluster.prototype.findGroupCoordinatorMetadata;
  Cluster.prototype.findGroupCoordinatorMetadata = async function find(query) {
    try {
      return await original.call(this, query);
    } catch (error) {
      if ((error as Error).name !== 'KafkaJSGroupCoordinatorNotFound') throw error;
      // The type with which kafkajs refreshes what it knows of the cluster, and tries again.
      throw Object.assign(new errors.KafkaJSError(error as Error), { type: 'GROUP_COORDINATOR_NOT_AVAILABLE' });
    }
  };
}
