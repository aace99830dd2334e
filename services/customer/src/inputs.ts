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

  /** Records in the order of inOrder; what does not decode goes to quarantine. Rejects with RetryableError in an outage. */
  async read(blocks: Block[]): Promise<DecodedInputs> {
    const partitions: BatchRecord[][] = [];
    const quarantined: OperationsQuarantine[] = [];
    for (const block of blocks) {
      const input = this.#byTopic.get(block.topic)!;
      const decoded: DecodedInputs = { records: [], quarantined };
      for (const message of block.messages) await this.#readOne(input, block, message, decoded);
      partitions.push(decoded.records);
    }
    return { records: inOrder(partitions), quarantined };
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

/**
 * The records of several partitions by `receivedAt`, those of each in the order that they have there: one that was received
 * earlier than the one before it, as by an instance that stood still in between, counts as received with it.
 */
export function inOrder<T extends Pick<BatchRecord, 'receivedAt'>>(partitions: readonly (readonly T[])[]): T[] {
  const placed = partitions.flatMap((records) => {
    let at = -Infinity;
    return records.map((record) => ({ record, at: (at = Math.max(at, record.receivedAt)) }));
  });
  // The sort is stable.
  return placed.sort((a, b) => a.at - b.at).map(({ record }) => record);
}
