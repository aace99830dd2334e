// Makes the state of the identity graph from its changelogs: the compacted products themselves, and the ids of the
// activities of the last seven days.
import { productOf, type CustomerConsents, type CustomerIdentities, type Product } from '@tideway/contracts';
import type { IdentifierRules } from '@tideway/identifiers';
import { Decoder, readTopics, type Kafka, type SchemaRegistry, type TopicRecord } from '@tideway/kafka';
import { PermanentError, type Logger } from '@tideway/service';
import { REMEMBERED_DAYS } from './activities/resends.js';
import { CustomerState } from './identity/batch.js';

const DAY_MS = 86_400_000;

export class Restore {
  readonly #identities: { topic: string; decoder: Decoder<CustomerIdentities> };
  readonly #consents: { topic: string; decoder: Decoder<CustomerConsents> };
  readonly #activities: { topic: string; decoder: Decoder<{ activity_id: string; received_at: number }> };

  constructor(private readonly kafka: Kafka, registry: SchemaRegistry, products: Product[], private readonly rules: IdentifierRules, private readonly logger: Logger) {
    const reader = <T>(id: string, fields?: string[]) => {
      const product = productOf(products, id);
      return { topic: product.topic, decoder: new Decoder<T>(registry, product, fields) };
    };
    this.#identities = reader('customer.identities');
    this.#consents = reader('customer.consents');
    this.#activities = reader('customer.activities', ['activity_id', 'received_at']);
  }

  /** Reads everything up to the present end of the changelogs; the former owner is fenced by then. */
  async state(): Promise<CustomerState> {
    const begin = Date.now();
    const state = new CustomerState(this.rules);
    await readTopics(this.kafka, new Map([[this.#identities.topic, []], [this.#consents.topic, []]]), (record) => this.#apply(record, state));
    let ids = 0;
    await readTopics(this.kafka, new Map([[this.#activities.topic, []]]), async ({ message }) => {
      const activity = await this.#activities.decoder.decode(message.value).catch(foreign);
      if (!activity) return;
      state.resends.restore(activity.activity_id, activity.received_at);
      ids += 1;
    }, { from: begin - (REMEMBERED_DAYS + 1) * DAY_MS });
    this.logger.info({ identifiers: state.graph.size, ids, ms: Date.now() - begin }, 'identity graph restored');
    return state;
  }

  async #apply({ topic, message: { key, value } }: TopicRecord, state: CustomerState): Promise<void> {
    if (topic === this.#consents.topic) state.consents.restore(String(key), value ? await this.#consents.decoder.decode(value) : null);
    else state.graph.restore(String(key), value ? await this.#identities.decoder.decode(value) : null);
  }
}

/** What is no activity has no id to remember: somebody else wrote it, and it must not stop the graph for ever. */
function foreign(error: unknown): undefined {
  if (!(error instanceof PermanentError)) throw error;
}
