// The typed publisher: validates records against their contract, encodes and keys them, and resolves once Kafka has
// acknowledged. Domain services use it, and so does any team that emits product records from its own code.
import { CompressionTypes, type Kafka, type Producer } from 'kafkajs';
import type { Product, ProductId, Records, Rejection } from '@tideway/contracts';
import { RetryableError, errorText, type Logger, type Metrics } from '@tideway/service';
import { SentPartitions } from './acknowledged.js';
import { MAX_MESSAGE_BYTES, MAX_REQUEST_BYTES, batchBytes, groupByTopic, isTooLarge, pieces, type TopicMessage } from './message-size.js';
import { ProductMessages, type OutcomeItem, type Published } from './product-messages.js';
import { QuarantineBound } from './quarantine-bound.js';
import type { SchemaRegistry } from './registry.js';
import { ensureTopics } from './topics.js';

export { ContractError, RecordTooLargeError, type OutcomeItem, type Published } from './product-messages.js';

const MAX_PENDING_BYTES = 64 * 1024 * 1024;

export interface PublisherOptions {
  kafka: Kafka;
  registry: SchemaRegistry;
  products: Product[];
  /** Name of the service or application, for quarantine and metrics. */
  service: string;
  logger: Logger;
  metrics?: Metrics;
  replicationFactor?: number;
  /** Largest batch that the products' topics take, their `max.message.bytes` (KAFKA_MAX_MESSAGE_BYTES). Default 1,000,000. */
  maxMessageBytes?: number;
  /** Bytes that quarantine keeps of a source in an hour (QUARANTINE_BYTES_PER_HOUR). Default 256 MiB. */
  quarantineBytesPerHour?: number;
}

interface Pending {
  messages: TopicMessage[];
  bytes: number;
  resolve: () => void;
  reject: (error: Error) => void;
}

