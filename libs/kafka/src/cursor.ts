// Where one assigned partition stands, and how what is fetched is cut into blocks: pure, so that its rules are tested alone.
import type { KafkaMessage } from 'kafkajs';
import { offsetOf, valueBytes } from './fetched-message.js';
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
  /** True where the block was begun before and may have been finished, in part or whole. */
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

  /** `settled` is the first offset that this process has not processed itself, where it kept the partition all along. */
  constructor(readonly topic: string, readonly partition: number, { offset, metadata, low }: Position, settled: number | undefined, now: number) {
    this.epoch = metadata?.epoch ?? now;
    this.next = Math.max(offset ?? low, settled ?? 0);
    this.position = this.next;
  }

  /** Cuts fetched messages into blocks; `lastOffset` is the last offset of the fetch, control records included. Gaps (transaction markers, compaction) are normal. */
  *cut(messages: KafkaMessage[], lastOffset: number, limits: BlockLimits, now: () => number): Generator<Block> {
    const first = messages.findIndex((message) => offsetOf(message) >= this.next);
    if (first === -1) return;
    const rest = first === 0 ? messages : messages.slice(first);
    for (const chunk of chunks(rest, limits)) {
      const to = offsetOf(chunk.at(-1)!);
      yield { topic: this.topic, partition: this.partition, epoch: this.epoch, from: offsetOf(chunk[0]!), to, next: (chunk.at(-1) === rest.at(-1) ? lastOffset : to) + 1, at: now(), redo: false, messages: chunk };
    }
  }
}

function* chunks(messages: KafkaMessage[], { maxRecords, maxBytes }: BlockLimits): Generator<KafkaMessage[]> {
  let start = 0;
  let bytes = 0;
  for (let i = 0; i < messages.length; i += 1) {
    const size = valueBytes(messages[i]!);
    if (i > start && (i - start >= maxRecords || bytes + size > maxBytes)) {
      yield messages.slice(start, i);
      start = i;
      bytes = 0;
    }
    bytes += size;
  }
  if (start < messages.length) yield messages.slice(start);
}
