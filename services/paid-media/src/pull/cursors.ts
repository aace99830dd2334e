// How far each account has been pulled: a compacted topic of the service, by platform and account.
import { partitionOf, readTopics, type InternalTopic, type Kafka, type Message } from '@tideway/kafka';
import { PermanentError } from '@tideway/service';
import { z } from 'zod';
import type { Cursor } from './schedule.js';

export const CURSORS: InternalTopic = { topic: 'paid-media.cursors.v1', partitions: 6, compacted: true };

const cursor = z.object({ day: z.iso.date(), since: z.iso.date(), ranAt: z.number().int().optional() });

/** The partition whose owner pulls an account. */
export function partitionOfAccount(key: string): number {
  return partitionOf(key, CURSORS.partitions);
}

export function cursorMessage(key: string, value: Cursor): Message {
  return { key, value: JSON.stringify(value), partition: partitionOfAccount(key) };
}

/** The cursors of one partition, by account. Rejects with RetryableError while Kafka is away, PermanentError where a record is none. */
export async function readCursors(kafka: Kafka, partition: number): Promise<Map<string, Cursor>> {
  const cursors = new Map<string, Cursor>();
  await readTopics(kafka, new Map([[CURSORS.topic, [partition]]]), ({ message: { key, value } }) => {
    if (value === null) cursors.delete(String(key));
    else cursors.set(String(key), parseCursor(String(key), value));
  });
  return cursors;
}

function parseCursor(key: string, value: Buffer): Cursor {
  try {
    const { ranAt, ...days } = cursor.parse(JSON.parse(value.toString()));
    return { ...days, ...(ranAt === undefined ? {} : { ranAt }) };
  } catch (error) {
    throw new PermanentError(`the cursor of ${key} in ${CURSORS.topic} is none: write a tombstone for this key, and the account is pulled from its beginning`, { cause: error });
  }
}