export class Publisher {
  readonly #options: PublisherOptions;
  readonly #messages: ProductMessages;
  readonly #maxMessageBytes: number;
  readonly #pending: Pending[] = [];
  readonly #published;
  readonly #sent = new SentPartitions();
  #pendingBytes = 0;
  #producer: Producer | undefined;
  #prepared: Promise<void> | undefined;
  #flushing: Promise<void> | undefined;

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#maxMessageBytes = options.maxMessageBytes ?? MAX_MESSAGE_BYTES;
    this.#messages = new ProductMessages(options.products, options.service, this.#maxMessageBytes, new QuarantineBound(options.quarantineBytesPerHour, options.metrics));
    this.#published = options.metrics?.counter('tideway_published_total', 'Records acknowledged by Kafka', ['product']);
  }

  /** Creates topics and registers schemas, once: cheap afterwards. A failure is an outage that a later call or publish tries again. */
  connect(): Promise<void> {
    return this.#prepare();
  }

  /**
   * Publishes records of one product; resolves when all in-sync replicas have them.
   * Rejects with ContractError or RecordTooLargeError (nothing was sent), or RetryableError (send the same records again:
   * their event_id keeps them from counting twice).
   */
  async publish<P extends ProductId>(product: P, records: Records[P][]): Promise<void> {
    this.#messages.check(product, records);
    await this.#prepare();
    await this.#enqueue(this.#messages.ofRecords(product, records));
  }

  /**
   * Publishes the outcomes of a source: valid records to their topics, the rest to quarantine with the original
   * bytes. A native event goes to quarantine as a whole where one of its records breaks its contract or is too large.
   * Rejects with RetryableError: send all of them again.
   */
  async publishOutcomes(items: OutcomeItem[]): Promise<Published> {
    await this.#prepare();
    const { messages, published } = this.#messages.ofOutcomes(items);
    await this.#enqueue(messages);
    return published;
  }

  /** Why the records of an outcome cannot be published, undefined where they can; nothing is sent. Rejects with RetryableError. */
  async refusalOf(outcome: OutcomeItem['outcome']): Promise<{ product: string; rejection: Rejection } | undefined> {
    await this.#prepare();
    return this.#messages.refusalOf(outcome);
  }

  /** Waits for what is in hand, then disconnects. */
  async disconnect(): Promise<void> {
    // A publish of several pieces is in its next flush by the time that one ends.
    while (this.#flushing) await this.#flushing;
    await this.#producer?.disconnect().catch(() => undefined);
    this.#producer = undefined;
  }

  /** What goes in one request: never more than one topic takes in one batch, as all of it may go to one partition. */
  get #requestBytes(): number {
    return Math.min(MAX_REQUEST_BYTES, this.#maxMessageBytes);
  }

  /** Once for all who wait; what failed is tried again by whoever comes next. */
  #prepare(): Promise<void> {
    this.#prepared ??= this.#createTopics().catch((error: unknown) => {
      this.#prepared = undefined;
      throw error;
    });
    return this.#prepared;
  }

  async #createTopics(): Promise<void> {
    const { kafka, registry, products, replicationFactor } = this.#options;
    await ensureTopics(kafka, products, [], replicationFactor);
    await this.#messages.register(registry);
  }

  /** One piece after the other: what comes after a piece that failed is not sent before it is sent again. */
  async #enqueue(messages: Pending['messages']): Promise<void> {
    for (const piece of pieces(messages, this.#requestBytes)) await this.#enqueuePiece(piece);
  }

  #enqueuePiece(messages: Pending['messages']): Promise<void> {
    const bytes = messages.reduce((sum, { message }) => sum + batchBytes(message), 0);
    if (this.#pendingBytes + bytes > MAX_PENDING_BYTES) return Promise.reject(new RetryableError('too many records are waiting for Kafka'));
    this.#pendingBytes += bytes;
    return new Promise((resolve, reject) => {
      this.#pending.push({ messages, bytes, resolve, reject });
      this.#flushing ??= this.#flush();
    });
  }

  /** One request is in flight; whatever comes in meanwhile goes together in the next one. */
  async #flush(): Promise<void> {
    await Promise.resolve();
    while (this.#pending.length > 0) {
      const group: Pending[] = [];
      for (let bytes = 0; this.#pending.length > 0 && (group.length === 0 || bytes + this.#pending[0]!.bytes <= this.#requestBytes);) {
        bytes += this.#pending[0]!.bytes;
        group.push(this.#pending.shift()!);
      }
      const failure = await this.#send(group);
      for (const entry of group) {
        this.#pendingBytes -= entry.bytes;
        if (failure) entry.reject(failure);
        else entry.resolve();
      }
    }
    // In the turn of the last look: whoever comes after it starts the next flush.
    this.#flushing = undefined;
  }

  async #send(group: Pending[]): Promise<Error | undefined> {
    const topicMessages = groupByTopic(group.flatMap((entry) => entry.messages));
    try {
      this.#producer ??= await this.#connectProducer();
      const producer = this.#producer;
      await this.#sent.check(() => producer.sendBatch({ acks: -1, timeout: 5_000, compression: CompressionTypes.None, topicMessages }));
      for (const { topic, messages } of topicMessages) this.#published?.inc({ product: topic.replace(/\.v\d+$/, '') }, messages.length);
      return undefined;
    } catch (error) {
      // After a failure an idempotent producer's sequence numbers may be off for good: a new one starts clean.
      await this.#producer?.disconnect().catch(() => undefined);
      this.#producer = undefined;
      const advice = isTooLarge(error) ? `; KAFKA_MAX_MESSAGE_BYTES (${this.#maxMessageBytes}) is more than the topic's max.message.bytes: lower the one or raise the other` : '';
      return new RetryableError(`Kafka did not acknowledge: ${errorText(error)}${advice}`, { cause: error });
    }
  }

  async #connectProducer(): Promise<Producer> {
    const producer = this.#options.kafka.producer({
      createPartitioner: this.#sent.partitioner, idempotent: true, maxInFlightRequests: 1, allowAutoTopicCreation: false,
      retry: { initialRetryTime: 10, maxRetryTime: 300, retries: 5 },
    });
    await producer.connect();
    return producer;
  }
}
