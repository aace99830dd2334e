// The topic that is this service's own.
import { productOf, type Product } from '@tideway/contracts';
import type { InternalTopic } from '@tideway/kafka';

/** A merged-away profile on its way to the partition of the winner: key winner, value {@link Handover} as JSON. */
export const HANDOVER_TOPIC = 'segments.handovers.v1';

/** Definitions that were written at run time: see live-definitions.ts. */
export const DEFINITIONS_TOPIC = 'segments.definitions.v1';
/** By partition of profiles, which is the key: the meaning of each segment that its profiles were brought to, as JSON. */
export const ADOPTED_TOPIC = 'segments.adopted.v1';

/** Profiles whose rows are the winner's from now on. */
export interface Handover {
  aliases: string[];
  /** Time (ms) of the event that merged them. */
  causedAt: number;
  origin: string;
  /** What the profile's activities come to, where it was in memory: see packState. */
  state?: string;
  /** Fingerprint of the definitions that `state` is for. */
  definitions?: string;
  /** Time (ms) of the profile's last evaluation: what `state` has forgotten, no evaluation since needs. */
  evaluatedAt?: number;
}

export function ownTopics(products: Product[]): InternalTopic[] {
  const { partitions } = productOf(products, 'customer.activities');
  return [
    { topic: HANDOVER_TOPIC, partitions, compacted: false },
    { topic: ADOPTED_TOPIC, partitions, compacted: true },
    { topic: DEFINITIONS_TOPIC, partitions: 1, compacted: true },
  ];
}
