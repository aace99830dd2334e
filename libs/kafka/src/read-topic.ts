// Reads partitions from their beginning to their present end, read_committed: restores state from changelogs.
import { randomUUID } from 'node:crypto';
import type { Consumer, Kafka, KafkaMessage } from 'kafkajs';
import { PermanentError, RetryableError, errorText } from '@tideway/service';
import { exactly } from './assigners.js';
import { offsetOf } from './fetched-message.js';

const STALL_MS = 30_000;

/** One record of a read. */
export interface TopicRecord {
  topic: string;
  partition: number;
  message: KafkaMessage;
}

/**
 * Hands every record between the low and the high watermark of `wanted` (topic to partitions; all where empty) to
 * `onRecord`, in order per partition. `from` leaves out what is older: a timestamp (ms), or offsets by
 * `topic/partition`; `until` leaves out what stands at these offsets or behind them. Resolves at the end that the
 * partitions had when the read began, or at `until`. Rejects at the first rejection
 * of `onRecord` (as it is, where it says whether it can be retried), and with RetryableError when the cluster is away
 * or the read stalls: what has been read until then is not everything.
 */
export async function readTopics(kafka: Kafka, wanted: Map<string, number[]>, onRecord: (record: TopicRecord) => void | Promise<void>, from?: number | ReadonlyMap<string, number>, until?: ReadonlyMap<string, number>): Promise<void> {
  const admin = kafka.admin();
  const groupId = `tideway-read-${randomUUID()}`;
  try {
    await admin.connect();
    const spans = await spansOf(admin, wanted, from, until);
    const open = spans.filter((span) => span.from < span.to);
    if (open.length > 0) await readSpans(kafka, groupId, open, onRecord);
  } catch (error) {
    throw error instanceof RetryableError || error instanceof PermanentError ? error : new RetryableError(`reading ${[...wanted.keys()].join(', ')} failed: ${errorText(error)}`, { cause: error });
  } finally {
    await admin.deleteGroups([groupId]).catch(() => undefined);
    await admin.disconnect().catch(() => undefined);
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
  await readTopics(kafka, new Map([[topic, [...messages.keys()]]]), ({ partition, message }) => void messages.get(partition)!.push(message), offsets(({ from }) => from), offsets(({ to }) => to + 1));
  return messages;
}

interface Span {
  topic: string;
  partition: number;
  from: number;
  to: number;
}

async function spansOf(admin: ReturnType<Kafka['admin']>, wanted: Map<string, number[]>, from?: number | ReadonlyMap<string, number>, until?: ReadonlyMap<string, number>): Promise<Span[]> {
  const spans: Span[] = [];
  // One after the other: asked for several topics at once, kafkajs answers from metadata that is half loaded.
  for (const [topic, partitions] of wanted) {
    const bounds = await admin.fetchTopicOffsets(topic);
    const byTime = typeof from === 'number' ? await admin.fetchTopicOffsetsByTimestamp(topic, from) : [];
    const startOf = (partition: number) => Number((typeof from === 'object' ? from.get(`${topic}/${partition}`) : byTime.find((s) => s.partition === partition)?.offset) ?? 0);
    for (const { partition, low, high } of bounds) {
      if (partitions.length > 0 && !partitions.includes(partition)) continue;
      spans.push({ topic, partition, from: Math.max(Number(low), startOf(partition)), to: Math.min(Number(high), until?.get(`${topic}/${partition}`) ?? Infinity) });
    }
  }
  return spans;
}

interface Reading {
  wanted: Map<string, number[]>;
  /** Where each partition stands, by `topic/partition`. */
  cursors: Map<string, { topic: string; partition: number; next: number; end: number }>;
  onRecord(record: TopicRecord): void | Promise<void>;
}

async function readSpans(kafka: Kafka, groupId: string, spans: Span[], onRecord: Reading['onRecord']): Promise<void> {
  const wanted = new Map<string, number[]>();
  for (const { topic, partition } of spans) wanted.set(topic, [...(wanted.get(topic) ?? []), partition]);
  const cursors = new Map(spans.map(({ topic, partition, from, to }) => [`${topic}/${partition}`, { topic, partition, next: from, end: to }]));
  let timer: NodeJS.Timeout | undefined;
  let over = false;
  const consumer = kafka.consumer({
    groupId, partitionAssigners: [exactly(wanted)], maxWaitTimeInMs: 50, maxBytesPerPartition: 4 * 1024 * 1024, allowAutoTopicCreation: false,
    retry: { restartOnFailure: async () => !over },
  });
  try {
    await new Promise<void>((resolve, reject) => {
      const alive = () => {
        clearTimeout(timer);
        timer = setTimeout(() => reject(new RetryableError(`reading ${[...wanted.keys()].join(', ')} stalled`)), STALL_MS);
      };
      alive();
      consumer.on(consumer.events.CRASH, ({ payload }) => {
        if (!payload.restart) reject(payload.error);
      });
      const open = new Map([...cursors].map(([key, { end }]) => [key, end]));
      // The event comes for batches of control records only, too: those end a partition that a transaction wrote.
      consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
        alive();
        const key = `${payload.topic}/${payload.partition}`;
        if (Number(payload.lastOffset) + 1 >= (open.get(key) ?? Infinity)) open.delete(key);
        if (open.size === 0) resolve();
      });
      startReading(consumer, { wanted, cursors, onRecord }, reject).catch(reject);
    });
  } finally {
    over = true;
    clearTimeout(timer);
    await consumer.disconnect().catch(() => undefined);
  }
}

async function startReading(consumer: Consumer, { wanted, cursors, onRecord }: Reading, reject: (error: unknown) => void): Promise<void> {
  await consumer.connect();
  await consumer.subscribe({ topics: [...wanted.keys()], fromBeginning: true });
  // Whenever the group is joined: kafkajs joins anew after an outage, and has forgotten by then where it was.
  consumer.on(consumer.events.GROUP_JOIN, () => {
    for (const { topic, partition, next } of cursors.values()) consumer.seek({ topic, partition, offset: String(next) });
  });
  let refused = false;
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch: { topic, partition, messages } }) => {
      const cursor = cursors.get(`${topic}/${partition}`);
      for (const message of messages) {
        const offset = offsetOf(message);
        if (!cursor || offset < cursor.next || offset >= cursor.end) continue;
        try {
          // kafkajs would go on with this batch after an error: what comes after a refused record must not be handed over.
          if (refused) throw new RetryableError('the read has ended');
          await onRecord({ topic, partition, message });
        } catch (error) {
          refused = true;
          reject(error);
          throw error;
        }
        cursor.next = offset + 1;
      }
    },
  });
}
