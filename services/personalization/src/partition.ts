// One partition of profiles: its state in memory, and what blocks of its three inputs change.
import { productOf, type CustomerActivities, type PersonalizationProfiles, type Product, type SegmentsState } from '@tideway/contracts';
import { Decoder, RecordEncoder, partitionOf, readTopics, type Block, type Kafka, type KafkaMessage, type Message, type Outgoing, type SchemaRegistry, type UnitState } from '@tideway/kafka';
import { applyActivity, applySegments, emptyProfile, isForgotten, mergeProfiles, usable, type Profile } from './profile/profile.js';
import { HANDOVER_TOPIC, STATE_TOPIC } from './topics.js';

/** Decoders and encoders that all partitions share. */
export class Formats {
  readonly activitiesTopic: string;
  readonly segmentsTopic: string;
  readonly profilesTopic: string;
  readonly partitions: number;
  readonly activities: Decoder<CustomerActivities>;
  readonly segments: Decoder<SegmentsState>;
  readonly profiles: Decoder<PersonalizationProfiles>;
  readonly encoder: RecordEncoder;

  constructor(products: Product[], registry: SchemaRegistry) {
    const activities = productOf(products, 'customer.activities');
    const segments = productOf(products, 'segments.state');
    const profiles = productOf(products, 'personalization.profiles');
    this.activitiesTopic = activities.topic;
    this.segmentsTopic = segments.topic;
    this.profilesTopic = profiles.topic;
    this.partitions = activities.partitions;
    this.activities = new Decoder(registry, activities);
    this.segments = new Decoder(registry, segments);
    this.profiles = new Decoder(registry, profiles);
    this.encoder = new RecordEncoder(profiles);
  }
}

/** Restores a partition's profiles from the changelog. */
export async function openPartition(kafka: Kafka, formats: Formats, partition: number): Promise<UnitState> {
  const stored = new Map<string, Buffer>();
  const merged = new Map<string, string>();
  await readTopics(kafka, new Map([[STATE_TOPIC, [partition]]]), ({ message: { key, value, headers } }) => {
    const into = headers?.[MERGED_INTO];
    if (into) merged.set(String(key), String(into));
    if (value) stored.set(String(key), value);
    else stored.delete(String(key));
  });
  return new ProfilePartition(stored, merged, formats);
}

/** Header of a merged-away profile's tombstone: what is handed over to it later goes on to the winner. */
const MERGED_INTO = 'merged-into';

interface Entry {
  profile: Profile;
  /** Whether it was stored before. */
  known: boolean;
  mergedInto?: string;
}

/** Profiles are kept encoded: they take a fraction of the memory, and only those that a block touches are decoded. */
class ProfilePartition implements UnitState {
  readonly #stored: Map<string, Buffer>;
  readonly #merged: Map<string, string>;
  readonly #formats: Formats;

  constructor(stored: Map<string, Buffer>, merged: Map<string, string>, formats: Formats) {
    this.#stored = stored;
    this.#merged = merged;
    this.#formats = formats;
  }

  async process(blocks: Block[]): Promise<Outgoing[]> {
    const touched = new Map<string, Entry>();
    const handovers: Message[] = [];
    for (const { topic, messages } of blocks) {
      for (const message of messages) await this.#apply(topic, message, touched, handovers);
    }
    return [...this.#results(touched), { topic: HANDOVER_TOPIC, messages: handovers }];
  }

  async #apply(topic: string, message: KafkaMessage, touched: Map<string, Entry>, handovers: Message[]): Promise<void> {
    const { activitiesTopic, segmentsTopic, activities, segments, profiles } = this.#formats;
    const profileId = String(message.key);
    const entry = await this.#profile(profileId, touched);
    if (topic === segmentsTopic) {
      entry.profile = applySegments(entry.profile, message.value && (await segments.decode(message.value)));
    } else if (topic === HANDOVER_TOPIC) {
      const into = this.#merged.get(profileId);
      if (into) handovers.push(this.#handover(into, await profiles.decode(message.value)));
      else entry.profile = mergeProfiles(entry.profile, await profiles.decode(message.value));
    } else if (topic === activitiesTopic) {
      const activity = await activities.decode(message.value);
      if (activity.type === 'profile_merged') {
        entry.mergedInto = activity.properties['into']!;
        this.#merged.set(profileId, entry.mergedInto);
        handovers.push(this.#handover(entry.mergedInto, entry.profile));
        entry.profile = emptyProfile(profileId);
      } else {
        entry.profile = applyActivity(entry.profile, activity);
      }
    }
  }

  #handover(winner: string, profile: Profile): Message {
    return { ...this.#formats.encoder.message(profile), key: winner, partition: partitionOf(winner, this.#formats.partitions) };
  }

  async #profile(profileId: string, touched: Map<string, Entry>): Promise<Entry> {
    const held = touched.get(profileId);
    if (held) return held;
    const stored = this.#stored.get(profileId);
    const entry: Entry = { profile: stored ? await this.#formats.profiles.decode(stored) : emptyProfile(profileId), known: stored !== undefined };
    touched.set(profileId, entry);
    return entry;
  }

  #results(touched: Map<string, Entry>): Outgoing[] {
    const state: Message[] = [];
    const published: Message[] = [];
    const now = Date.now();
    for (const [key, { profile, known, mergedInto }] of touched) {
      if (isForgotten(profile)) {
        this.#stored.delete(key);
        if (known || mergedInto) state.push({ key, value: null, ...(mergedInto ? { headers: { [MERGED_INTO]: mergedInto } } : {}) });
        if (known) published.push({ key, value: null });
        continue;
      }
      const next = { ...profile, version: profile.version + 1, updated_at: now };
      const message = this.#formats.encoder.message(next);
      this.#stored.set(key, message.value as Buffer);
      state.push(message);
      published.push(this.#formats.encoder.message(usable(next)));
    }
    return [{ topic: STATE_TOPIC, messages: state }, { topic: this.#formats.profilesTopic, messages: published }];
  }
}
