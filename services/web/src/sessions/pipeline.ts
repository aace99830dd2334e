// The whole flow of sessions: events of the web products become visits.
import { consumeTransactions, type Kafka } from '@tideway/kafka';
import type { Loop, Service } from '@tideway/service';
import type { Config } from './config.js';
import type { Formats } from './formats.js';
import { SessionMetrics } from './metrics.js';
import { openPartition } from './partition.js';

const HOUR_MS = 3_600_000;

/** Four topics of one key -> visitors of the partition -> sessions that are over, and the changelog, in one transaction. */
export function pipeline(config: Config, kafka: Kafka, { logger, metrics }: Service, formats: Formats): Loop {
  const groupId = config.WEB_SESSIONS_GROUP;
  const parts = { kafka, logger, formats, metrics: new SessionMetrics(metrics), lateMs: config.WEB_SESSIONS_LATE_HOURS * HOUR_MS };
  return consumeTransactions({
    kafka,
    logger,
    metrics,
    groupId,
    topics: formats.topics,
    unitOf: (_topic, partition) => String(partition),
    open: (unit, { positions }) => openPartition({ ...parts, positions }, Number(unit)),
    limits: { maxRecords: 5_000 },
    // Nobody waits for it: what a visitor does within two seconds is written to the changelog once.
    paceMs: 2_000,
    maxMessageBytes: config.KAFKA_MAX_MESSAGE_BYTES,
    concurrency: 64,
    sessionTimeoutMs: config.WEB_SESSIONS_SESSION_TIMEOUT_MS,
  });
}
