// Where one assigned partition stands, and how what is fetched is cut into blocks: pure, so that its rules are tested alone.
import type { KafkaMessage } from 'kafkajs';
import type { Position } from './positions.js';

/** An offset range [from..to] of one partition, processed as one. The same range comes again after a crash. */
export interface Block {
  topic: string;
  partition: number;
  from: number;
  to: number;
  /** Where to go on: after `to`, and after the markers of transactions that are all that follows it in its fetch. */
  next: number;
  /** Tells one incarnation of the topic from the next. */
  epoch: number;
  /** Time (ms) at which the block was begun: the same when it is redone. */
  at: number;
  /** True where an earlier owner began the block and may have finished it in part or whole. */
  redo: boolean;
  messages: KafkaMessage[];
}

export interface BlockLimits {
  maxRecords: number;
  maxBytes: number;
}

export class Cursor {
  /** First offset that is not processed. */
  next: number;
  /** Offset that the next fetch is expected to start at. */
  position: number;
  /** Whether markers were fetched beyond `position`, so that it does not tell where the next fetch starts. */
  doubtful = false;
  readonly epoch: number;
  #redo: { from: number; to: number; at: number } | undefined;
  #collected: KafkaMessage[] = [];

  /** `settled` is the first offset that this process has not processed itself, where it kept the partition all along. */
  constructor(readonly topic: string, readonly partition: number, position: Position, settled: number | undefined, now: number) {
    const { offset = position.low, metadata } = position;
    this.epoch = metadata?.epoch ?? now;
    const unfinished = metadata?.to !== undefined && metadata.to + 1 !== settled;
    if (unfinished) this.#redo = { from: offset, to: metadata.to!, at: metadata.at ?? now };
    const done = metadata?.to !== undefined && !unfinished ? metadata.to + 1 : offset;
    this.next = Math.max(done, metadata?.to === undefined ? (settled ?? 0) : 0);
    this.position = this.next;
  }

  /**
   * Cuts fetched messages into blocks; `lastOffset` is the last offset of the fetch, control records included.
   * A block that was begun before comes first, with exactly its old range: its messages are collected over as many
   * fetches as it takes, and gaps (transaction markers, compaction) are normal.
   */
  *cut(messages: KafkaMessage[], lastOffset: number, limits: BlockLimits, now: () => number): Generator<Block> {
    const fresh = messages.filter((message) => Number(message.offset) >= this.next);
    let rest = fresh;
    if (this.#redo) {
      const { to } = this.#redo;
      const known = this.#collected.length > 0 ? Number(this.#collected.at(-1)!.offset) : -1;
      this.#collected.push(...fresh.filter((message) => Number(message.offset) <= to && Number(message.offset) > known));
      if (lastOffset < to) return;
      rest = fresh.filter((message) => Number(message.offset) > to);
      yield { ...this.#head(), ...this.#redo, next: (rest.length > 0 ? to : lastOffset) + 1, redo: true, messages: this.#collected };
      this.#redo = undefined;
      this.#collected = [];
    }
    for (const chunk of chunks(rest, limits)) {
      const to = Number(chunk.at(-1)!.offset);
      yield { ...this.#head(), from: Number(chunk[0]!.offset), to, next: (chunk.at(-1) === rest.at(-1) ? lastOffset : to) + 1, at: now(), redo: false, messages: chunk };
    }
  }

  /** Whether a block that was begun before is still being collected. */
  get collecting(): boolean {
    return this.#redo !== undefined;
  }

  /** Everything below is processed, or is the marker of a transaction. Of no meaning while `collecting`. */
  get done(): number {
    return Math.max(this.next, this.position);
  }

  #head() {
    return { topic: this.topic, partition: this.partition, epoch: this.epoch };
  }
}

function* chunks(messages: KafkaMessage[], { maxRecords, maxBytes }: BlockLimits): Generator<KafkaMessage[]> {
  let start = 0;
  let bytes = 0;
  for (let i = 0; i < messages.length; i += 1) {
    const size = messages[i]!.value?.length ?? 0;
    if (i > start && (i - start >= maxRecords || bytes + size > maxBytes)) {
      yield messages.slice(start, i);
      start = i;
      bytes = 0;
    }
    bytes += size;
  }
  if (start < messages.length) yield messages.slice(start);
}
