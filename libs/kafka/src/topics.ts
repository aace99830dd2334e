// Topics of products and of services' own state: created as the contract says, never by accident.
import { setTimeout as sleep } from 'node:timers/promises';
import type { ITopicConfig, Kafka } from 'kafkajs';
import type { Product } from '@tideway/contracts';
import { RetryableError, errorText } from '@tideway/service';

/** A topic that is a service's own, such as a changelog or a hand-over between its partitions. */
export interface InternalTopic {
  topic: string;
  partitions: number;
  compacted: boolean;
  /** Of one that is not compacted, where it is not the cluster's default. */
  retentionMs?: number;
}

/** A record that is as large as its topic allows must fit into quarantine with what is said about it. */
export const QUARANTINE_MAX_BYTES = 2 * 1024 * 1024;

/**
 * Whoever takes partitions over reads their changelogs to the end, and compaction leaves the last segment alone, which would be of 1 GB.
 * Kafka Streams bounds those of its changelogs, too (50 MB).
 */
const COMPACTED = [{ name: 'cleanup.policy', value: 'compact' }, { name: 'segment.bytes', value: String(2 * 1024 * 1024) }];

const LEADER_ATTEMPTS = 100;
const LEADER_PAUSE_MS = 100;

function configOf(product: Product): { name: string; value: string }[] {
  const limits = product.id === 'operations.quarantine' ? [{ name: 'max.message.bytes', value: String(QUARANTINE_MAX_BYTES) }] : [];
  return [...cleanupOf(product), ...limits];
}

const cleanupOf = (product: Product) => (product.kind === 'event' ? deleted(product.retentionMs) : COMPACTED);

function deleted(retentionMs: number | undefined): { name: string; value: string }[] {
  return [{ name: 'cleanup.policy', value: 'delete' }, ...(retentionMs === undefined ? [] : [{ name: 'retention.ms', value: String(retentionMs) }])];
}

/** Creates what is missing of `products` and `internal`; what exists is left as it is. Rejects with RetryableError while the cluster is away. */
export async function ensureTopics(kafka: Kafka, products: Product[], internal: InternalTopic[] = [], replicationFactor = 1): Promise<void> {
  const wanted: ITopicConfig[] = [
    ...products.map((p) => ({ topic: p.topic, numPartitions: p.partitions, replicationFactor, configEntries: configOf(p) })),
    ...internal.map((t) => ({
      topic: t.topic, numPartitions: t.partitions, replicationFactor,
      configEntries: t.compacted ? COMPACTED : deleted(t.retentionMs),
    })),
  ];
  const admin = kafka.admin();
  try {
    await admin.connect();
    const existing = new Set(await admin.listTopics());
    const topics = wanted.filter(({ topic }) => !existing.has(topic));
    if (topics.length > 0) await createTopics(admin, topics);
    for (const { topic } of topics) await waitForLeaders(admin, topic);
  } catch (error) {
    throw new RetryableError(`topics could not be created: ${errorText(error)}`, { cause: error });
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

/** Two services that start at once both create: whoever is second finds the topic there, and that is fine. */
async function createTopics(admin: ReturnType<Kafka['admin']>, topics: ITopicConfig[]): Promise<void> {
  try {
    // kafkajs' own wait for leaders gives up where a broker has not heard of a topic yet.
    await admin.createTopics({ topics, waitForLeaders: false });
  } catch (error) {
    const errors = (error as { errors?: unknown[] }).errors ?? [error];
    const real = errors.filter((e) => (e as { type?: string }).type !== 'TOPIC_ALREADY_EXISTS');
    if (real.length > 0) throw real[0];
  }
}

/**
 * A new leader is in the metadata a moment before it leads: until then it refuses records, and of what goes to several
 * partitions a part may be taken. Asking for offsets shows whether every partition has one that leads.
 */
async function waitForLeaders(admin: ReturnType<Kafka['admin']>, topic: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await admin.fetchTopicOffsets(topic);
      return;
    } catch (error) {
      if (attempt === LEADER_ATTEMPTS) throw error;
      await sleep(LEADER_PAUSE_MS);
    }
  }
}
