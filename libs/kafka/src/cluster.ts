// Requests to brokers without a consumer group, through the part of kafkajs that its consumers are made of.
import type { Kafka } from 'kafkajs';
import type Cluster from 'kafkajs/src/cluster/index.js';

export type { Cluster };

type CreateCluster = (options: { metadataMaxAge: number; allowAutoTopicCreation: boolean; isolationLevel: number }) => Cluster;

const METADATA_MAX_AGE_MS = 300_000;

/**
 * A connection to the cluster that knows where these topics are. Rejects as kafkajs does; to be disconnected.
 * @param isolationLevel 0: read_uncommitted, 1: read_committed (https://kafka.apache.org/protocol#The_Messages_Fetch)
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

/** Where the logs of these partitions begin, end, or are as young as a timestamp (ms; -1 where nothing is), by `topic/partition`. Rejects as kafkajs does. */
export async function logOffsets(cluster: Cluster, partitions: ReadonlyMap<string, readonly number[]>, where: { fromBeginning: boolean } | { fromTimestamp: number }): Promise<Map<string, number>> {
  const asked = [...partitions].map(([topic, some]) => ({ topic, partitions: some.map((partition) => ({ partition })), ...where }));
  const answers = await cluster.fetchTopicsOffset(asked);
  return new Map(answers.flatMap(({ topic, partitions: found }) => found.map(({ partition, offset }) => [`${topic}/${partition}`, Number(offset)] as const)));
}
