// The whole flow of segments: activities into the state of their profiles, evaluation at the end of each block, changed
// memberships and states with the input offsets in one transaction per partition; behind it, activities into ClickHouse.
import { consumeTransactions, type Kafka, type UnitContext } from '@tideway/kafka';
import type { Loop, Service } from '@tideway/service';
import { AdoptionPace } from './adoption-pace.js';
import type { Config } from './config.js';
import { KeptCaches } from './kept-cache.js';
import { openPartition, type PartitionParts } from './partition.js';
import { AdoptionProgress, CacheMemory, EvaluationCost, LatencyLog } from './metrics.js';
import { HANDOVER_TOPIC } from './topics.js';

const MB = 1024 * 1024;

export function pipeline(config: Config, kafka: Kafka, { logger, metrics }: Service, parts: Omit<PartitionParts, 'latency' | 'progress' | 'pace' | 'memory' | 'cost' | 'keptCaches' | 'kafka' | 'logger' | keyof UnitContext>): Loop {
  const cost = new EvaluationCost(metrics);
  const keptCaches = new KeptCaches(config.SEGMENTS_CACHE_MB * MB);
  const pace = new AdoptionPace();
  const { activitiesProduct } = parts.formats;
  return consumeTransactions({
    kafka,
    logger,
    metrics,
    groupId: config.SEGMENTS_GROUP,
    topics: [activitiesProduct.topic, HANDOVER_TOPIC],
    unitOf: (_topic, partition) => String(partition),
    open: (unit, context) => {
      // One log of latencies per partition: each is emptied by its own commits.
      const [latency, progress, memory] = [new LatencyLog(metrics), new AdoptionProgress(metrics, Number(unit)), new CacheMemory(metrics, Number(unit))];
      return openPartition({ ...parts, ...context, kafka, logger, cost, latency, progress, pace, memory, keptCaches }, Number(unit));
    },
    limits: { maxRecords: 5_000 },
    maxWaitMs: 100,
    // Few transactions spare the broker, which everything waits for; this is what they may cost in latency.
    paceMs: 40,
    maxMessageBytes: config.KAFKA_MAX_MESSAGE_BYTES,
    concurrency: 64,
    sessionTimeoutMs: config.SEGMENTS_SESSION_TIMEOUT_MS,
  });
}
