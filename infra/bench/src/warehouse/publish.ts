// Puts the records on their topic once, before anything is measured.
import type { ProductId, Product } from '@tideway/contracts';
import { Publisher, type Kafka, type SchemaRegistry } from '@tideway/kafka';
import { createLogger } from '@tideway/service';
import { impression } from './impressions.js';

const CHUNK = 4_000;


/** Publishes `records` records of `product` in the Confluent wire format, keyed, as a team's own code would. */
export async function publishImpressions(kafka: Kafka, registry: SchemaRegistry, product: Product, records: number): Promise<void> {
  const publisher = new Publisher({ kafka, registry, products: [product], service: 'bench', logger: createLogger('bench', 'silent') });
  try {
    let sent: Promise<void> = publisher.connect();
    for (let from = 0; from < records; from += CHUNK) {
      const chunk = Array.from({ length: Math.min(CHUNK, records - from) }, (_, i) => impression(from + i));
      // The next records are made while Kafka takes these.
      await sent;
      sent = publisher.publish(product.id as ProductId, chunk as never);
      // Whoever awaits it reports it; until then it is no unhandled rejection.
      sent.catch(() => undefined);
    }
    await sent;
  } finally {
    await publisher.disconnect();
  }
}
