// Committed positions with their intents, and whether they still lie in the log.
import type { Admin, Kafka } from 'kafkajs';
import { PermanentError, RetryableError, errorText } from '@tideway/service';

/** What is committed beside an offset: kafkajs and the broker keep it as a string. */
export interface OffsetMetadata {
  /** Time (ms) at which this group first read the partition: tells one incarnation of a topic from the next. */
  epoch: number;
  /** Last offset of the block that was begun at the committed offset; absent where nothing is begun. */
  to?: number;
  /** Time (ms) at which the block was begun. */
  at?: number;
  /** Partitions of the topic whose blocks were begun together, this one's included. */
  with?: number[];
  /** How far a store that follows the committed position has got. */
  store?: StoreProgress;
}

/** A store outside of Kafka that is written in larger pieces than are committed, and so follows behind. */
export interface StoreProgress {
  /** Everything below this offset is stored. */
  next: number;
  /** Last offset of the range from `next` on that was begun, and may be stored in part or whole; absent where none was. */
  to?: number;
}

/** Where a partition is to be read from. */
export interface Position {
  /** Next offset to process; undefined where the group never committed. */
  offset: number | undefined;
  metadata: OffsetMetadata | undefined;
  low: number;
  high: number;
}

/** The committed position is outside of the log: records are gone, or the topic is another one. Never skipped silently. */
export class PositionLostError extends PermanentError {
  constructor(readonly topic: string, readonly partition: number, message: string) {
    super(`${topic}[${partition}] is stopped: ${message}`);
    this.name = 'PositionLostError';
  }
}

/** Reads positions of one consumer group through one admin connection. */
export class Positions {
  #admin: Admin | undefined;

  constructor(private readonly kafka: Kafka, private readonly groupId: string) {}

  /** Rejects with RetryableError while the cluster is away, PositionLostError where the log no longer has the position. */
  async read(topic: string, partition: number): Promise<Position> {
    const position = (await this.readAll(topic)).get(partition);
    if (!position) throw new RetryableError(`the cluster does not know ${topic}[${partition}]`);
    if (position instanceof PositionLostError) throw position;
    return position;
  }

  /** All partitions of a topic; a position that the log no longer has is given as the error that it is. Rejects with RetryableError. */
  async readAll(topic: string): Promise<Map<number, Position | PositionLostError>> {
    const [committed, bounds] = await this.#ask(topic);
    return new Map(bounds.map(({ partition, low, high }) => [partition, positionOf(topic, partition, { low: Number(low), high: Number(high) }, committed.find((entry) => entry.partition === partition))]));
  }

  async #ask(topic: string) {
    try {
      this.#admin ??= await this.#connect();
      const admin = this.#admin;
      const [committed, bounds] = await Promise.all([
        admin.fetchOffsets({ groupId: this.groupId, topics: [topic] }),
        admin.fetchTopicOffsets(topic),
      ]);
      return [committed[0]?.partitions ?? [], bounds] as const;
    } catch (error) {
      await this.close();
      throw new RetryableError(`offsets of ${this.groupId} on ${topic} could not be read: ${errorText(error)}`, { cause: error });
    }
  }

  async #connect(): Promise<Admin> {
    const admin = this.kafka.admin({ retry: { initialRetryTime: 10, maxRetryTime: 300, retries: 5 } });
    await admin.connect();
    return admin;
  }

  async close(): Promise<void> {
    const admin = this.#admin;
    this.#admin = undefined;
    await admin?.disconnect().catch(() => undefined);
  }
}

function positionOf(topic: string, partition: number, { low, high }: { low: number; high: number }, committed: { offset: string; metadata: string | null } | undefined): Position | PositionLostError {
  const offset = Number(committed?.offset ?? -1);
  if (offset === -1) return { offset: undefined, metadata: undefined, low, high };
  if (offset < low || offset > high) {
    return new PositionLostError(topic, partition, `committed offset ${offset} is outside of the log (${low} to ${high}); records were deleted before they were read, or the topic was made anew`);
  }
  return { offset, metadata: committed?.metadata ? (JSON.parse(committed.metadata) as OffsetMetadata) : undefined, low, high };
}
