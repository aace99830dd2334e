// Decoders of the events that sessions are made from, and the encoder of sessions, which all partitions share.
import { productOf, type Product, type Records } from '@tideway/contracts';
import { Decoder, RecordEncoder, type KafkaMessage, type SchemaRegistry } from '@tideway/kafka';
import { PermanentError } from '@tideway/service';
import { SESSION_INPUTS, hitOf, type Hit, type SessionInput } from './session.js';
import { isInTime } from './visitor.js';
import type { Outcome } from './metrics.js';

interface Input {
  id: SessionInput;
  decoder: Decoder<Records[SessionInput]>;
}

export class Formats {
  readonly topics: string[];
  readonly sessions: RecordEncoder;
  readonly #inputs: Map<string, Input>;

  constructor(products: Product[], registry: SchemaRegistry) {
    this.#inputs = new Map(SESSION_INPUTS.map((id) => {
      const product = productOf(products, id);
      return [product.topic, { id, decoder: new Decoder(registry, product) }];
    }));
    this.topics = [...this.#inputs.keys()];
    this.sessions = new RecordEncoder(productOf(products, 'web.sessions'));
  }

  async register(registry: SchemaRegistry): Promise<void> {
    await this.sessions.register(registry);
  }

  /** The hit of a message, or why it has none. Rejects with RetryableError in an outage of the registry. */
  async hit(topic: string, { key, value }: KafkaMessage, lateMs: number): Promise<Hit | Exclude<Outcome, 'counted'>> {
    if (!key) return 'no_visitor';
    const { id, decoder } = this.#inputs.get(topic)!;
    try {
      const record = await decoder.decode(value);
      if (!isInTime(record, lateMs)) return 'late';
      return hitOf(id, record) ?? 'robot';
    } catch (error) {
      if (!(error instanceof PermanentError)) throw error;
      // The customer service reads the same topics, and has put it into quarantine.
      return 'not_decodable';
    }
  }
}
