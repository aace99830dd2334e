// Reads back what a service under test has published.
import { loadProducts, productOf, type ProductId, type Records } from '@tideway/contracts';
import { Decoder, SchemaRegistry, createKafka, readTopics } from '@tideway/kafka';
import { createLogger, kafkaShape, loadConfig, registryShape, untilDone } from '@tideway/service';

export type Published<P extends ProductId> = { key: string; record: Records[P] };

/** A function that gives all records of a product, with their keys, from the platform with this environment. */
export function recordReader(env: Record<string, string>): <P extends ProductId>(id: P) => Promise<Published<P>[]> {
  const logger = createLogger('test', 'silent');
  const config = loadConfig({ ...kafkaShape, ...registryShape }, env);
  const kafka = createKafka(config, 'test', logger);
  const registry = new SchemaRegistry(config);
  const products = loadProducts();
  return async <P extends ProductId>(id: P) => {
    const product = productOf(products, id);
    const decoder = new Decoder<Records[P]>(registry, product);
    // The coordinator of a broker that has just started is still loading: an outage like any other.
    return untilDone(`records of ${id}`, logger, async () => {
      const rows: Published<P>[] = [];
      await readTopics(kafka, new Map([[product.topic, []]]), async ({ message }) => {
        rows.push({ key: String(message.key), record: await decoder.decode(message.value) });
      });
      return rows;
    });
  };
}
