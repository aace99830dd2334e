// What the changelog of a partition says of its profiles: states, who was merged away, and hand-overs that are due.
import { readTopics, type Kafka, type KafkaMessage } from '@tideway/kafka';
import type { Formats } from './formats.js';
import { StoredStates } from './stored-states.js';
import { ADOPTED_TOPIC, type Handover } from './topics.js';

/** Header of a merged-away profile's tombstone: its winner. */
const MERGED_INTO = 'merged-into';
/** Another, for as long as its rows are not in ClickHouse: the hand-over that waits for them, as JSON. */
const HANDOVER_DUE = 'handover-due';

/** A hand-over that waits until ClickHouse has everything below `after`. */
export interface DueHandover {
  into: string;
  handover: Handover;
  after: number;
}

/** By profile_id. */
export interface Restored {
  stored: StoredStates;
  merged: Map<string, string>;
  due: Map<string, DueHandover>;
  /** Meaning of each segment that the profiles were brought to. */
  adopted: Map<string, string>;
}

/** The headers of a merged-away profile's tombstone. */
export function mergedAway(into: string, due?: Handover): Record<string, string> {
  return { [MERGED_INTO]: into, ...(due ? { [HANDOVER_DUE]: JSON.stringify(due) } : {}) };
}

/** Reads it to its end; hand-overs wait for ever until somebody says for what. Rejects with RetryableError. */
export async function readChangelog(kafka: Kafka, { stateProduct }: Formats, partition: number): Promise<Restored> {
  const restored: Restored = { stored: new StoredStates(), merged: new Map(), due: new Map(), adopted: new Map() };
  await readTopics(kafka, new Map([[stateProduct.topic, [partition]], [ADOPTED_TOPIC, [partition]]]), ({ topic, message }) => {
    if (topic === ADOPTED_TOPIC) restored.adopted = new Map(Object.entries(JSON.parse(String(message.value)) as Record<string, string>));
    else takeState(restored, message);
  });
  return restored;
}

function takeState({ stored, merged, due }: Restored, message: KafkaMessage): void {
  const { value } = message;
  const profileId = String(message.key);
  due.delete(profileId);
  if (value) {
    stored.set(profileId, value);
    return;
  }
  stored.delete(profileId);
  // Only a tombstone has headers: those of a million states are not looked for.
  const into = message.headers?.[MERGED_INTO];
  const handover = message.headers?.[HANDOVER_DUE];
  if (into) merged.set(profileId, String(into));
  if (into && handover) due.set(profileId, { into: String(into), handover: JSON.parse(String(handover)) as Handover, after: Infinity });
}
