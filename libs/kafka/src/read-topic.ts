// Reads partitions from their beginning to their present end, read_committed: restores state from changelogs.
// Without a consumer group, which costs more than what is read: who opens a partition reads its changelog, and everybody waits for it.
import type { Kafka, KafkaMessage } from 'kafkajs';
import Batch from 'kafkajs/src/consumer/batch.js';
import { PermanentError, RetryableError, backoffMs, errorText, sleep } from '@tideway/service';
import { READ_COMMITTED, READ_UNCOMMITTED, STALL_MS, logOffsets, partitionsOf, settled, withCluster, type Cluster } from './cluster.js';
import { offsetOf } from './fetched-message.js';

const MB = 1024 * 1024;
/** https://kafka.apache.org/protocol#The_Messages_Fetch */
const FETCH = { maxWaitTime: 50, minBytes: 1, maxBytes: 32 * MB, isolationLevel: READ_COMMITTED };
const MAX_BYTES_PER_PARTITION = 4 * MB;

/** One record of a read. */
export interface TopicRecord {
  topic: string;
  partition: number;
  message: KafkaMessage;
}

type OnRecord = (record: TopicRecord) => void | Promise<void>;

/** Which records of the partitions are read. */
export interface ReadOptions {
  /** What is older is left out: than a timestamp (ms), or than offsets by `topic/partition`. */
  from?: number | ReadonlyMap<string, number>;
  /** What stands at these offsets, by `topic/partition`, or behind them is left out. */
  until?: ReadonlyMap<string, number>;
  /** Also what transactions have written that have not ended yet, once they are committed: the markers are written behind the answer to a commit. */
  isSettled?: boolean;
}

/**
 * Hands every record between the low watermark and the last stable offset of `wanted` (topic to partitions; all where empty) to
 * `onRecord`, in order per partition. Resolves at the end that the partitions had when the read began, or at `until`. Rejects at the first
 * rejection of `onRecord` (as it is, where it says whether it can be retried), and with RetryableError when the cluster is away
 * or the read stalls: what has been read until then is not everything.
 */
export async function readTopics(kafka: Kafka, wanted: Map<string, number[]>, onRecord: OnRecord, options: ReadOptions = {}): Promise<void> {
  try {
    await withCluster(kafka, [...wanted.keys()], options.isSettled ? READ_UNCOMMITTED : READ_COMMITTED, async (cluster) => {
      const spans = await settled(cluster, () => spansOf(cluster, wanted, options));
      await readSpans(cluster, spans.filter(({ next, end }) => next < end), onRecord);
    });
  } catch (error) {
    throw error instanceof RetryableError || error instanceof PermanentError ? error : new RetryableError(`reading ${[...wanted.keys()].join(', ')} failed: ${errorText(error)}`, { cause: error });
  }
}

/** Offsets from..to of one partition, both included. */
export interface OffsetRange {
  partition: number;
  from: number;
  to: number;
}

/** The messages of these ranges of a topic, by partition. Rejects as readTopics does. */
export async function readRanges(kafka: Kafka, topic: string, ranges: OffsetRange[]): Promise<Map<number, KafkaMessage[]>> {
  const messages = new Map<number, KafkaMessage[]>(ranges.map(({ partition }) => [partition, []]));
  const offsets = (of: (range: OffsetRange) => number) => new Map(ranges.map((range) => [`${topic}/${range.partition}`, of(range)]));
  await readTopics(kafka, new Map([[topic, [...messages.keys()]]]), ({ partition, message }) => void messages.get(partition)!.push(message), { from: offsets(({ from }) => from), until: offsets(({ to }) => to + 1) });
  return messages;
}

/** What is left to read of one partition. */
interface Span {
  topic: string;
  partition: number;
  next: number;
  end: number;
}

async function spansOf(cluster: Cluster, wanted: Map<string, number[]>, { from, until }: ReadOptions): Promise<Span[]> {
  const partitions = new Map([...wanted].map(([topic, some]) => [topic, some.length > 0 ? some : partitionsOf(cluster, [topic]).get(topic)!]));
  const [lows, ends, times] = await Promise.all([
    logOffsets(cluster, partitions, { fromBeginning: true }), logOffsets(cluster, partitions, { fromBeginning: false }),
    typeof from === 'number' ? logOffsets(cluster, partitions, { fromTimestamp: from }) : undefined,
  ]);
  return [...partitions].flatMap(([topic, some]) => some.map((partition) => {
    const key = `${topic}/${partition}`;
    const [low, end] = [lows.get(key)!, ends.get(key)!];
    // -1: nothing is as young.
    const time = times?.get(key) === -1 ? end : times?.get(key);
    const start = time ?? (typeof from === 'object' ? from.get(key) : undefined) ?? 0;
    return { topic, partition, next: Math.max(low, start), end: Math.min(end, until?.get(key) ?? Infinity) };
  }));
}

