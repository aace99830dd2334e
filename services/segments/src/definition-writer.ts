// Writes definitions to their topic, and answers once they are in force here.
import type { Kafka, Producer } from 'kafkajs';
import { RetryableError, errorText } from '@tideway/service';
import type { DefinitionKind, LiveDefinitions, WrittenDefinition } from './live-definitions.js';
import { DEFINITIONS_TOPIC } from './topics.js';

const APPLIED_TIMEOUT_MS = 10_000;

export class DefinitionWriter {
  #producer: Promise<Producer> | undefined;

  constructor(private readonly kafka: Kafka, private readonly definitions: LiveDefinitions) {}

  /** Writes a definition, or, without one, removes it. It has to be one that `proposed` takes. Rejects with RetryableError in an outage. */
  async write(kind: DefinitionKind, name: string, definition: WrittenDefinition | undefined): Promise<void> {
    const value = definition === undefined ? null : JSON.stringify(definition);
    let offset: number;
    try {
      const producer = await (this.#producer ??= this.#connect());
      const [{ baseOffset } = { baseOffset: '0' }] = await producer.send({ topic: DEFINITIONS_TOPIC, acks: -1, messages: [{ key: `${kind}/${name}`, value }] });
      offset = Number(baseOffset);
    } catch (error) {
      this.#producer = undefined;
      throw new RetryableError(`the definition could not be written: ${errorText(error)}`, { cause: error });
    }
    const timeout = AbortSignal.timeout(APPLIED_TIMEOUT_MS);
    const late = new Promise<never>((_, reject) => timeout.addEventListener('abort', () => reject(new RetryableError('the definition is written, and not in force here yet: ask for it again')), { once: true }));
    await Promise.race([this.definitions.applied(offset + 1), late]);
  }

  async close(): Promise<void> {
    const producer = await this.#producer?.catch(() => undefined);
    this.#producer = undefined;
    await producer?.disconnect().catch(() => undefined);
  }

  async #connect(): Promise<Producer> {
    const producer = this.kafka.producer({ idempotent: true, maxInFlightRequests: 1, allowAutoTopicCreation: false });
    await producer.connect();
    return producer;
  }
}
