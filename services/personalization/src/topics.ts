// Topics that are this service's own.
import { productOf, type Product } from '@tideway/contracts';
import type { InternalTopic } from '@tideway/kafka';

/** Changelog of profiles, whole; what is published of them is what consent allows. */
export const STATE_TOPIC = 'personalization.state.v1';
/** A merged-away profile on its way to the partition of the winner. */
export const HANDOVER_TOPIC = 'personalization.handovers.v1';

/** Both have as many partitions as activities: a profile has the same partition number in all of them. */
export function ownTopics(products: Product[]): InternalTopic[] {
  const { partitions } = productOf(products, 'customer.activities');
  return [
    { topic: STATE_TOPIC, partitions, compacted: true },
    { topic: HANDOVER_TOPIC, partitions, compacted: false },
  ];
}