async function readSpans(cluster: Cluster, spans: Span[], onRecord: OnRecord): Promise<void> {
  let open = spans;
  let aliveAt = Date.now();
  for (let failures = 0; open.length > 0; ) {
    try {
      for (const { span, batch, isOver } of await fetchAll(cluster, open)) {
        const before = span.next;
        await handOver(span, batch, onRecord);
        if (isOver) span.next = span.end;
        if (span.next > before) aliveAt = Date.now();
      }
      failures = 0;
    } catch (error) {
      if (error instanceof RefusedError) throw error.cause;
      if (Date.now() - aliveAt > STALL_MS) throw error;
      await sleep(backoffMs(failures));
      failures += 1;
      await renew(cluster, open).catch(() => undefined);
    }
    open = open.filter(({ next, end }) => next < end);
    if (open.length > 0 && Date.now() - aliveAt > STALL_MS) throw new RetryableError(`reading ${[...new Set(open.map(({ topic }) => topic))].join(', ')} stalled`);
  }
}

/** onRecord has refused a record: its error is the cause. */
class RefusedError extends Error {}

async function handOver(span: Span, batch: Batch, onRecord: OnRecord): Promise<void> {
  const { topic, partition, next: begin } = span;
  for (const message of batch.messages) {
    const offset = offsetOf(message);
    if (offset >= span.end) break;
    try {
      const done = onRecord({ topic, partition, message });
      if (done) await done;
    } catch (cause) {
      throw new RefusedError('refused', { cause });
    }
    span.next = offset + 1;
  }
  // Behind what is left out: records of aborted transactions, markers, and what compaction has taken away. Of compressed batches, which
  // kafkajs decodes, the latter is not told: of what was asked for, the first offset at least is none of a record.
  const last = batch.rawMessages.at(-1);
  if (last) span.next = Math.max(span.next, offsetOf(last) + 1, begin + 1);
}

interface Fetched {
  span: Span;
  batch: Batch;
  /** The broker has nothing more for it, though offsets up to the end were given away. */
  isOver: boolean;
}

async function fetchAll(cluster: Cluster, open: readonly Span[]): Promise<Fetched[]> {
  const byBroker = Map.groupBy(open, ({ topic, partition }) => Number(Object.keys(cluster.findLeaderForPartitions(topic, [partition]))[0]));
  return (await Promise.all([...byBroker].map(([nodeId, spans]) => fetchFrom(cluster, nodeId, spans)))).flat();
}

async function fetchFrom(cluster: Cluster, nodeId: number, spans: readonly Span[]): Promise<Fetched[]> {
  const broker = await cluster.findBroker({ nodeId });
  const topics = [...Map.groupBy(spans, ({ topic }) => topic)].map(([topic, some]) => ({
    topic, partitions: some.map(({ partition, next }) => ({ partition, fetchOffset: String(next), maxBytes: MAX_BYTES_PER_PARTITION })),
  }));
  const { responses } = await broker.fetch({ ...FETCH, topics });
  const byKey = new Map(responses.flatMap(({ topicName, partitions }) => partitions.map((data) => [`${topicName}/${data.partition}`, data] as const)));
  const found = spans.flatMap((span) => {
    const data = byKey.get(`${span.topic}/${span.partition}`);
    return data ? [{ span, data, batch: new Batch(span.topic, String(span.next), data) }] : [];
  });
  // Of several partitions, one may be left out because an answer is full; where all are empty, there is nothing.
  const isEmpty = found.every(({ batch }) => batch.rawMessages.length === 0);
  return found.map(({ span, data, batch }) => ({ span, batch, isOver: isEmpty && Number(data.lastStableOffset) >= span.end }));
}

/** After a failure: partitions may have other leaders, and may begin later. */
async function renew(cluster: Cluster, open: readonly Span[]): Promise<void> {
  await cluster.refreshMetadata();
  const partitions = new Map([...Map.groupBy(open, ({ topic }) => topic)].map(([topic, some]) => [topic, some.map(({ partition }) => partition)]));
  const lows = await logOffsets(cluster, partitions, { fromBeginning: true });
  for (const span of open) span.next = Math.max(span.next, lows.get(`${span.topic}/${span.partition}`) ?? 0);
}
