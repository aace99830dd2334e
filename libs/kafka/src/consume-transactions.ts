// The loop of services that derive topics from topics: each unit of partitions has one transactional producer and one
// state, and its outputs, its changelog and its input offsets commit together.
import type { Kafka, PartitionAssigner } from 'kafkajs';
import { RetryableError, errorText, sleep, type Logger, type Loop, type Metrics } from '@tideway/service';
import { consumeBlocks } from './consume-blocks.js';
import type { Block, BlockLimits } from './cursor.js';
import { Positions } from './positions.js';
import { TransactionalProducer, type InputOffset, type Outgoing } from './transactional-producer.js';

/** The state of one unit, made by `open` from changelogs. It is dropped as a whole, and made anew, when a transaction fails. */
export interface UnitState {
  /** What follows from these blocks; the state may change at once, because it is dropped where the commit fails. */
  process(blocks: Block[]): Promise<Outgoing[]>;
  /** Input positions to commit with what `process` of these blocks, or `wake` without any, has given; those of the blocks where it is absent. */
  offsets?(blocks: Block[]): InputOffset[];
  /** Called after the transaction has been committed. */
  committed?(): void;
  /** Called when the state is dropped: nothing that it began in the background may go on for long. */
  close?(): void;
  /** When (ms) the unit wants to be woken without input; undefined for never. */
  nextWake?(): number | undefined;
  /** What follows from the passing of time alone. */
  wake?(now: number): Promise<Outgoing[]>;
}

/** What a unit has beside its partitions. */
export interface UnitContext {
  /** Has `nextWake` asked again. */
  reschedule(): void;
  /** Those of the group. */
  positions: Positions;
}

export interface ConsumeTransactionsOptions {
  kafka: Kafka;
  groupId: string;
  topics: string[];
  logger: Logger;
  metrics: Metrics;
  assigner?: PartitionAssigner;
  /** The unit that a partition belongs to: its number where inputs are co-partitioned, a constant for a single owner. */
  unitOf(topic: string, partition: number): string;
  /** Makes the unit's state; the unit's former owner is fenced by then. */
  open(unit: string, context: UnitContext): Promise<UnitState>;
  limits?: Partial<BlockLimits>;
  /** Least time from the begin of one transaction of a unit to the next: blocks that come in between share one. */
  paceMs?: number;
  /** Largest batch that the topics of the outputs take, their `max.message.bytes`. Default 1,000,000. */
  maxMessageBytes?: number;
  maxWaitMs?: number;
  concurrency?: number;
  sessionTimeoutMs?: number;
}

/** Runs `open`ed units over the blocks of `topics`. */
export function consumeTransactions(options: ConsumeTransactionsOptions): Loop {
  const units = new Map<string, Unit>();
  const positions = new Positions(options.kafka, options.groupId);
  const duration = options.metrics.seconds('tideway_transaction_duration_seconds', 'Time of one transaction, from the first send to the commit', []);
  const unit = (name: string) => {
    const known = units.get(name);
    if (known && !known.closed) return known;
    const made = new Unit(name, options, positions, () => duration.startTimer());
    units.set(name, made);
    return made;
  };
  const loop = consumeBlocks({
    ...options,
    positions,
    onOpen: (topic, partition) => unit(options.unitOf(topic, partition)).ready(topic, partition),
    onBlock: (block) => unit(options.unitOf(block.topic, block.partition)).submit(block),
    onAssigned: (assignment) => {
      const mine = new Set([...assignment].flatMap(([topic, partitions]) => partitions.map((partition) => options.unitOf(topic, partition))));
      for (const [name, held] of units) if (!mine.has(name)) void held.close();
      // Units are opened without waiting for input: their timers must run.
      for (const name of mine) unit(name).ready().catch(() => undefined);
    },
  });
  return {
    name: loop.name,
    problem: () => loop.problem?.(),
    start: () => loop.start(),
    stop: async () => {
      await loop.stop();
      await Promise.all([...units.values()].map((held) => held.close()));
    },
  };
}

interface Opened {
  producer: TransactionalProducer;
  state: UnitState;
  /** Partitions (`topic/partition`) whose positions were read since the unit was opened: what others did until then is in them. */
  read: Set<string>;
}

interface Waiting {
  block: Block;
  resolve: () => void;
  reject: (error: unknown) => void;
}

const MAX_TIMER_MS = 2 ** 31 - 1;
const RETRY_MS = 500;

class Unit {
  closed = false;
  readonly #name: string;
  readonly #options: ConsumeTransactionsOptions;
  readonly #waiting: Waiting[] = [];
  #opened: Promise<Opened> | undefined;
  #running: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #lastTurn = 0;

  constructor(name: string, options: ConsumeTransactionsOptions, private readonly positions: Positions, private readonly timed: () => () => void) {
    this.#name = name;
    this.#options = options;
  }

