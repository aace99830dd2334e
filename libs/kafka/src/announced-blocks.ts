// Blocks for a store that Kafka's transactions do not reach: those of all partitions of a topic that are there at the
// same time go together. They are announced by intents in one commit, processed as one, and acknowledged; after a
// crash the same ranges come again, together.
import type { EachBatchPayload, Kafka } from 'kafkajs';
import { RetryableError, backoffMs, crashPoint, errorText, sleep, type Logger } from '@tideway/service';
import type { Block } from './cursor.js';
import { PositionLostError, type OffsetMetadata, type Position, type Positions } from './positions.js';
import { readRanges, type OffsetRange } from './read-topic.js';

export interface AnnouncedBlocksOptions {
  kafka: Kafka;
  logger: Logger;
  positions: Positions;
  /** Processes blocks of one topic, at most one of each partition; called again with the same ones where it rejects. */
  onBlocks(blocks: Block[]): Promise<void>;
  /** Called for each block that is processed. */
  onDone(block: Block): void;
  /** Whether this process has processed everything below `offset` itself. */
  isDone(topic: string, partition: number, offset: number): boolean;
}

/** A block, and the fetch that it is from: what is committed through it Kafka refuses from a member of an older generation. */
export interface Submitted {
  block: Block;
  payload: EachBatchPayload;
  /** Nothing follows it yet. */
  atHead: boolean;
}

interface Waiting extends Submitted {
  tenure: number;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** What is committed of one partition. */
export interface Commit {
  partition: number;
  offset: number;
  metadata: OffsetMetadata;
}

interface TopicState {
  waiting: Waiting[];
  running: boolean;
  /** The end of what commits, one after the other; it does not reject. */
  last: Promise<unknown>;
  /** The processing of the last blocks; it does not reject. */
  processing: Promise<void>;
  /** Of blocks that are processed and whose intents stand: what the next commit says of them, by partition. */
  unacknowledged: Map<number, Commit>;
  opened: Promise<Map<number, Position | PositionLostError>> | undefined;
}

/** Blocks of one fetch are handed over one after the other: so long (ms), they gather. */
const GATHER_MS = 5;
const MAX_RECORDS = 400_000;

export class AnnouncedBlocks {
  readonly #options: AnnouncedBlocksOptions;
  #topics = new Map<string, TopicState>();
  /** Grows with every assignment: what was begun under an older one is given up. */
  #tenure = 0;

  constructor(options: AnnouncedBlocksOptions) {
    this.#options = options;
  }

  /**
   * Forgets everything about the assignment before: nothing is committed for it any more. kafkajs commits by the generation
   * that it is in by then, whoever asks, and Kafka takes a valid member's commit for partitions of others, too.
   */
  reset(): void {
    this.#tenure += 1;
    this.#topics = new Map();
  }

  /** The positions of a topic have to be read again. */
  forget(topic: string): void {
    this.#of(topic).opened = undefined;
  }

  /**
   * Where the topic's partitions are to be read from, once what an earlier owner had begun is done. Rejects with
   * RetryableError in an outage; a position that the log no longer has is given as the error that it is.
   */
  open(topic: string, payload: EachBatchPayload): Promise<Map<number, Position | PositionLostError>> {
    const state = this.#of(topic);
    state.opened ??= exclusively(state, () => this.#finish(topic, state, payload)).catch((error: unknown) => {
      state.opened = undefined;
      throw error;
    });
    return state.opened;
  }

