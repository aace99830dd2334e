// Committed positions with their intents, and whether they still lie in the log.
import type { Admin, Kafka } from 'kafkajs';
import { PermanentError, RetryableError, backoffMs, errorText, sleep } from '@tideway/service';

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

/** Within about a second. */
const ATTEMPTS = 5;

/**
 * Reads positions of one consumer group through one admin connection, one topic after the other: asked for several at once,
 * kafkajs answers from metadata that is half loaded.
 */
export class Positions {
  #admin: Admin | undefined;
  #last: Promise<unknown> = Promise.resolve();
  /** By topic, what was asked for and is not under way. */
  readonly #waiting = new Map<string, Promise<Map<number, Position | PositionLostError>>>();

  constructor(private readonly kafka: Kafka, private readonly groupId: string) {}

  /** Rejects with RetryableError while the cluster is away, PositionLostError where the log no longer has the position. */
  async read(topic: string, partition: number): Promise<Position> {
    const position = (await this.readAll(topic)).get(partition);
    if (!position) throw new RetryableError(`the cluster does not know ${topic}[${partition}]`);
    if (position instanceof PositionLostError) throw position;
    return position;
  }

  /** All partitions of a topic; a position that the log no longer has is given as the error that it is. Rejects with RetryableError. */
  readAll(topic: string): Promise<Map<number, Position | PositionLostError>> {
    // Partitions of a topic are opened together and share an answer, of a question that is asked from now on: what was
    // committed by now is in it.
    const waiting = this.#waiting.get(topic);
    if (waiting) return waiting;
    const answer = this.#last.then(() => {
      this.#waiting.delete(topic);
      return this.#ask(topic);
    });
    this.#waiting.set(topic, answer);
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  /** Tries a few times: the connection may be of a broker that went since, and who has come back loads its groups first. */
  async #ask(topic: string): Promise<Map<number, Position | PositionLostError>> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        this.#admin ??= await this.#connect();
        return await this.#askOnce(topic, this.#admin);
      } catch (error) {
        await this.close();
        if (attempt === ATTEMPTS) throw new RetryableError(`offsets of ${this.groupId} on ${topic} could not be read: ${errorText(error)}`, { cause: error });
        await sleep(backoffMs(attempt - 1));
      }
    }
  }

  async #askOnce(topic: string, admin: Admin): Promise<Map<number, Position | PositionLostError>> {
    const [[committed], bounds] = await Promise.all([admin.fetchOffsets({ groupId: this.groupId, topics: [topic] }), admin.fetchTopicOffsets(topic)]);
    return new Map(bounds.map(({ partition, low, high }) => [partition, positionOf(topic, partition, { low: Number(low), high: Number(high) }, committed?.partitions.find((entry) => entry.partition === partition))]));
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
