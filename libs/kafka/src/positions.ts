// Committed positions with their intents, and whether they still lie in the log.
import type { Kafka } from 'kafkajs';
import { PermanentError, RetryableError, backoffMs, errorText, sleep } from '@tideway/service';
import { READ_UNCOMMITTED, boundsOf, openCluster, partitionsOf, type Bounds, type Cluster } from './cluster.js';

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

type Positioned = Map<number, Position | PositionLostError>;

/**
 * Reads positions of one consumer group: those of all topics that are asked for at a time by the same few requests, as a
 * service that has joined its group waits for those of each of its topics.
 */
export class Positions {
  #cluster: Cluster | undefined;
  #last: Promise<unknown> = Promise.resolve();
  /** What was asked for and is not under way. */
  #waiting: { topics: Set<string>; answer: Promise<Map<string, Positioned>> } | undefined;

  constructor(private readonly kafka: Kafka, private readonly groupId: string) {}

  /** Rejects with RetryableError while the cluster is away, PositionLostError where the log no longer has the position. */
  async read(topic: string, partition: number): Promise<Position> {
    const position = (await this.readAll(topic)).get(partition);
    if (!position) throw new RetryableError(`the cluster does not know ${topic}[${partition}]`);
    if (position instanceof PositionLostError) throw position;
    return position;
  }

  /** As `read`, undefined where the log no longer has the position: until somebody acts, that is no reason to wait for what else there is. */
  async readUnlessLost(topic: string, partition: number): Promise<Position | undefined> {
    return this.read(topic, partition).catch((error: unknown) => {
      if (!(error instanceof PositionLostError)) throw error;
      return undefined;
    });
  }

  /** All partitions of a topic; a position that the log no longer has is given as the error that it is. Rejects with RetryableError. */
  async readAll(topic: string): Promise<Positioned> {
    const { topics, answer } = this.#waiting ??= this.#gather();
    topics.add(topic);
    return (await answer).get(topic)!;
  }

  /** A question that is asked once the last is answered: what was committed before somebody joins it is in its answer. */
  #gather() {
    const topics = new Set<string>();
    const answer = this.#last.then(() => new Promise((resolve) => setImmediate(resolve))).then(() => {
      this.#waiting = undefined;
      return this.#ask([...topics]);
    });
    this.#last = answer.catch(() => undefined);
    return { topics, answer };
  }

  /** Tries a few times: the connection may be of a broker that went since, and who has come back loads its groups first. */
  async #ask(topics: string[]): Promise<Map<string, Positioned>> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        this.#cluster ??= await openCluster(this.kafka, topics, READ_UNCOMMITTED);
        return await this.#askOnce(topics, this.#cluster);
      } catch (error) {
        await this.close();
        if (attempt === ATTEMPTS) throw new RetryableError(`offsets of ${this.groupId} on ${topics.join(', ')} could not be read: ${errorText(error)}`, { cause: error });
        await sleep(backoffMs(attempt - 1));
      }
    }
  }

  async #askOnce(topics: string[], cluster: Cluster): Promise<Map<string, Positioned>> {
    await cluster.addMultipleTargetTopics(topics);
    await cluster.refreshMetadataIfNecessary();
    const coordinator = await cluster.findGroupCoordinator({ groupId: this.groupId });
    const asked = [...partitionsOf(cluster, topics)].map(([topic, some]) => ({ topic, partitions: some.map((partition) => ({ partition })) }));
    const [{ responses: committed }, bounds] = await Promise.all([coordinator.offsetFetch({ groupId: this.groupId, topics: asked }), boundsOf(cluster, topics)]);
    const commits = new Map<string, { offset: string; metadata: string | null }>(committed.flatMap(({ topic, partitions: some }) => some.map((one) => [`${topic}/${one.partition}`, one] as const)));
    return new Map([...bounds].map(([topic, some]) => [topic, new Map([...some].map(([partition, of]) => [partition, positionOf(topic, partition, of, commits.get(`${topic}/${partition}`))]))]));
  }

  async close(): Promise<void> {
    const cluster = this.#cluster;
    this.#cluster = undefined;
    await cluster?.disconnect().catch(() => undefined);
  }
}

function positionOf(topic: string, partition: number, { low, high }: Bounds, committed: { offset: string; metadata: string | null } | undefined): Position | PositionLostError {
  const offset = Number(committed?.offset ?? -1);
  if (offset === -1) return { offset: undefined, metadata: undefined, low, high };
  if (offset < low || offset > high) {
    return new PositionLostError(topic, partition, `committed offset ${offset} is outside of the log (${low} to ${high}); records were deleted before they were read, or the topic was made anew`);
  }
  return { offset, metadata: committed?.metadata ? (JSON.parse(committed.metadata) as OffsetMetadata) : undefined, low, high };
}
