// What a planned batch becomes on Kafka: messages of the customer products, keyed so that a profile stays in one partition.
import { productOf, type OperationsQuarantine, type Product } from '@tideway/contracts';
import { RecordEncoder, partitionOf, type Outgoing, type SchemaRegistry } from '@tideway/kafka';
import type { BatchOutputs } from './identity/batch.js';
import { EVENT_IDS, eventIdMessages } from './topics.js';

export class Outputs {
  readonly #activities: RecordEncoder;
  readonly #identities: RecordEncoder;
  readonly #consents: RecordEncoder;
  readonly #quarantine: RecordEncoder;

  constructor(products: Product[]) {
    this.#activities = new RecordEncoder(productOf(products, 'customer.activities'));
    this.#identities = new RecordEncoder(productOf(products, 'customer.identities'));
    this.#consents = new RecordEncoder(productOf(products, 'customer.consents'));
    this.#quarantine = new RecordEncoder(productOf(products, 'operations.quarantine'));
  }

  async register(registry: SchemaRegistry): Promise<void> {
    await Promise.all([this.#activities, this.#identities, this.#consents, this.#quarantine].map((encoder) => encoder.register(registry)));
  }

  messages({ activities, identities, consents, eventIds }: BatchOutputs, quarantined: OperationsQuarantine[]): Outgoing[] {
    return [
      { topic: this.#activities.product.topic, messages: activities.map((activity) => this.#activities.message(activity)) },
      { topic: this.#identities.product.topic, messages: identities.map((identity) => this.#identities.message(identity)) },
      { topic: this.#consents.product.topic, messages: consents.map(({ key, record }) => this.#consentMessage(key, record)) },
      { topic: EVENT_IDS.topic, messages: eventIdMessages(eventIds) },
      { topic: this.#quarantine.product.topic, messages: quarantined.map((record) => this.#quarantine.message(record)) },
    ];
  }

  /** Consents lie in the partition of their profile's activities, whatever the rest of their key. */
  #consentMessage(key: string, record: unknown) {
    const partition = partitionOf(key.slice(0, key.indexOf('|')), this.#consents.product.partitions);
    return record === null ? { key, value: null, partition } : { ...this.#consents.message(record), partition };
  }
}
