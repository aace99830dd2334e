// One partition of profiles: its state in memory, and what blocks of its three inputs change.
import { readSplit, type CustomerActivities, type Product, type ProfileSplit } from '@tideway/contracts';
import { quarantineRecord, readTopics, type Block, type Decoder, type Kafka, type KafkaMessage, type Message, type Outgoing, type UnitState } from '@tideway/kafka';
import { PermanentError, errorText } from '@tideway/service';
import { Documents, type DocumentMemory } from './documents.js';
import type { Formats } from './formats.js';
import { applyActivity, applySegments, emptyProfile, isForgotten, mergeProfiles, profileOfIdentifiers, usable, withoutIdentifiers, type Profile } from './profile/profile.js';
import { HANDOVER_TOPIC, STATE_TOPIC } from './topics.js';

/** Header of a merged-away profile's tombstone: what is handed over to it later goes on to the winner. */
const MERGED_INTO = 'merged-into';

/** Header of an erased profile's tombstone: nothing is kept of it any more. */
const ERASED = 'erased';

/** Header of every record of a profile that was split, its tombstone too: the identifiers that left it, as JSON. */
const SPLIT = 'split';

/** Restores a partition's profiles from the changelog. */
export async function openPartition(kafka: Kafka, formats: Formats, memory: DocumentMemory, partition: number): Promise<UnitState> {
  const stored = new Documents(memory);
  const merged = new Map<string, string>();
  const erased = new Set<string>();
  const left = new Map<string, string[]>();
  try {
    await readTopics(kafka, new Map([[STATE_TOPIC, [partition]]]), ({ message: { key, value, headers } }) => {
      const into = headers?.[MERGED_INTO];
      if (into) merged.set(String(key), String(into));
      if (headers?.[ERASED]) erased.add(String(key));
      if (headers?.[SPLIT]) left.set(String(key), JSON.parse(String(headers[SPLIT])) as string[]);
      if (value) stored.set(String(key), value);
      else stored.delete(String(key));
    });
  } catch (error) {
    stored.close();
    throw error;
  }
  return new ProfilePartition(stored, merged, erased, left, formats);
}

interface Entry {
  profile: Profile;
  /** Whether it was stored before. */
  known: boolean;
  /** Of a profile that is gone: the headers of its tombstone. */
  gone?: Record<string, string>;
}

/** What the blocks of one transaction come to. */
interface Turn {
  touched: Map<string, Entry>;
  handovers: Message[];
  quarantined: Message[];
}

/** Profiles are kept encoded: they take a fraction of the memory, and only those that a block touches are decoded. */
class ProfilePartition implements UnitState {
  readonly #stored: Documents;
  readonly #merged: Map<string, string>;
  readonly #erased: Set<string>;
  /** Identifiers that left a profile, for good, also of one that was merged away. */
  readonly #left: Map<string, string[]>;
  readonly #formats: Formats;

  constructor(stored: Documents, merged: Map<string, string>, erased: Set<string>, left: Map<string, string[]>, formats: Formats) {
    this.#stored = stored;
    this.#merged = merged;
    this.#erased = erased;
    this.#left = left;
    this.#formats = formats;
  }

