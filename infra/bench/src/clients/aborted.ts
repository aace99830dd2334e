// A topic on which aborted transactions stand between committed ones, to see what a read_committed consumer is given.
import { CompressionTypes, type Producer } from 'kafkajs';
import type { Kafka } from '@tideway/kafka';

const RECORDS = 100;
const SMALL_BYTES = 100;
const LARGE_BYTES = 80_000;
/** So that a request stays below what a broker takes. */
const LARGE_RECORDS_A_REQUEST = 10;

/** What of the topic is committed. */
export const COMMITTED = { records: 2 * RECORDS, bytes: 2 * RECORDS * SMALL_BYTES };

/**
 * One producer's transactions, all to partition 0: committed; aborted, with more than a fetch has of a partition, so that
 * its end comes in a later one; aborted again; committed.
 */
export async function fillWithAborted(kafka: Kafka, topic: string): Promise<void> {
  const producer = kafka.producer({ transactionalId: 'bench-aborted', idempotent: true, maxInFlightRequests: 1, allowAutoTopicCreation: false });
  await producer.connect();
  try {
    await transaction(producer, topic, SMALL_BYTES, true);
    await transaction(producer, topic, LARGE_BYTES, false);
    await transaction(producer, topic, SMALL_BYTES * 2, false);
    await transaction(producer, topic, SMALL_BYTES, true);
  } finally {
    await producer.disconnect();
  }
}

async function transaction(producer: Producer, topic: string, bytes: number, commit: boolean): Promise<void> {
  const made = await producer.transaction();
  for (let sent = 0; sent < RECORDS; sent += LARGE_RECORDS_A_REQUEST) {
    await made.send({ topic, acks: -1, compression: CompressionTypes.None, messages: Array.from({ length: LARGE_RECORDS_A_REQUEST }, () => ({ partition: 0, value: Buffer.alloc(bytes, 1) })) });
  }
  await (commit ? made.commit() : made.abort());
}
