// Decodes blocks of products into records for the graph, in the order in which they count.
import { activityOrigin, type OperationsQuarantine, type Product } from '@tideway/contracts';
import { Decoder, quarantineRecord, type Block, type KafkaMessage, type SchemaRegistry } from '@tideway/kafka';
import { PermanentError, errorText } from '@tideway/service';
import type { BatchRecord } from './identity/batch.js';

export interface DecodedInputs {
  records: BatchRecord[];
  quarantined: OperationsQuarantine[];
}

interface Input {
  product: Product;
  decoder: Decoder<Record<string, unknown>>;
}

export class Inputs {
  readonly #byTopic: Map<string, Input>;

  constructor(products: Product[], registry: SchemaRegistry) {
    this.#byTopic = new Map(products.map((product) => [product.topic, { product, decoder: new Decoder(registry, product) }]));
  }

  /** Records by received_at, then origin; what does not decode goes to quarantine. Rejects with RetryableError in an outage. */
  async read(blocks: Block[]): Promise<DecodedInputs> {
    const decoded: DecodedInputs = { records: [], quarantined: [] };
    for (const block of blocks) {
      const input = this.#byTopic.get(block.topic)!;
      for (const message of block.messages) await this.#readOne(input, block, message, decoded);
    }
    // The sort is stable: records of one partition that came in the same millisecond stay in their order.
    decoded.records.sort((a, b) => a.receivedAt - b.receivedAt);
    return decoded;
  }

  async #readOne({ product, decoder }: Input, { topic, partition }: Block, message: KafkaMessage, { records, quarantined }: DecodedInputs): Promise<void> {
    // Of an entity: what a person did is not undone by it.
    if (message.value === null && product.kind !== 'event') return;
    const origin = `${topic}:${partition}:${message.offset}`;
    const { id, receivedAt } = activityOrigin(product.activity);
    try {
      const record = await decoder.decode(message.value);
      records.push({
        product, record, origin,
        eventId: record[id] as string,
        receivedAt: record[receivedAt] as number,
        identifiers: record['identifiers'] as Record<string, string>,
      });
    } catch (error) {
      if (!(error instanceof PermanentError)) throw error;
      quarantined.push(quarantineRecord({
        service: 'customer', stage: 'decode', product: product.id, origin, original: message.value ?? Buffer.alloc(0),
        rejection: { code: 'not_decodable', message: errorText(error) },
      }));
    }
  }
}
