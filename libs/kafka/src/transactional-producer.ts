// One Kafka transaction after the other under one transactional id: outputs, state changelog and input offsets together.
import { setTimeout as delay } from 'node:timers/promises';
import { CompressionTypes, type Kafka, type Message, type Producer } from 'kafkajs';
import { RetryableError, crashPoint, errorText, sleep } from '@tideway/service';
import { SentPartitions } from './acknowledged.js';
import { MAX_MESSAGE_BYTES, MAX_REQUEST_BYTES, groupByTopic, isTooLarge, pieces, type TopicMessage } from './message-size.js';

/** Records for one topic; a message may name its partition, else its key decides. */
export interface Outgoing {
  topic: string;
  messages: Message[];
}

/** An input position that is committed with the transaction. */
export interface InputOffset {
  topic: string;
  partition: number;
  /** Next offset to read. */
  offset: number;
  metadata: string;
}

const TRANSACTION_TIMEOUT_MS = 30_000;

export class TransactionalProducer {
  readonly #producer: Producer;
  readonly #sent: SentPartitions;

  private constructor(producer: Producer, sent: SentPartitions, private readonly groupId: string, private readonly transactionalId: string, private readonly requestBytes: number) {
    this.#producer = producer;
    this.#sent = sent;
  }

  /**
   * Opens the transactional id: fences whoever held it, and waits for its unfinished transaction to end, so that what
   * is read afterwards is final. `maxMessageBytes` is the largest batch that the topics take. Rejects with RetryableError.
   */
  static async open(kafka: Kafka, transactionalId: string, groupId: string, maxMessageBytes = MAX_MESSAGE_BYTES): Promise<TransactionalProducer> {
    const sent = new SentPartitions();
    const producer = kafka.producer({
      transactionalId, createPartitioner: sent.partitioner, idempotent: true, maxInFlightRequests: 1, transactionTimeout: TRANSACTION_TIMEOUT_MS, allowAutoTopicCreation: false,
      retry: { initialRetryTime: 10, maxRetryTime: 500, retries: 10 },
    });
    sent.watch(producer);
    try {
      await producer.connect();
      // kafkajs asks for the producer id with the first transaction: an empty one asks and sends nothing else.
      await (await producer.transaction()).abort();
      return new TransactionalProducer(producer, sent, groupId, transactionalId, Math.min(MAX_REQUEST_BYTES, maxMessageBytes));
    } catch (error) {
      await producer.disconnect().catch(() => undefined);
      throw new RetryableError(`transactional id ${transactionalId} could not be opened: ${errorText(error)}`, { cause: error });
    }
  }

  /** Commits `outgoing` and `offsets` as one. After a rejection the outcome is not known: close, and open anew. */
  async transact(outgoing: Outgoing[], offsets: InputOffset[]): Promise<void> {
    const messages = outgoing.flatMap(({ topic, messages: list }) => list.map((message): TopicMessage => ({ topic, message })));
    if (messages.length === 0 && offsets.length === 0) return;
    try {
      const transaction = await this.#producer.transaction();
      // First, and again until the broker has ended the last transaction: kafkajs tries a send again as a whole, and
      // what went to another broker meanwhile would go there twice.
      if (offsets.length > 0) await whileEnding(() => transaction.sendOffsets({ consumerGroupId: this.groupId, topics: byTopic(offsets) }));
      crashPoint('before-send');
      // kafkajs makes one batch of all that goes to one partition, and after a backlog that may be more than a topic takes.
      for (const piece of pieces(messages, this.requestBytes)) {
        await this.#sent.check(() => transaction.sendBatch({ acks: -1, compression: CompressionTypes.None, topicMessages: groupByTopic(piece) }));
      }
      crashPoint('after-send');
      crashPoint('before-commit');
      await transaction.commit();
      crashPoint('after-commit');
    } catch (error) {
      const advice = isTooLarge(error) ? `; a record is larger than its topic takes: raise the topic's max.message.bytes` : '';
      throw new RetryableError(`a transaction of ${this.transactionalId} failed: ${errorText(error)}${advice}`, { cause: error });
    }
  }

  /** Whoever opens the id next fences what this one may still have under way: on a connection that never answers it is not waited for. */
  async close(): Promise<void> {
    await Promise.race([this.#producer.disconnect().catch(() => undefined), delay(CLOSE_AT_MOST_MS, undefined, { ref: false })]);
  }
}

const CLOSE_AT_MOST_MS = 1_000;
const ENDING_MS = 5;
const ENDING_AT_MOST_MS = 10_000;
/** The last transaction of the id is still ending; or a coordinator has moved, which is asked for again after that. */
const PASSING = new Set(['CONCURRENT_TRANSACTIONS', 'NOT_COORDINATOR_FOR_GROUP', 'GROUP_COORDINATOR_NOT_AVAILABLE', 'GROUP_LOAD_IN_PROGRESS']);

/** Repeats while the coordinators say that it will pass: nothing else was sent by then. */
async function whileEnding(action: () => Promise<void>): Promise<void> {
  for (const deadline = Date.now() + ENDING_AT_MOST_MS; ;) {
    try {
      return await action();
    } catch (error) {
      if (!PASSING.has((error as { type?: string }).type ?? '') || Date.now() > deadline) throw error;
      await sleep(ENDING_MS);
    }
  }
}

function byTopic(offsets: InputOffset[]) {
  return [...Map.groupBy(offsets, (offset) => offset.topic)].map(([topic, entries]) => ({
    topic,
    partitions: entries.map(({ partition, offset, metadata }) => ({ partition, offset: String(offset), metadata })),
  }));
}
