// The loop that every consumer service runs on: assigned partitions are read in blocks. Those for a store that Kafka's
// transactions do not reach are announced and redone: see announced-blocks.ts.
import { setTimeout as delay } from 'node:timers/promises';
import type { Consumer, EachBatchPayload, Kafka, PartitionAssigner } from 'kafkajs';
import { RetryableError, backoffMs, errorText, sleep, type Logger, type Loop, type Metrics } from '@tideway/service';
import { AnnouncedBlocks, asKafkajs, type Commit } from './announced-blocks.js';
import { coPartitioned, wholeTopics } from './assigners.js';
import { Cursor, type Block, type BlockLimits } from './cursor.js';
import { PositionLostError, Positions, type Position } from './positions.js';
import { StoppedPartitions } from './stopped-partitions.js';

export interface ConsumeBlocksOptions {
  kafka: Kafka;
  groupId: string;
  topics: string[];
  logger: Logger;
  metrics: Metrics;
  /**
   * Processes one block, whose position somebody else commits, or nobody; called again from the committed position
   * where it rejects. Either this or `onBlocks`.
   */
  onBlock?(block: Block): Promise<void>;
  /**
   * Processes the blocks of all partitions of a topic that are there at the same time. This loop announces them by an
   * intent and commits them; they come again with the same ranges where it rejects or the process dies.
   */
  onBlocks?(blocks: Block[]): Promise<void>;
  /** Called before a partition's position is read: fences a former owner and restores state. */
  onOpen?(topic: string, partition: number): Promise<void>;
  /** Called with all partitions of this member whenever the group has shared them out. */
  onAssigned?(assignment: Map<string, number[]>): void;
  assigner?: PartitionAssigner;
  limits?: Partial<BlockLimits>;
  /** The broker answers a fetch once it has this much, or after `maxWaitMs`: larger blocks against latency. */
  minBytes?: number;
  maxWaitMs?: number;
  /** A fetch has about this much, and of one partition at most that: blocks are no larger than what a fetch brings. */
  maxBytes?: number;
  maxBytesPerPartition?: number;
  concurrency?: number;
  sessionTimeoutMs?: number;
  /** What positions are read through, to be closed with the loop; default: its own. */
  positions?: Positions;
}

