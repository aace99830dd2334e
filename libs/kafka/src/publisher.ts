// The typed publisher: validates records against their contract, encodes and keys them, and resolves once Kafka has
// acknowledged. Domain services use it, and so does any team that emits product records from its own code.
import { CompressionTypes, type Kafka, type Message, type Producer } from 'kafkajs';
import { productOf, type Outcome, type Product, type ProductId, type ProductRecord, type Records, type Rejection, type Violation } from '@tideway/contracts';
import { PermanentError, RetryableError, errorText, type Logger, type Metrics } from '@tideway/service';
import { SentPartitions } from './acknowledged.js';
import { quarantineRecord } from './quarantine.js';
import { RecordEncoder } from './record-encoder.js';
import type { SchemaRegistry } from './registry.js';
import { ensureTopics } from './topics.js';

const MAX_REQUEST_BYTES = 900_000;
const MAX_PENDING_BYTES = 64 * 1024 * 1024;

/** A record breaks its product's contract: `violations` tells the index of each such record and what is wrong. */
export class ContractError extends PermanentError {
  constructor(product: string, readonly violations: { index: number; violation: Violation }[]) {
    const first = violations[0]!;
    super(`record ${first.index} breaks the contract of ${product}: ${first.violation.message}`);
    this.name = 'ContractError';
  }
}

export interface PublisherOptions {
  kafka: Kafka;
  registry: SchemaRegistry;
  products: Product[];
  /** Name of the service or application, for quarantine and metrics. */
  service: string;
  logger: Logger;
  metrics?: Metrics;
  replicationFactor?: number;
}

/** One native event's outcome with the bytes it came from. */
export interface OutcomeItem {
  outcome: Exclude<Outcome, { status: 'rejected' }>;
  original: Buffer;
  source: string;
}

interface Pending {
  messages: { topic: string; message: Message }[];
  bytes: number;
  resolve: () => void;
  reject: (error: Error) => void;
}