  /** Resolves when the block is processed, or, where more of its partition follows, begun. */
  submit(submitted: Submitted): Promise<void> {
    const { topic } = submitted.block;
    return new Promise((resolve, reject) => {
      const state = this.#of(topic);
      state.waiting.push({ ...submitted, tenure: this.#tenure, resolve, reject });
      if (!state.running) void this.#turns(state);
    });
  }

  /** Has `commit` say what is processed, where nothing else will: behind the last records there may be markers alone. */
  async settle(topic: string, commit: (commits: Commit[]) => Promise<void>): Promise<void> {
    const state = this.#topics.get(topic);
    if (!state) return;
    const tenure = this.#tenure;
    await exclusively(state, async () => {
      if (state.waiting.length === 0 && this.#topics.get(topic) === state && tenure === this.#tenure) await this.#acknowledge(state, commit);
    });
  }

  /** Once everything that was begun has ended, has `commit` say of each topic what is processed. */
  async stop(commit: (topic: string, commits: Commit[]) => Promise<void>): Promise<void> {
    const tenure = (this.#tenure += 1);
    // First the turn that is under way: its intents may be on their way, and what is said after them must not take them back.
    await Promise.all([...this.#topics.values()].map((state) => state.last.then(() => state.processing)));
    for (const [topic, { unacknowledged }] of this.#topics) {
      if (tenure !== this.#tenure) return;
      if (unacknowledged.size > 0) await commit(topic, [...unacknowledged.values()]).catch(() => undefined);
    }
  }

  #of(topic: string): TopicState {
    const known = this.#topics.get(topic);
    if (known) return known;
    const made: TopicState = { waiting: [], running: false, last: Promise.resolve(), processing: Promise.resolve(), unacknowledged: new Map(), opened: undefined };
    this.#topics.set(topic, made);
    return made;
  }

  async #turns(state: TopicState): Promise<void> {
    state.running = true;
    await sleep(GATHER_MS);
    while (state.waiting.length > 0) {
      const group = takeGroup(state.waiting);
      try {
        await exclusively(state, () => this.#turn(state, group));
        for (const { resolve } of group) resolve();
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    state.running = false;
  }

  async #turn(state: TopicState, group: Waiting[]): Promise<void> {
    const [{ payload, tenure }] = group as [Waiting];
    if (group.some((waiting) => waiting.tenure !== this.#tenure) || !payload.isRunning()) throw new RetryableError('the partitions were shared out anew');
    const blocks = group.map(({ block }) => block);
    crashPoint('before-intent');
    await this.#commit(payload, tenure, intents(state.unacknowledged, blocks));
    crashPoint('after-intent');
    state.unacknowledged.clear();
    const processed = this.#process(blocks, tenure).then(() => this.#done(state, blocks));
    state.processing = processed.catch(() => undefined);
    if (!group.some(({ atHead }) => atHead)) return;
    await processed;
    if (state.waiting.length === 0) await this.#acknowledge(state, (commits) => this.#commit(payload, tenure, commits));
  }

  /** Commits at once through the batch's own call; rejects with RetryableError where its assignment is over. */
  async #commit({ batch: { topic }, commitOffsetsIfNecessary }: EachBatchPayload, tenure: number, commits: Commit[]): Promise<void> {
    if (tenure !== this.#tenure) throw new RetryableError('the partitions were shared out anew');
    await commitOffsetsIfNecessary({ topics: [{ topic, partitions: asKafkajs(commits) }] });
  }

  /** In an outage the blocks stay in hand: whatever became of an attempt, the next is the same. */
  async #process(blocks: Block[], tenure: number): Promise<void> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#options.onBlocks(blocks);
      } catch (error) {
        const [{ topic }] = blocks as [Block];
        this.#options.logger.warn({ topic, partitions: blocks.map(({ partition }) => partition), error: errorText(error) }, 'blocks failed; trying again');
        if (tenure !== this.#tenure) throw error;
        await sleep(backoffMs(attempt));
        if (tenure !== this.#tenure) throw error;
      }
    }
  }

  #done(state: TopicState, blocks: Block[]): void {
    for (const block of blocks) {
      const { partition, next, epoch } = block;
      state.unacknowledged.set(partition, { partition, offset: next, metadata: { epoch } });
      this.#options.onDone(block);
    }
  }

  async #acknowledge(state: TopicState, commit: (commits: Commit[]) => Promise<void>): Promise<void> {
    if (state.unacknowledged.size === 0) return;
    await commit([...state.unacknowledged.values()]);
    state.unacknowledged.clear();
  }

  async #finish(topic: string, state: TopicState, payload: EachBatchPayload): Promise<Map<number, Position | PositionLostError>> {
    const tenure = this.#tenure;
    const { positions, done, unfinished } = planOpening(topic, await this.#options.positions.readAll(topic), (partition, offset) => this.#options.isDone(topic, partition, offset));
    for (const one of done) state.unacknowledged.set(one.partition, one);
    for (const group of unfinished) {
      const blocks = await this.#readAgain(topic, group);
      await this.#process(blocks, tenure);
      this.#done(state, blocks);
    }
    await this.#acknowledge(state, (commits) => this.#commit(payload, tenure, commits));
    return positions;
  }

  async #readAgain(topic: string, group: Begun[]): Promise<Block[]> {
    const messages = await readRanges(this.#options.kafka, topic, group);
    return group.map((begun) => ({ ...begun, topic, next: begun.to + 1, redo: true, messages: messages.get(begun.partition)! }));
  }
}

/** A block that was begun, and may have been finished in part or whole. */
export interface Begun extends OffsetRange {
  at: number;
  epoch: number;
}

export interface Opening {
  /** Where the partitions are to be read from, once the unfinished blocks are done. */
  positions: Map<number, Position | PositionLostError>;
  /** What is to be said of blocks that are done and were not acknowledged. */
  done: Commit[];
  /** Blocks that are to be done again, each list as one. */
  unfinished: Begun[][];
}

/** What follows from the committed positions of a topic's partitions. `isDone`: this process has processed everything below the offset itself. */
export function planOpening(topic: string, committed: ReadonlyMap<number, Position | PositionLostError>, isDone: (partition: number, offset: number) => boolean): Opening {
  const opening: Opening = { positions: new Map(committed), done: [], unfinished: [] };
  const groups = new Map<string, { together: number[]; begun: Begun[] }>();
  for (const [partition, position] of committed) {
    if (position instanceof PositionLostError || position.metadata?.to === undefined) continue;
    const { epoch, to, at = 0, with: together = [partition] } = position.metadata;
    opening.positions.set(partition, { ...position, offset: to + 1, metadata: { epoch } });
    if (isDone(partition, to + 1)) {
      opening.done.push({ partition, offset: to + 1, metadata: { epoch } });
      continue;
    }
    const group = groups.get(String(together)) ?? { together, begun: [] };
    groups.set(String(together), group);
    group.begun.push({ partition, from: position.offset!, to, at, epoch });
  }
  for (const { together, begun } of groups.values()) {
    const lost = together.filter((partition) => !begun.some((one) => one.partition === partition));
    if (lost.length === 0) opening.unfinished.push(begun);
    else for (const { partition } of begun) opening.positions.set(partition, new PositionLostError(topic, partition, `its block was begun together with one of partition ${lost.join(', ')}, which cannot be read any more`));
  }
  return opening;
}

/** Fetching and cutting go on while blocks are processed; announcing does not. */
function exclusively<T>(state: TopicState, action: () => Promise<T>): Promise<T> {
  const result = state.last.then(() => state.processing).then(action);
  state.last = result.catch(() => undefined);
  return result;
}

/** One commit says what of earlier blocks is processed, and that these are begun, together. */
export function intents(unacknowledged: ReadonlyMap<number, Commit>, blocks: Block[]): Commit[] {
  const together = blocks.map(({ partition }) => partition).sort((a, b) => a - b);
  const commits = new Map(unacknowledged);
  for (const { partition, from, to, at, epoch } of blocks) commits.set(partition, { partition, offset: from, metadata: { epoch, to, at, with: together } });
  return [...commits.values()];
}

/** Takes blocks of different partitions from the front, as many as one insert may have. */
export function takeGroup<T extends Pick<Submitted, 'block'>>(waiting: T[]): T[] {
  const group: T[] = [];
  let records = 0;
  for (const entry of waiting) {
    records += entry.block.messages.length;
    if (group.length > 0 && (records > MAX_RECORDS || group.some(({ block }) => block.partition === entry.block.partition))) break;
    group.push(entry);
  }
  return waiting.splice(0, group.length) && group;
}

/** As kafkajs takes positions to commit. */
export function asKafkajs(commits: Commit[]): { partition: number; offset: string; metadata: string }[] {
  return commits.map(({ partition, offset, metadata }) => ({ partition, offset: String(offset), metadata: JSON.stringify(metadata) }));
}
