// The topics that sessions are made from, and the one that their state is kept in.
import { productOf, type Product } from '@tideway/contracts';
import { readBounds, type InternalTopic, type Kafka } from '@tideway/kafka';
import { PermanentError, RetryableError, errorText } from '@tideway/service';
import { SESSION_INPUTS } from './session.js';

/** Changelog of visitors, JSON by the key of their events. */
export const STATE_TOPIC = 'web.sessions-state.v1';

/** As many partitions as the inputs have: a visitor has the same number in all of them. */
export function stateTopic(products: Product[]): InternalTopic {
  return { topic: STATE_TOPIC, partitions: productOf(products, SESSION_INPUTS[0]).partitions, compacted: true };
}

/** Rejects with PermanentError where the topics differ in their number of partitions: a visitor's events would not come together. RetryableError in an outage. */
export async function checkPartitions(kafka: Kafka, topics: string[]): Promise<void> {
  try {
    const counts = [...(await readBounds(kafka, topics))].map(([topic, { size }]) => [topic, size] as const);
    if (new Set(counts.map(([, count]) => count)).size > 1) {
      throw new PermanentError(`sessions need topics with the same number of partitions: ${counts.map(([topic, count]) => `${topic} has ${count}`).join(', ')}; make them alike anew`);
    }
  } catch (error) {
    throw error instanceof PermanentError ? error : new RetryableError(`the partitions of ${topics.join(', ')} could not be read: ${errorText(error)}`, { cause: error });
  }
}
