// Follows topics and hands over their records decoded, as they are committed.
import { randomUUID } from 'node:crypto';
import { productOf, type Product } from '@tideway/contracts';
import { Decoder, type KafkaMessage } from '@tideway/kafka';
import type { Clients } from './clients.js';

export interface TailedRecord {
  product: Product;
  partition: number;
  message: KafkaMessage;
  value: Record<string, unknown> | null;
}

/** Product of a topic's name (`web.orders.v1`) or of an id (`web.orders`); throws with the names that there are. */
export function productOfTopic(products: Product[], name: string): Product {
  const product = products.find((p) => p.topic === name || p.id === name);
  if (product) return productOf(products, product.id);
  throw new Error(`there is no topic "${name}"; there are:\n  ${products.map((p) => p.topic).join('\n  ')}`);
}

/** Calls `onRecord` for each record from now on (or from the beginning) until the returned function is called. */
export async function tailTopics({ kafka, registry }: Clients, products: Product[], onRecord: (record: TailedRecord) => void, fromBeginning = false): Promise<() => Promise<void>> {
  const decoders = new Map(products.map((product) => [product.topic, { product, decoder: new Decoder<Record<string, unknown>>(registry, product) }]));
  const groupId = `tideway-tail-${randomUUID()}`;
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 20, allowAutoTopicCreation: false });
  await consumer.connect();
  await consumer.subscribe({ topics: [...decoders.keys()], fromBeginning });
  const joined = new Promise<void>((resolve) => consumer.on(consumer.events.FETCH_START, () => resolve()));
  await consumer.run({
    autoCommit: false,
    eachMessage: async ({ topic, partition, message }) => {
      const { product, decoder } = decoders.get(topic)!;
      onRecord({ product, partition, message, value: message.value ? await decoder.decode(message.value) : null });
    },
  });
  await joined;
  return async () => {
    await consumer.disconnect();
    const admin = kafka.admin();
    await admin.connect();
    await admin.deleteGroups([groupId]).catch(() => undefined);
    await admin.disconnect();
  };
}
