// The published profiles, followed from the topic, and found by any of their identifiers.
import { randomUUID } from 'node:crypto';
import type { PersonalizationProfiles } from '@tideway/contracts';
import { consumeBlocks, readTopics, type Kafka, type KafkaMessage } from '@tideway/kafka';
import { PermanentError, RetryableError, errorText, preparedLoop, untilDone, type Logger, type Loop, type Service } from '@tideway/service';
import { Documents, type DocumentMemory } from './documents.js';
import type { Formats } from './formats.js';
import { IdentifierIndex } from './identifier-index.js';

export class ProfileStore {
  readonly #formats: Formats;
  readonly #documents: Documents;
  readonly #index = new IdentifierIndex();
  /** First offset of each partition that is not applied yet. */
  readonly #next = new Map<number, number>();
  #restored = false;

  constructor(formats: Formats, memory: DocumentMemory) {
    this.#formats = formats;
    this.#documents = new Documents(memory);
  }

  /** The document of whoever has this identifier (`type:value`), or undefined. */
  async find(identifier: string): Promise<PersonalizationProfiles | undefined> {
    const document = this.#documents.get(this.#index.find(identifier) ?? '');
    return document === undefined ? undefined : this.#formats.profiles.decode(document);
  }

  get size(): number {
    return this.#documents.size;
  }

  /** For readiness: until all profiles are read once, an answer would deny some. */
  async check(): Promise<void> {
    if (!this.#restored) throw new RetryableError('the profiles are being read from the topic');
  }

  /** Every instance follows all partitions, in a group of its own, from the beginning. Runs once what there is has been read. */
  follow(kafka: Kafka, { logger, metrics }: Service): Loop {
    const topic = this.#formats.profilesProduct.topic;
    const loop = consumeBlocks({
      kafka, logger, metrics,
      groupId: `personalization-store-${randomUUID()}`,
      topics: [topic],
      onBlock: async ({ partition, messages }) => {
        for (const message of messages) await this.#apply(partition, message, logger);
      },
      maxWaitMs: 200,
    });
    return preparedLoop(loop, () => untilDone('profiles', logger, async () => {
      await readTopics(kafka, new Map([[topic, []]]), ({ partition, message }) => this.#apply(partition, message, logger));
      this.#restored = true;
    }));
  }

  async #apply(partition: number, message: KafkaMessage, logger: Logger): Promise<void> {
    // A read that begins anew must not take profiles back to what they were.
    const offset = Number(message.offset);
    if (offset < (this.#next.get(partition) ?? 0)) return;
    const profileId = String(message.key);
    try {
      const identifiers = message.value ? (await this.#formats.profileIdentifiers.decode(message.value)).identifiers : [];
      this.#index.set(profileId, identifiers);
      if (message.value) this.#documents.set(profileId, message.value);
      else this.#documents.delete(profileId);
    } catch (error) {
      if (!(error instanceof PermanentError)) throw error;
      logger.error({ topic: this.#formats.profilesProduct.topic, partition, offset, error: errorText(error) }, 'a profile that cannot be read is passed over');
    }
    this.#next.set(partition, offset + 1);
  }
}
