// Reads partitions from their beginning to their present end, read_committed: restores state from changelogs.
import { randomUUID } from 'node:crypto';
import type { Kafka, KafkaMessage } from 'kafkajs';
import { RetryableError, errorText } from '@tideway/service';
import { exactly } from './assigners.js';

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
 * `topic/partition`. Resolves at the end that the
 * partitions had when the read began. Rejects with RetryableError when the cluster is away or the read stalls.
 */
export async function readTopics(kafka: Kafka, wanted: Map<string, number[]>, onRecord: (record: TopicRecord) => void | Promise<void>, from?: number | ReadonlyMap<string, number>): Promise<void> {
  const admin = kafka.admin();
  const groupId = `tideway-read-${randomUUID()}`;
  try {
    await admin.connect();
    const spans = await spansOf(admin, wanted, from);
    const open = spans.filter((span) => span.from < span.to);
    if (open.length > 0) await readSpans(kafka, groupId, open, onRecord);
  } catch (error) {
    throw error instanceof RetryableError ? error : new RetryableError(`reading ${[...wanted.keys()].join(', ')} failed: ${errorText(error)}`, { cause: error });
  } finally {
    await admin.deleteGroups([groupId]).catch(() => undefined);
    await admin.disconnect().catch(() => undefined);
  }
}

interface Span {
  topic: string;
  partition: number;
  from: number;
  to: number;
}

async function spansOf(admin: ReturnType<Kafka['admin']>, wanted: Map<string, number[]>, from?: number | ReadonlyMap<string, number>): Promise<Span[]> {
  const spans = await Promise.all([...wanted].map(async ([topic, partitions]) => {
    const bounds = await admin.fetchTopicOffsets(topic);
    const byTime = typeof from === 'number' ? await admin.fetchTopicOffsetsByTimestamp(topic, from) : [];
    const startOf = (partition: number) => Number((typeof from === 'object' ? from.get(`${topic}/${partition}`) : byTime.find((s) => s.partition === partition)?.offset) ?? 0);
    return bounds
      .filter((bound) => partitions.length === 0 || partitions.includes(bound.partition))
      .map((bound) => ({ topic, partition: bound.partition, from: Math.max(Number(bound.low), startOf(bound.partition)), to: Number(bound.high) }));
  }));
  return spans.flat();
}

async function readSpans(kafka: Kafka, groupId: string, spans: Span[], onRecord: (record: TopicRecord) => void | Promise<void>): Promise<void> {
  const wanted = new Map<string, number[]>();
  for (const { topic, partition } of spans) wanted.set(topic, [...(wanted.get(topic) ?? []), partition]);
  const open = new Map(spans.map((span) => [`${span.topic}/${span.partition}`, span]));
  const consumer = kafka.consumer({ groupId, partitionAssigners: [exactly(wanted)], maxWaitTimeInMs: 50, maxBytesPerPartition: 4 * 1024 * 1024, allowAutoTopicCreation: false });
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      const alive = () => {
        clearTimeout(timer);
        timer = setTimeout(() => reject(new RetryableError(`reading ${[...wanted.keys()].join(', ')} stalled`)), STALL_MS);
      };
      alive();
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
      // The event comes for batches of control records only, too: those end a partition that a transaction wrote.
      consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
        alive();
        const key = `${payload.topic}/${payload.partition}`;
        if (Number(payload.lastOffset) + 1 >= (open.get(key)?.to ?? Infinity)) open.delete(key);
        if (open.size === 0) resolve();
      });
      startReading(consumer, spans, wanted, onRecord).catch(reject);
    });
  } finally {
    clearTimeout(timer);
    await consumer.disconnect().catch(() => undefined);
  }
}

async function startReading(consumer: ReturnType<Kafka['consumer']>, spans: Span[], wanted: Map<string, number[]>, onRecord: (record: TopicRecord) => void | Promise<void>): Promise<void> {
  const cursors = new Map(spans.map((span) => [`${span.topic}/${span.partition}`, { next: span.from, end: span.to }]));
  await consumer.connect();
  await consumer.subscribe({ topics: [...wanted.keys()], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch: { topic, partition, messages } }) => {
      const cursor = cursors.get(`${topic}/${partition}`);
      for (const message of messages) {
        const offset = Number(message.offset);
        // A fetch that was under way when the seek came starts below it.
        if (!cursor || offset < cursor.next || offset >= cursor.end) continue;
        cursor.next = offset + 1;
        await onRecord({ topic, partition, message });
      }
    },
  });
  for (const { topic, partition, from } of spans) consumer.seek({ topic, partition, offset: String(from) });
}
