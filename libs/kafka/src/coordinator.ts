// How kafkajs asks for a group's or a transaction's coordinator. Where no broker answers, it gives up for good: a consumer
// crashes, and the member that it was holds up its group until its session is over. And it asks four times in every
// transaction, where Java's client asks once and remembers: almost half of a small transaction's requests.
import Broker from 'kafkajs/src/broker/index.js';
import Cluster from 'kafkajs/src/cluster/index.js';
import errors from 'kafkajs/src/errors.js';
import { KnownCoordinators } from './known-coordinators.js';

/** Requests of a transaction that go to a coordinator. */
const ASKING = ['initProducerId', 'addPartitionsToTxn', 'addOffsetsToTxn', 'txnOffsetCommit', 'endTxn'] as const;

let installed = false;

/**
 * Has it ask again where no broker answers, as often as the client's retries say, and producers with transactions remember
 * the answers until one of their requests fails.
 */
export function installCoordinators(): void {
  if (installed) return;
  installed = true;
  const known = new KnownCoordinators<Cluster, unknown>();
  const clusters = new WeakMap<Broker, Cluster>();
  const { findGroupCoordinatorMetadata, findBroker } = Cluster.prototype;
  Cluster.prototype.findGroupCoordinatorMetadata = function find(query) {
    return known.of(this, query, () => askAgain(findGroupCoordinatorMetadata.call(this, query)));
  };
  Cluster.prototype.findBroker = async function find(query) {
    try {
      const broker = await findBroker.call(this, query);
      clusters.set(broker, this);
      return broker;
    } catch (error) {
      known.forget(this);
      throw error;
    }
  };
  for (const name of ASKING) {
    const original = Broker.prototype[name];
    Broker.prototype[name] = async function request(args) {
      try {
        return await original.call(this, args);
      } catch (error) {
        // Whatever it was, it may not be the coordinator any more: unless it says that the last transaction is still ending.
        const cluster = clusters.get(this);
        if (cluster && (error as { type?: string }).type !== 'CONCURRENT_TRANSACTIONS') known.forget(cluster);
        throw error;
      }
    };
  }
}

async function askAgain(found: Promise<unknown>): Promise<unknown> {
  try {
    return await found;
  } catch (error) {
    if ((error as Error).name !== 'KafkaJSGroupCoordinatorNotFound') throw error;
    // The type with which kafkajs refreshes what it knows of the cluster, and tries again.
    throw Object.assign(new errors.KafkaJSError(error as Error), { type: 'GROUP_COORDINATOR_NOT_AVAILABLE' });
  }
}
