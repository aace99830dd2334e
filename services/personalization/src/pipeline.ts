// The whole flow of personalization: activities, segments and merged-away profiles become one document per profile.
import { consumeTransactions, type Kafka } from '@tideway/kafka';
import type { Loop, Service } from '@tideway/service';
import type { Config } from './config.js';
import type { DocumentMemory } from './documents.js';
import type { Formats } from './formats.js';
import { openPartition } from './partition.js';
import { HANDOVER_TOPIC } from './topics.js';

/** Three co-partitioned topics -> profiles of the partition -> documents, changelog and hand-overs in one transaction. */
export function pipeline(config: Config, kafka: Kafka, { logger, metrics }: Service, formats: Formats, memory: DocumentMemory): Loop {
  return consumeTransactions({
    kafka,
    logger,
    metrics,
    groupId: config.PERSONALIZATION_GROUP,
    topics: [formats.activitiesProduct.topic, formats.segmentsProduct.topic, HANDOVER_TOPIC],
    unitOf: (_topic, partition) => String(partition),
    open: (unit) => openPartition(kafka, formats, memory, Number(unit)),
    limits: { maxRecords: 5_000 },
    // What an activity and the segments that it changes make of a document is published once.
    paceMs: 300,
    maxMessageBytes: config.KAFKA_MAX_MESSAGE_BYTES,
    concurrency: 64,
    sessionTimeoutMs: config.PERSONALIZATION_SESSION_TIMEOUT_MS,
  });
}
