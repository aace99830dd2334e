// The published profiles, followed from the topic, and found by any of their identifiers.
import { randomUUID } from 'node:crypto';
import type { PersonalizationProfiles } from '@tideway/contracts';
import { consumeBlocks, type Block, type Kafka } from '@tideway/kafka';
import type { Loop, Service } from '@tideway/service';
import type { Formats } from './partition.js';

export class ProfileStore {
  readonly #formats: Formats;
  readonly #documents = new Map<string, { value: Buffer; identifiers: string[] }>();
  readonly #byIdentifier = new Map<string, string>();

  constructor(formats: Formats) {
    this.#formats = formats;
  }

  /** The document of whoever has this identifier (`type:value`), or undefined. */
  async find(identifier: string): Promise<PersonalizationProfiles | undefined> {
    const document = this.#documents.get(this.#byIdentifier.get(identifier) ?? '');
    return document && this.#formats.profiles.decode(document.value);
  }

  get size(): number {
    return this.#documents.size;
  }

  /** Every instance follows all partitions, in a group of its own, from the beginning. */
  follow(kafka: Kafka, { logger, metrics }: Service): Loop {
    return consumeBlocks({
      kafka, logger, metrics,
      groupId: `personalization-store-${randomUUID()}`,
      topics: [this.#formats.profilesTopic],
      intent: () => false,
      acknowledge: false,
      onBlock: (block) => this.#apply(block),
      maxWaitMs: 50,
    });
  }

  async #apply({ messages }: Block): Promise<void> {
    for (const { key, value } of messages) {
      const profileId = String(key);
      this.#forget(profileId);
      if (!value) continue;
      const { identifiers } = await this.#formats.profiles.decode(value);
      this.#documents.set(profileId, { value, identifiers });
      for (const identifier of identifiers) this.#byIdentifier.set(identifier, profileId);
    }
  }

  /** A merged-away profile's identifiers may be the winner's by now: only its own entries go. */
  #forget(profileId: string): void {
    for (const identifier of this.#documents.get(profileId)?.identifiers ?? []) {
      if (this.#byIdentifier.get(identifier) === profileId) this.#byIdentifier.delete(identifier);
    }
    this.#documents.delete(profileId);
  }
}