export class Publisher {
  readonly #options: PublisherOptions;
  readonly #encoders = new Map<string, RecordEncoder>();
  readonly #pending: Pending[] = [];
  readonly #published;
  readonly #sent = new SentPartitions();
  #pendingBytes = 0;
  #producer: Producer | undefined;
  #prepared = false;
  #flushing: Promise<void> | undefined;

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#published = options.metrics?.counter('tideway_published_total', 'Records acknowledged by Kafka', ['product']);
  }

  /** Creates topics, registers schemas and connects. A failure is an outage that a later publish tries again. */
  async connect(): Promise<void> {
    await this.#prepare();
  }

  /**
   * Publishes records of one product; resolves when all in-sync replicas have them.
   * Rejects with ContractError (nothing was sent) or RetryableError (send the same records again: their event_id
   * keeps them from counting twice).
   */
  async publish<P extends ProductId>(product: P, records: Records[P][]): Promise<void> {
    const encoder = this.#encoder(product);
    const violations = records.flatMap((record, index) => {
      const violation = encoder.validate(record);
      return violation ? [{ index, violation }] : [];
    });
    if (violations.length > 0) throw new ContractError(product, violations);
    await this.#prepare();
    await this.#enqueue(records.map((record) => this.#encode(encoder, record)));
  }

  /**
   * Publishes the outcomes of a source: valid records to their topics, the rest to quarantine with the original
   * bytes. A native event goes to quarantine as a whole where one of its records breaks its contract.
   */
  async publishOutcomes(items: OutcomeItem[]): Promise<{ accepted: number; quarantined: number }> {
    await this.#prepare();
    let quarantined = 0;
    const messages = items.flatMap((item) => {
      const refused = this.#refusal(item.outcome);
      if (!refused && item.outcome.status === 'records') return item.outcome.records.map(({ product, record }) => this.#encode(this.#encoder(product), record));
      quarantined += 1;
      return [this.#quarantine(item, refused!)];
    });
    await this.#enqueue(messages);
    return { accepted: items.length - quarantined, quarantined };
  }

  /** Waits for what is in hand, then disconnects. */
  async disconnect(): Promise<void> {
    // A publish of several pieces is in its next flush by the time that one ends.
    while (this.#flushing) await this.#flushing;
    await this.#producer?.disconnect().catch(() => undefined);
    this.#producer = undefined;
  }

  #refusal(outcome: OutcomeItem['outcome']): { product: string; rejection: Rejection } | undefined {
    if (outcome.status === 'quarantined') return { product: outcome.product, rejection: outcome.rejection };
    for (const { product, record } of outcome.records as ProductRecord[]) {
      const violation = this.#encoder(product).validate(record);
      if (violation) return { product, rejection: violation };
    }
    return undefined;
  }

  #quarantine({ original, source, outcome }: OutcomeItem, refused: { product: string; rejection: Rejection }) {
    const stage = outcome.status === 'quarantined' ? 'intake' as const : 'contract' as const;
    const record = quarantineRecord({ service: this.#options.service, stage, original, source, ...refused });
    return this.#encode(this.#encoder('operations.quarantine'), record);
  }

  #encoder(id: string): RecordEncoder {
    const known = this.#encoders.get(id);
    if (known) return known;
    const encoder = new RecordEncoder(productOf(this.#options.products, id));
    this.#encoders.set(id, encoder);
    return encoder;
  }

  #encode(encoder: RecordEncoder, record: unknown): { topic: string; message: Message } {
    return { topic: encoder.product.topic, message: encoder.message(record) };
  }

  async #prepare(): Promise<void> {
    if (this.#prepared) return;
    const { kafka, registry, products, replicationFactor } = this.#options;
    await ensureTopics(kafka, products, [], replicationFactor);
    await Promise.all(products.map((product) => this.#encoder(product.id).register(registry)));
    this.#prepared = true;
  }

  /** One piece after the other: what comes after a piece that failed is not sent before it is sent again. */
  async #enqueue(messages: Pending['messages']): Promise<void> {
    for (const piece of pieces(messages)) await this.#enqueuePiece(piece);
  }

  #enqueuePiece(messages: Pending['messages']): Promise<void> {
    const bytes = messages.reduce((sum, { message }) => sum + sizeOf(message), 0);
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
      for (let bytes = 0; this.#pending.length > 0 && (group.length === 0 || bytes + this.#pending[0]!.bytes <= MAX_REQUEST_BYTES);) {
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
    const byTopic = new Map<string, Message[]>();
    for (const { topic, message } of group.flatMap((entry) => entry.messages)) {
      const list = byTopic.get(topic);
      if (list) list.push(message);
      else byTopic.set(topic, [message]);
    }
    try {
      this.#producer ??= await this.#connectProducer();
      const topicMessages = [...byTopic].map(([topic, messages]) => ({ topic, messages }));
      const producer = this.#producer;
      await this.#sent.check(() => producer.sendBatch({ acks: -1, timeout: 5_000, compression: CompressionTypes.None, topicMessages }));
      for (const { topic, messages } of topicMessages) this.#published?.inc({ product: topic.replace(/\.v\d+$/, '') }, messages.length);
      return undefined;
    } catch (error) {
      // After a failure an idempotent producer's sequence numbers may be off for good: a new one starts clean.
      await this.#producer?.disconnect().catch(() => undefined);
      this.#producer = undefined;
      return new RetryableError(`Kafka did not acknowledge: ${errorText(error)}`, { cause: error });
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

const sizeOf = ({ value }: Message) => value!.length + 100;

/** Cut so that each fits one batch of Kafka (1 MB by default), even where all of it goes to one partition. */
function* pieces(messages: Pending['messages']): Generator<Pending['messages']> {
  let start = 0;
  let bytes = 0;
  for (const [i, { message }] of messages.entries()) {
    const size = sizeOf(message);
    if (i > start && bytes + size > MAX_REQUEST_BYTES) {
      yield messages.slice(start, i);
      start = i;
      bytes = 0;
    }
    bytes += size;
  }
  if (start < messages.length) yield start === 0 ? messages : messages.slice(start);
}
