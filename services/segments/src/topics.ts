// The topic that is this service's own.
import { productOf, type Product, type SegmentsState } from '@tideway/contracts';
import type { InternalTopic } from '@tideway/kafka';

/** A profile's rows on their way to the partition of another that has them from now on: key that other, value {@link Handover} as JSON. */
export const HANDOVER_TOPIC = 'segments.handovers.v1';

/** Definitions that were written at run time: see live-definitions.ts. */
export const DEFINITIONS_TOPIC = 'segments.definitions.v1';
/** By partition of profiles, which is the key: the meaning of each segment that its profiles were brought to, as JSON. */
export const ADOPTED_TOPIC = 'segments.adopted.v1';

/** Rows of other profiles that are a profile's. */
export interface OwnRows {
  /** profile_ids; all of their rows, but for what `shares` says of them. */
  aliases: string[];
  /** As segments.state has them, of split profiles. */
  shares: SegmentsState['shares'];
}

/** Rows that are a profile's from now on: those of a profile that was merged into it, or of identifiers that came to it. */
export interface Handover extends Pick<OwnRows, 'aliases'>, Partial<Pick<OwnRows, 'shares'>> {
  /** Absent: merge. */
  reason?: 'split';
  /** Time (ms) of the event that merged or split them. */
  causedAt: number;
  origin: string;
  /** What the profile's activities come to, where it was in memory: see packState. */
  state?: string;
  /** How `state` is packed, and the fingerprint of the definitions that it is for. */
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