/** https://kafka.apache.org/protocol#protocol_api_keys */
const JOIN_GROUP = 11;
const MB = 1024 * 1024;
/** How long a loop that is stopped waits for its group, to join and to leave it: longer than a session, for which the group may wait. */
const STOP_AT_MOST_MS = 8_000;
const LIMITS: BlockLimits = { maxRecords: 50_000, maxBytes: 16 * MB };
const REBALANCING = new Set(['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'NOT_COORDINATOR_FOR_GROUP', 'GROUP_COORDINATOR_NOT_AVAILABLE', 'FENCED_INSTANCE_ID']);

/** A loop over the blocks of `topics` in a consumer group. Outages are retried for ever; nothing is skipped. */
export function consumeBlocks(options: ConsumeBlocksOptions): Loop {
  return new BlockLoop(options);
}

class BlockLoop implements Loop {
  readonly name: string;
  readonly #options: ConsumeBlocksOptions;
  readonly #limits: BlockLimits;
  readonly #positions: Positions;
  readonly #cursors = new Map<string, Cursor>();
  readonly #settled = new Map<string, number>();
  readonly #failures = new Map<string, number>();
  readonly #lag;
  readonly #stopped: StoppedPartitions;
  readonly #announced: AnnouncedBlocks | undefined;
  #consumer: Consumer | undefined;
  #joining: Promise<void> | undefined;
  #stopping = false;

  constructor(options: ConsumeBlocksOptions) {
    this.name = options.groupId;
    this.#options = options;
    this.#limits = { ...LIMITS, ...options.limits };
    this.#positions = options.positions ?? new Positions(options.kafka, options.groupId);
    const { kafka, logger, onBlocks } = options;
    if (onBlocks) {
      this.#announced = new AnnouncedBlocks({
        kafka, logger, positions: this.#positions,
        onBlocks: (blocks) => onBlocks.call(options, blocks),
        onDone: ({ topic, partition, to }) => this.#settled.set(keyOf(topic, partition), to + 1),
        isDone: (topic, partition, offset) => this.#settled.get(keyOf(topic, partition)) === offset,
      });
    }
    this.#lag = options.metrics.gauge('tideway_consumer_lag', 'Records between the last processed and the end of the partition', ['topic', 'partition']);
    this.#stopped = new StoppedPartitions(options.logger, options.metrics);
  }

  async start(): Promise<void> {
    const { kafka, groupId, topics, assigner = this.#announced ? wholeTopics : coPartitioned, sessionTimeoutMs = 6_000, maxWaitMs = 100, minBytes = 1, maxBytes = 32 * MB, maxBytesPerPartition = 4 * MB, concurrency = 16 } = this.#options;
    const consumer = kafka.consumer({
      groupId, partitionAssigners: [assigner], sessionTimeout: sessionTimeoutMs, heartbeatInterval: Math.floor(sessionTimeoutMs / 6),
      rebalanceTimeout: 20_000, maxWaitTimeInMs: maxWaitMs, minBytes, maxBytesPerPartition, maxBytes, allowAutoTopicCreation: false,
      retry: { initialRetryTime: 20, maxRetryTime: 300, restartOnFailure: async () => !this.#stopping },
    });
    this.#consumer = consumer;
    // Comes with the answer, before kafkajs commits by a new generation.
    consumer.on(consumer.events.REQUEST, ({ payload }) => {
      if (payload.apiKey === JOIN_GROUP) this.#announced?.reset();
    });
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => this.#assigned(payload.memberAssignment));
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
      const cursor = payload.batchSize === 0 ? this.#cursors.get(keyOf(payload.topic, payload.partition)) : undefined;
      // Markers that begin beyond the position may stand after a gap of compaction, or after records that retention took.
      if (cursor && Number(payload.firstOffset) > cursor.position) cursor.doubtful = true;
      else if (cursor) this.#passed(cursor, Number(payload.lastOffset), Number(payload.offsetLag));
      if (cursor && Number(payload.offsetLag) <= 0) void this.#announced?.settle(cursor.topic, (commits) => this.#commit(cursor.topic, commits)).catch(() => undefined);
    });
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      if (!payload.restart) this.#restart(payload.error);
    });
    await this.#retried(() => consumer.connect());
    if (this.#stopping) return;
    await this.#retried(() => consumer.subscribe({ topics, fromBeginning: true }));
    this.#joining = consumer.run({ autoCommit: false, eachBatchAutoResolve: false, partitionsConsumedConcurrently: concurrency, eachBatch: (payload) => this.#eachBatch(payload) });
    await this.#joining;
  }

  problem(): string | undefined {
    return this.#stopped.problem();
  }

  /** Blocks in hand are finished and acknowledged before the member leaves its group. */
  async stop(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    await this.#announced?.stop((topic, commits) => this.#commit(topic, commits));
    const late = delay(STOP_AT_MOST_MS, undefined, { ref: false });
    // Who goes while it joins does not leave: the group would wait for it until its session is over.
    await Promise.race([this.#joining?.catch(() => undefined), late]);
    // Without brokers, kafkajs would end its retries first.
    await Promise.race([this.#consumer?.disconnect().catch(() => undefined), late]);
    await this.#positions.close();
  }

  async #commit(topic: string, commits: Commit[]): Promise<void> {
    if (commits.length > 0) await this.#consumer?.commitOffsets(asKafkajs(commits).map((one) => ({ topic, ...one })));
  }

  /** kafkajs gives up on errors that it thinks will not pass; a service has nothing better to do than to try again. */
  #restart(error: Error): void {
    if (this.#stopping) return;
    this.#options.logger.error({ error: errorText(error) }, 'consumer crashed; starting anew');
    setTimeout(() => {
      if (!this.#stopping) void this.#retried(() => this.start());
    }, 1_000);
  }

  async #retried(action: () => Promise<void>): Promise<void> {
    for (let attempt = 0; !this.#stopping; attempt += 1) {
      try {
        return await action();
      } catch (error) {
        this.#options.logger.warn({ error: errorText(error) }, 'Kafka is away; trying again');
        await sleep(backoffMs(attempt));
      }
    }
  }

  #assigned(assignment: Record<string, number[]>): void {
    const mine = new Set(Object.entries(assignment).flatMap(([topic, partitions]) => partitions.map((partition) => keyOf(topic, partition))));
    this.#cursors.clear();
    this.#announced?.reset();
    this.#lag.reset();
    this.#consumer?.resume(this.#stopped.clear());
    for (const key of this.#settled.keys()) if (!mine.has(key)) this.#settled.delete(key);
    this.#options.onAssigned?.(new Map(Object.entries(assignment)));
  }

  async #eachBatch(payload: EachBatchPayload): Promise<void> {
    const { batch: { topic, partition }, heartbeat } = payload;
    const key = keyOf(topic, partition);
    const beat = setInterval(() => void heartbeat().catch(() => undefined), 1_000);
    try {
      await this.#process(payload);
      this.#failures.delete(key);
    } catch (error) {
      // What is committed decides where to go on: the block in hand may have been finished, in part or whole, or not.
      this.#cursors.delete(key);
      this.#announced?.forget(topic);
      if (REBALANCING.has((error as { type?: string }).type ?? '')) throw error;
      if (error instanceof PositionLostError) return this.#stopPartition(error);
      const failures = this.#failures.get(key) ?? 0;
      this.#failures.set(key, failures + 1);
      if (!this.#announced) this.#settled.delete(key);
      this.#options.logger.warn({ topic, partition, error: errorText(error) }, 'a block failed; trying again');
      await sleep(backoffMs(failures));
    } finally {
      clearInterval(beat);
    }
  }

  async #process(payload: EachBatchPayload): Promise<void> {
    const { batch, resolveOffset, heartbeat, isRunning, isStale } = payload;
    const { topic, partition } = batch;
    if (this.#stopping || !isRunning() || isStale()) return;
    // Sent where it is due: who was paused for long learns here that the partition is another's by now.
    await heartbeat();
    const cursor = await this.#cursor(topic, partition, payload);
    const fetched = Number((batch as unknown as { fetchedOffset: string }).fetchedOffset);
    if (fetched > cursor.position && !(await this.#mayGoOn(cursor, fetched))) return;
    const last = Number(batch.lastOffset());
    const lag = Number(batch.highWatermark) - 1 - last;
    for (const block of cursor.cut(batch.messages, last, this.#limits, Date.now)) {
      if (this.#stopping || !isRunning() || isStale() || this.#cursors.get(keyOf(topic, partition)) !== cursor) return;
      if (this.#announced) {
        await this.#announced.submit({ block, payload, atHead: lag <= 0 && block.next > last });
      } else {
        await this.#options.onBlock!(block);
        this.#settled.set(keyOf(topic, partition), block.to + 1);
      }
      cursor.next = block.to + 1;
      resolveOffset(String(block.to));
      await heartbeat();
    }
    resolveOffset(String(last));
    this.#passed(cursor, last, lag);
  }

  /** Everything up to `last` is behind, be it records or the markers of transactions. */
  #passed(cursor: Cursor, last: number, lag: number): void {
    cursor.position = last + 1;
    this.#lag.set({ topic: cursor.topic, partition: String(cursor.partition) }, Math.max(0, lag));
  }

  async #cursor(topic: string, partition: number, payload: EachBatchPayload): Promise<Cursor> {
    const key = keyOf(topic, partition);
    const known = this.#cursors.get(key);
    if (known) return known;
    await this.#options.onOpen?.(topic, partition);
    const cursor = new Cursor(topic, partition, await this.#position(topic, partition, payload), this.#settled.get(key), Date.now());
    this.#cursors.set(key, cursor);
    return cursor;
  }

  async #position(topic: string, partition: number, payload: EachBatchPayload): Promise<Position> {
    const position = this.#announced ? (await this.#announced.open(topic, payload)).get(partition) : await this.#positions.read(topic, partition);
    if (!position) throw new RetryableError(`the cluster does not know ${topic}[${partition}]`);
    if (position instanceof PositionLostError) throw position;
    return position;
  }

  /**
   * The fetch starts beyond what is expected. Either kafkajs left an offset that retention has deleted: reading the
   * position again tells, and throws. Or a gap and markers lie between. Or what lies between was fetched for the last cursor:
   * then it is fetched again, for this one. Where it is markers alone, which a fetch gives alone where a segment of the log ends
   * behind them, they take this cursor on: another one would begin before them for ever.
   */
  async #mayGoOn(cursor: Cursor, fetched: number): Promise<boolean> {
    const { topic, partition, position } = cursor;
    const { low } = await this.#positions.read(topic, partition);
    if (low > position) throw new PositionLostError(topic, partition, `offset ${position} was deleted before it was read; the log begins at ${low}`);
    if (cursor.doubtful) {
      cursor.doubtful = false;
      cursor.position = fetched;
      return true;
    }
    this.#consumer?.seek({ topic, partition, offset: String(cursor.next) });
    cursor.position = cursor.next;
    return false;
  }

  #stopPartition(error: PositionLostError): void {
    this.#stopped.add(error);
    this.#consumer?.pause([{ topic: error.topic, partitions: [error.partition] }]);
  }
}

const keyOf = (topic: string, partition: number) => `${topic}/${partition}`;