  /** Resolves when the former owner is fenced and the state restored; the partition's position is read after it. */
  async ready(topic?: string, partition?: number): Promise<void> {
    const { read } = await this.#open();
    if (topic !== undefined) read.add(`${topic}/${partition}`);
  }

  /** Resolves when the block's results and offset are committed. Blocks that wait at the same time share a transaction. */
  submit(block: Block): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ block, resolve, reject });
      this.#run();
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.#timer);
    // First: a turn may wait for what the state does in the background.
    void this.#opened?.then(({ state }) => state.close?.(), () => undefined);
    await this.#running;
    await this.#drop();
  }

  #open(): Promise<Opened> {
    // A unit that was given up must not fence the owner that it has by now.
    if (this.closed && !this.#opened) return Promise.reject(new RetryableError(`unit ${this.#name} is closed`));
    this.#opened ??= this.#make();
    return this.#opened;
  }

  async #make(): Promise<Opened> {
    const { kafka, groupId, open, maxMessageBytes } = this.#options;
    let producer: TransactionalProducer | undefined;
    try {
      producer = await TransactionalProducer.open(kafka, `${groupId}-${this.#name}`, groupId, maxMessageBytes);
      // While it is opened it need not ask: it is asked when it is open.
      let opened: UnitState | undefined;
      const state = (opened = await open(this.#name, { positions: this.positions, reschedule: () => opened && this.#schedule(opened) }));
      setImmediate(() => this.#schedule(state));
      return { producer, state, read: new Set() };
    } catch (error) {
      await producer?.close();
      this.#opened = undefined;
      this.#options.logger.warn({ unit: this.#name, error: errorText(error) }, 'unit not open yet; trying again');
      if (!this.closed) this.#retryLater();
      throw error;
    }
  }

  #retryLater(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (!this.closed) this.#open().catch(() => undefined);
    }, RETRY_MS);
  }

  #run(woken = false): void {
    this.#running ??= this.#turns(woken).finally(() => {
      this.#running = undefined;
      // A timer that fired, or a block that came, while the last turn ended.
      if (this.#waiting.length > 0) this.#run();
    });
  }

  async #turns(woken: boolean): Promise<void> {
    // Batches of one fetch are handed over one after the other: a turn of the event loop lets them gather.
    await new Promise((resolve) => setImmediate(resolve));
    await this.#pace();
    if (woken && !this.closed) await this.#turn([]).catch(() => undefined);
    while (this.#waiting.length > 0) {
      const group = await this.#current(this.#waiting.splice(0));
      if (group.length === 0) continue;
      try {
        await this.#turn(group.map(({ block }) => block));
        for (const { resolve } of group) resolve();
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
      if (this.#waiting.length > 0) await this.#pace();
    }
  }

  async #pace(): Promise<void> {
    const wait = this.#lastTurn + (this.#options.paceMs ?? 0) - performance.now();
    if (wait > 0 && !this.closed) await sleep(wait);
    this.#lastTurn = performance.now();
  }

  /**
   * Refuses blocks that were cut before the unit was opened anew: between its two lives another owner may have
   * processed them, and nothing but the position, read again, tells.
   */
  async #current(group: Waiting[]): Promise<Waiting[]> {
    try {
      const { read } = await this.#open();
      const { current = [], stale = [] } = Object.groupBy(group, ({ block }) => (read.has(`${block.topic}/${block.partition}`) ? 'current' : 'stale'));
      for (const { block, reject } of stale) reject(new RetryableError(`the position of ${block.topic}[${block.partition}] was read before unit ${this.#name} was opened anew`));
      return current;
    } catch (error) {
      for (const { reject } of group) reject(error);
      return [];
    }
  }

  async #turn(blocks: Block[]): Promise<void> {
    try {
      const { producer, state } = await this.#open();
      const outgoing = blocks.length > 0 ? await state.process(blocks) : ((await state.wake?.(Date.now())) ?? []);
      const stop = this.timed();
      await producer.transact(outgoing, state.offsets?.(blocks) ?? blocks.map(inputOffset));
      stop();
      state.committed?.();
      this.#schedule(state);
    } catch (error) {
      this.#options.logger.warn({ unit: this.#name, error: errorText(error) }, 'unit dropped; its state is restored');
      await this.#drop();
      if (!this.closed) this.#retryLater();
      throw error;
    }
  }

  async #drop(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    const held = await opened?.catch(() => undefined);
    held?.state.close?.();
    await held?.producer.close();
  }

  #schedule(state: UnitState): void {
    const at = state.nextWake?.();
    clearTimeout(this.#timer);
    if (at === undefined || this.closed) return;
    this.#timer = setTimeout(() => this.#run(true), Math.min(Math.max(0, at - Date.now()), MAX_TIMER_MS));
  }
}

/** Where to go on after a block. */
export function inputOffset({ topic, partition, next, epoch }: Block): InputOffset {
  return { topic, partition, offset: next, metadata: JSON.stringify({ epoch }) };
}
