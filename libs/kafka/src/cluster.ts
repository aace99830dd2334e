// Requests to brokers without a consumer group, through the part of kafkajs that its consumers are made of.
import { backoffMs, sleep } from '@tideway/service';
import type { Kafka } from 'kafkajs';
import type Cluster from 'kafkajs/src/cluster/index.js';

export type { Cluster };

type CreateCluster = (options: { metadataMaxAge: number; allowAutoTopicCreation: boolean; isolationLevel: number }) => Cluster;

const METADATA_MAX_AGE_MS = 300_000;
/** Without anything new for so long (ms), or without a broker, what is asked is given up. */
export const STALL_MS = 30_000;
/** https://kafka.apache.org/protocol#The_Messages_ListOffsets: a log ends behind what open transactions have written. */
export const READ_UNCOMMITTED = 0;
export const READ_COMMITTED = 1;

/**
 * A connection to the cluster that knows where these topics are. Rejects as kafkajs does; to be disconnected.
 * @param isolationLevel READ_UNCOMMITTED or READ_COMMITTED
 */
export async function openCluster(kafka: Kafka, topics: string[], isolationLevel: number): Promise<Cluster> {
  const create = Object.getOwnPropertySymbols(kafka).find(({ description }) => description === 'private:Kafka:createCluster')!;
  const cluster = (kafka as unknown as Record<symbol, CreateCluster>)[create]!({ metadataMaxAge: METADATA_MAX_AGE_MS, allowAutoTopicCreation: false, isolationLevel });
  try {
    await cluster.connect();
    await cluster.addMultipleTargetTopics(topics);
    return cluster;
  } catch (error) {
    await cluster.disconnect().catch(() => undefined);
    throw error;
  }
}

/** What `work` does over a connection as {@link openCluster} opens it, which is closed then. Rejects as kafkajs does, or as `work` does. */
export async function withCluster<T>(kafka: Kafka, topics: string[], isolationLevel: number, work: (cluster: Cluster) => Promise<T>): Promise<T> {
  const cluster = await openCluster(kafka, topics, isolationLevel);
  try {
    return await work(cluster);
  } finally {
    await cluster.disconnect().catch(() => undefined);
  }
}

/** Where the logs of these partitions begin, end, or are as young as a timestamp (ms; -1 where nothing is), by `topic/partition`. Rejects as kafkajs does. */
export async function logOffsets(cluster: Cluster, partitions: ReadonlyMap<string, readonly number[]>, where: { fromBeginning: boolean } | { fromTimestamp: number }): Promise<Map<string, number>> {
  const asked = [...partitions].map(([topic, some]) => ({ topic, partitions: some.map((partition) => ({ partition })), ...where }));
  const answers = await cluster.fetchTopicsOffset(asked);
  return new Map(answers.flatMap(({ topic, partitions: found }) => found.map(({ partition, offset }) => [`${topic}/${partition}`, Number(offset)] as const)));
}

/** Offsets at which a partition's log begins and ends, open transactions included. */
export interface Bounds {
  low: number;
  high: number;
}

/** Asks until partitions have leaders: one may be between two, or its broker may have been too busy to say that it lives. Rejects as kafkajs does. */
export async function settled<T>(cluster: Cluster, ask: () => Promise<T>): Promise<T> {
  const begin = Date.now();
  for (let failures = 0; ; failures += 1) {
    try {
      return await ask();
    } catch (error) {
      if ((error as { retriable?: boolean }).retriable !== true || Date.now() - begin > STALL_MS) throw error;
      await sleep(backoffMs(failures));
      await cluster.refreshMetadata().catch(() => undefined);
    }
  }
}

/** Bounds of these topics now, by topic and partition. Rejects as kafkajs does. */
export async function readBounds(kafka: Kafka, topics: string[]): Promise<Map<string, Map<number, Bounds>>> {
  return withCluster(kafka, topics, READ_UNCOMMITTED, (cluster) => settled(cluster, () => boundsOf(cluster, topics)));
}

/** The same of a connection that is READ_UNCOMMITTED and knows the topics. */
export async function boundsOf(cluster: Cluster, topics: string[]): Promise<Map<string, Map<number, Bounds>>> {
  const partitions = partitionsOf(cluster, topics);
  const [lows, highs] = await Promise.all([logOffsets(cluster, partitions, { fromBeginning: true }), logOffsets(cluster, partitions, { fromBeginning: false })]);
  return new Map([...partitions].map(([topic, some]) => [topic, new Map(some.map((partition) => {
    const key = `${topic}/${partition}`;
    return [partition, { low: lows.get(key)!, high: highs.get(key)! }];
  }))]));
}

export function partitionsOf(cluster: Cluster, topics: string[]): Map<string, number[]> {
  return new Map(topics.map((topic) => [topic, cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId)]));
}
