// Records that no reader can read, straight onto the topics: of every kind that a broken or foreign producer writes.
import { productOf, type Product, type WebCustomEvents } from '@tideway/contracts';
import { RecordEncoder } from '@tideway/kafka';
import type { Clients } from '@tideway/mesh';
import { v4 as uuidv4 } from 'uuid';
import { patiently, type FaultContext, type RunFault } from './fault.js';

const WEB_PRODUCT = 'web.custom-events';
const UNKNOWN_SCHEMA = 2_000_000_000;

/** Readers that must quarantine a record that does not decode, by topic's product. */
const READERS: Record<string, readonly string[]> = {
  [WEB_PRODUCT]: ['warehouse', 'customer'],
  'customer.activities': ['warehouse', 'segments', 'personalization'],
};

/** One record of each kind to a domain's topic and to the activities', in a partition of its choice. */
export const poison: RunFault = async (context) => {
  for (const [id, readers] of Object.entries(READERS)) {
    const product = productOf(context.clients.products, id);
    await publish(context, product, await poisonedValues(context.clients, product), readers);
  }
};

/** Values by what is wrong with them. */
async function poisonedValues({ registry, products }: Clients, product: Product): Promise<(Buffer | null)[]> {
  const encoder = await patiently(() => new RecordEncoder(productOf(products, WEB_PRODUCT)).register(registry));
  const whole = encoder.message(customEvent()).value as Buffer;
  const foreign = Buffer.from(whole);
  foreign.writeInt32BE(UNKNOWN_SCHEMA, 1);
  const unframed = Buffer.from('{"event":"not Avro at all"}');
  const noDatum = whole.subarray(0, 5);
  // Values of the product's own schema that are cut, or have something behind them; they say nothing on another's topic.
  const ofSchema = product.id === WEB_PRODUCT ? [whole.subarray(0, whole.length - 9), Buffer.concat([whole, Buffer.from([2, 4, 6])]), noDatum] : [];
  return [unframed, foreign, Buffer.alloc(0), null, ...ofSchema];
}

function customEvent(): WebCustomEvents {
  const now = Date.now();
  return { event_id: uuidv4(), occurred_at: now, received_at: now, source: 'chaos:poison', identifiers: { anonymous_id: `poison-${uuidv4()}` }, session_id: null, name: 'poison', properties: {} };
}

async function publish({ clients, evidence, random }: FaultContext, { topic, partitions }: Product, values: (Buffer | null)[], readers: readonly string[]): Promise<void> {
  const producer = clients.kafka.producer({ allowAutoTopicCreation: false, retry: { retries: 0 } });
  try {
    await producer.connect();
    for (const value of values) {
      const partition = random.int(0, partitions - 1);
      const [sent] = await producer.send({ topic, acks: -1, messages: [{ key: 'poison', value, partition }] });
      evidence.poisoned.set(`${topic}:${partition}:${sent!.baseOffset}`, readers);
    }
  } finally {
    await producer.disconnect().catch(() => undefined);
  }
}
