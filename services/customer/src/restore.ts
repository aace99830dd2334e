// Makes the state of the identity graph from its changelogs: the compacted products themselves, and the ids of the events
// of the last seven days.
import { productOf, type CustomerConsents, type CustomerIdentities, type Product } from '@tideway/contracts';
import type { IdentifierRules } from '@tideway/identifiers';
import { Decoder, readTopics, type Kafka, type SchemaRegistry, type TopicRecord } from '@tideway/kafka';
import { RetryableError, type Logger } from '@tideway/service';
import { CustomerState } from './identity/batch.js';
import { EVENT_IDS, readEventIds } from './topics.js';

export class Restore {
  readonly #identities: { topic: string; decoder: Decoder<CustomerIdentities> };
  readonly #consents: { topic: string; decoder: Decoder<CustomerConsents> };

  constructor(private readonly kafka: Kafka, registry: SchemaRegistry, products: Product[], private readonly rules: IdentifierRules, private readonly logger: Logger) {
    const reader = <T>(id: string) => {
      const product = productOf(products, id);
      return { topic: product.topic, decoder: new Decoder<T>(registry, product) };
    };
    this.#identities = reader('customer.identities');
    this.#consents = reader('customer.consents');
  }

  /**
   * Reads everything up to the present end of the changelogs; the former owner is fenced by then. Rejects with RetryableError, also where
   * events are said to be taken and nobody is known: to take them as sent again would lose them.
   */
  async state(): Promise<CustomerState> {
    const begin = Date.now();
    const state = new CustomerState(this.rules);
    await readTopics(this.kafka, new Map([[this.#identities.topic, []], [this.#consents.topic, []]]), (record) => this.#apply(record, state));
    await readTopics(this.kafka, new Map([[EVENT_IDS.topic, []]]), ({ message }) => {
      const ids = readEventIds(message);
      if (ids) state.resends.restore(ids);
    }, { from: begin - EVENT_IDS.retentionMs });
    const { graph, resends } = state;
    if (graph.size === 0 && resends.size > 0) {
      throw new RetryableError(`${EVENT_IDS.topic} has the ids of ${resends.size} events, and ${this.#identities.topic} nobody: where the graph is to be made anew, delete ${EVENT_IDS.topic} too and start this service again`);
    }
    this.logger.info({ identifiers: graph.size, ids: resends.size, ms: Date.now() - begin }, 'identity graph restored');
    return state;
  }

  async #apply({ topic, message: { key, value } }: TopicRecord, state: CustomerState): Promise<void> {
    if (topic === this.#consents.topic) state.consents.restore(String(key), value ? await this.#consents.decoder.decode(value) : null);
    else state.graph.restore(String(key), value ? await this.#identities.decoder.decode(value) : null);
  }
}
