// What the changelog of a partition says of its profiles: states, who was merged away or split, and hand-overs that are due.
import { readTopics, type Kafka, type KafkaMessage } from '@tideway/kafka';
import type { Formats } from './formats.js';
import type { Departure } from './shares.js';
import { StoredStates } from './stored-states.js';
import { Timers } from './timers.js';
import { ADOPTED_TOPIC, type Handover } from './topics.js';

/** Header of a merged-away profile's tombstone: its winner. */
const MERGED_INTO = 'merged-into';
/** Another, for as long as its rows are not in ClickHouse: the hand-over that waits for them, as JSON. */
const HANDOVER_DUE = 'handover-due';

/** Header of an erased profile's tombstone. */
const ERASED = 'erased';

/** Header of every record of a profile that was split, its tombstone too: its splits, as JSON. */
const SPLIT = 'split';

/** Identifiers that left a profile; with a hand-over of their rows until that has been sent. */
export interface SplitOff extends Departure {
  handover?: Handover;
  /** The hand-over waits until ClickHouse has everything below. */
  after?: number;
}

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
  /** People who were erased: nothing is evaluated for them any more. */
  erased: Set<string>;
  due: Map<string, DueHandover>;
  /** For good, of those that were merged away or erased too: what is handed over to them late is divided by it. */
  splits: Map<string, SplitOff[]>;
  /** Meaning of each segment that the profiles were brought to. */
  adopted: Map<string, string>;
}

/** The headers of a profile's record: of a state none, unless the profile was split. */
export function headersOf({ merged, erased, due, splits }: Restored, profileId: string): Record<string, string> {
  const into = merged.get(profileId);
  const handover = due.get(profileId)?.handover;
  const split = splits.get(profileId);
  return {
    ...(into ? { [MERGED_INTO]: into } : {}),
    ...(handover ? { [HANDOVER_DUE]: JSON.stringify(handover) } : {}),
    ...(erased.has(profileId) ? { [ERASED]: 'yes' } : {}),
    ...(split ? { [SPLIT]: JSON.stringify(split.map(({ after: _after, ...one }) => one)) } : {}),
  };
}

/** Reads it to its end; hand-overs wait for ever until somebody says for what. Rejects with RetryableError. */
export async function readChangelog(kafka: Kafka, { stateProduct }: Formats, partition: number): Promise<Restored> {
  const restored: Restored = { stored: new StoredStates(), merged: new Map(), erased: new Set(), due: new Map(), splits: new Map(), adopted: new Map() };
  let adopted: Buffer | null = null;
  await readTopics(kafka, new Map([[stateProduct.topic, [partition]], [ADOPTED_TOPIC, [partition]]]), ({ topic, message }) => {
    if (topic === ADOPTED_TOPIC) adopted = message.value;
    else takeState(restored, message);
  });
  if (adopted) restored.adopted = new Map(Object.entries(JSON.parse(String(adopted)) as Record<string, string>));
  return restored;
}

/** What states say of when their profiles are to be evaluated, and of whose rows are theirs. */
export async function readStates({ stored }: Restored, { stateToRestore }: Formats): Promise<{ timers: Timers; withAliases: Set<string> }> {
  const [timers, withAliases] = [new Timers(), new Set<string>()];
  for (const [profileId, value] of stored.entries()) {
    const { next_timer_at: nextTimerAt, aliases, shares } = await stateToRestore.decode(value);
    timers.set(profileId, nextTimerAt);
    if (aliases.length > 0 || shares.length > 0) withAliases.add(profileId);
  }
  return { timers, withAliases };
}

function takeState({ stored, merged, erased: gone, due, splits }: Restored, message: KafkaMessage): void {
  const { value } = message;
  const profileId = String(message.key);
  due.delete(profileId);
  const { headers } = message;
  const split = headers?.[SPLIT];
  if (split) splits.set(profileId, (JSON.parse(String(split)) as SplitOff[]).map((one) => (one.handover ? { ...one, after: Infinity } : one)));
  if (value) {
    stored.set(profileId, value);
    return;
  }
  stored.delete(profileId);
  const into = headers?.[MERGED_INTO];
  const handover = headers?.[HANDOVER_DUE];
  if (headers?.[ERASED]) gone.add(profileId);
  if (into) merged.set(profileId, String(into));
  if (into && handover) due.set(profileId, { into: String(into), handover: JSON.parse(String(handover)) as Handover, after: Infinity });
}
