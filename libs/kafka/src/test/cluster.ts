// What the tests of this library do with a cluster besides what is tested: topics, plain records, committed positions.
import { Kafka, logLevel, type Admin, type Message } from 'kafkajs';
import { createLogger, kafkaShape, loadConfig } from '@tideway/service';
import { waitFor } from '@tideway/testing';
import { createKafka } from '../client.js';
import type { OffsetMetadata } from '../positions.js';
import { readTopics, type ReadOptions } from '../read-topic.js';

export const silent = createLogger('test', 'silent');

/** One record as a test compares it. */
export interface Line {
  partition: number;
  offset: number;
  key: string;
  value: string;
}

export class Cluster {
  readonly kafka: Kafka;
  readonly #admin: Admin;

  constructor(env: Record<string, string>) {
    this.kafka = createKafka(loadConfig(kafkaShape, env), 'test', silent);
    // Patient, because brokers are killed under it.
    this.#admin = new Kafka({ brokers: env['KAFKA_BROKERS']!.split(','), logLevel: logLevel.NOTHING, retry: { initialRetryTime: 50, maxRetryTime: 500, retries: 20 } }).admin();
  }

  async connect(): Promise<this> {
    await this.#admin.connect();
    return this;
  }

  async disconnect(): Promise<void> {
    await this.#admin.disconnect();
  }

  get admin(): Admin {
    return this.#admin;
  }

  async createTopic(topic: string, numPartitions = 1, config: Record<string, string> = {}): Promise<string> {
    // kafkajs waits for leaders, and gives up where a broker has not heard of the topic yet; it is there by then.
    await this.#admin.createTopics({ waitForLeaders: false, topics: [{ topic, numPartitions, configEntries: Object.entries(config).map(([name, value]) => ({ name, value })) }] });
    await waitFor(async () => (await this.#admin.fetchTopicOffsets(topic)).length === numPartitions, { message: `the topic ${topic}` });
    return topic;
  }

  async send(topic: string, messages: Message[]): Promise<void> {
    // Idempotent: a new topic's partitions may not all be there yet, and a retry must not double those that are.
    const producer = this.kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    await producer.send({ topic, messages });
    await producer.disconnect();
  }

  /** `count` records with the values `<prefix>0`, `<prefix>1` and so on, in one partition. */
  async sendNumbered(topic: string, count: number, { partition = 0, prefix = 'v', from = 0 } = {}): Promise<void> {
    await this.send(topic, Array.from({ length: count }, (_, i) => ({ partition, value: `${prefix}${from + i}` })));
  }

  /** What read_committed readers see. */
  async read(topic: string, options?: ReadOptions): Promise<Line[]> {
    const lines: Line[] = [];
    await readTopics(this.kafka, new Map([[topic, []]]), ({ partition, message }) => {
      lines.push({ partition, offset: Number(message.offset), key: String(message.key ?? ''), value: String(message.value ?? '') });
    }, options);
    return lines;
  }

  async values(topic: string, options?: ReadOptions): Promise<string[]> {
    return (await this.read(topic, options)).map(({ value }) => value);
  }

  /** The committed position of a group, with its metadata parsed. */
  async committed(groupId: string, topic: string, partition = 0): Promise<{ offset: number; metadata: OffsetMetadata | undefined }> {
    const [entry] = await this.#admin.fetchOffsets({ groupId, topics: [topic] });
    const { offset, metadata } = entry!.partitions.find((p) => p.partition === partition)!;
    return { offset: Number(offset), metadata: metadata ? (JSON.parse(metadata) as OffsetMetadata) : undefined };
  }

  async high(topic: string, partition = 0): Promise<number> {
    return Number((await this.#admin.fetchTopicOffsets(topic)).find((p) => p.partition === partition)!.high);
  }

  /** Deletes the records below `offset`, as retention does. */
  async deleteBelow(topic: string, offset: number, partition = 0): Promise<void> {
    // Loads the metadata that kafkajs takes for granted in the next call.
    await this.#admin.fetchTopicOffsets(topic);
    await this.#admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(offset) }] });
  }
}