  async process(blocks: Block[]): Promise<Outgoing[]> {
    const turn: Turn = { touched: new Map(), handovers: [], quarantined: [] };
    for (const block of blocks) {
      for (const message of block.messages) await this.#apply(block, message, turn);
    }
    return [
      ...this.#results(turn.touched),
      { topic: HANDOVER_TOPIC, messages: turn.handovers },
      { topic: this.#formats.quarantine.product.topic, messages: turn.quarantined },
    ];
  }

  close(): void {
    this.#stored.close();
  }

  async #apply(block: Block, message: KafkaMessage, turn: Turn): Promise<void> {
    const { activitiesProduct, segmentsProduct, profilesProduct, activities, segments, profiles } = this.#formats;
    const profileId = String(message.key);
    // What segments said before it heard of it, and what is handed over late.
    if (this.#erased.has(profileId)) return;
    const into = this.#merged.get(profileId);
    if (block.topic === HANDOVER_TOPIC) {
      const decoded = await this.#decode(profiles, profilesProduct, block, message, turn);
      if (!decoded) return;
      const loser = this.#withoutLeft(profileId, decoded);
      if (into) turn.handovers.push(this.#handover(into, loser));
      else await this.#change(profileId, turn, (profile) => mergeProfiles(profile, loser));
    } else if (block.topic === segmentsProduct.topic) {
      const state = message.value && (await this.#decode(segments, segmentsProduct, block, message, turn));
      // What segments said before it heard of the merge is about nobody any more.
      if (state !== undefined && !into) await this.#change(profileId, turn, (profile) => applySegments(profile, state));
    } else if (block.topic === activitiesProduct.topic) {
      const activity = await this.#decode(activities, activitiesProduct, block, message, turn);
      if (activity && !into) await this.#applyActivity(activity, turn);
    }
  }

  async #applyActivity(activity: CustomerActivities, turn: Turn): Promise<void> {
    const { profile_id: profileId, properties: { into } } = activity;
    if (activity.type === 'profile_erased') return this.#erase(profileId, turn);
    const split = readSplit(activity);
    if (split) return this.#split(profileId, split, turn);
    if (activity.type !== 'profile_merged' || !into) return this.#change(profileId, turn, (profile) => applyActivity(profile, activity));
    const entry = await this.#entry(profileId, turn);
    turn.handovers.push(this.#handover(into, entry.profile));
    this.#merged.set(profileId, into);
    entry.gone = { [MERGED_INTO]: into };
    entry.profile = emptyProfile(profileId);
  }

  async #erase(profileId: string, turn: Turn): Promise<void> {
    const entry = await this.#entry(profileId, turn);
    this.#erased.add(profileId);
    entry.gone = { [ERASED]: 'yes' };
    entry.profile = emptyProfile(profileId);
  }

  async #split(profileId: string, { into, left, consents }: ProfileSplit, turn: Turn): Promise<void> {
    this.#left.set(profileId, [...new Set([...(this.#left.get(profileId) ?? []), ...left])]);
    turn.handovers.push(this.#handover(into, profileOfIdentifiers(into, left, consents.left)));
    await this.#change(profileId, turn, (profile) => withoutIdentifiers(profile, left, consents.stayed));
  }

  /** A merge of before a split may come to be known after it: who has left by then is in the document of the loser. */
  #withoutLeft(profileId: string, loser: Profile): Profile {
    const left = this.#left.get(profileId);
    return left && loser.identifiers.some((identifier) => left.includes(identifier)) ? withoutIdentifiers(loser, left, []) : loser;
  }

  async #change(profileId: string, turn: Turn, change: (profile: Profile) => Profile): Promise<void> {
    const entry = await this.#entry(profileId, turn);
    entry.profile = change(entry.profile);
  }

  #handover(winner: string, profile: Profile): Message {
    return { ...this.#formats.encoder.message(profile), key: winner, partition: this.#formats.partitionOf(winner) };
  }

  /** Undefined for what does not decode: it goes to quarantine, or it would stop the partition for ever. */
  async #decode<T>(decoder: Decoder<T>, product: Product, { topic, partition }: Block, { value, offset }: KafkaMessage, { quarantined }: Turn): Promise<T | undefined> {
    try {
      return await decoder.decode(value);
    } catch (error) {
      if (!(error instanceof PermanentError)) throw error;
      quarantined.push(this.#formats.quarantine.message(quarantineRecord({
        service: 'personalization', stage: 'decode', product: product.id, origin: `${topic}:${partition}:${offset}`,
        original: value ?? Buffer.alloc(0), rejection: { code: 'not_decodable', message: errorText(error) },
      })));
      return undefined;
    }
  }

  async #entry(profileId: string, { touched }: Turn): Promise<Entry> {
    const held = touched.get(profileId);
    if (held) return held;
    const stored = this.#stored.get(profileId);
    const profile = stored === undefined ? emptyProfile(profileId) : await this.#formats.profiles.decode(stored);
    const entry: Entry = { profile, known: stored !== undefined };
    touched.set(profileId, entry);
    return entry;
  }

  #results(touched: Map<string, Entry>): Outgoing[] {
    const state: Message[] = [];
    const published: Message[] = [];
    const now = Date.now();
    for (const [key, { profile, known, gone }] of touched) {
      const split = this.#left.has(key) ? { [SPLIT]: JSON.stringify(this.#left.get(key)) } : undefined;
      const headers = gone || split ? { headers: { ...gone, ...split } } : {};
      if (isForgotten(profile)) {
        this.#stored.delete(key);
        if (known || gone) state.push({ key, value: null, ...headers });
        if (known) published.push({ key, value: null });
        continue;
      }
      const next = { ...profile, version: profile.version + 1, updated_at: now };
      const message = this.#formats.encoder.message(next);
      this.#stored.set(key, message.value as Buffer);
      state.push({ ...message, ...headers });
      published.push(this.#formats.encoder.message(usable(next)));
    }
    return [{ topic: STATE_TOPIC, messages: state }, { topic: this.#formats.profilesProduct.topic, messages: published }];
  }
}
