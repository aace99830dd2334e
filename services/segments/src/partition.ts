// One partition of profiles: blocks, hand-overs and timers enter one after the other, and end in one transaction each.
import type { Product, SegmentsMemberships, SegmentsState } from '@tideway/contracts';
import { bufferOf, keep, readTopics, type Block, type Kafka, type Kept, type Outgoing, type UnitState } from '@tideway/kafka';
import type { Activity, Evaluator, ProfileState } from './evaluate/index.js';
import type { Formats } from './formats.js';
import type { History } from './history.js';
import type { Inputs } from './inputs.js';
import { emptyState, transition, type Trigger } from './membership.js';
import type { LatencyLog } from './metrics.js';
import { Outbox } from './outbox.js';
import { LeastRecentlyUsed } from './profile-cache.js';
import { Timers, type Timer } from './timers.js';
import { HANDOVER_TOPIC, type Handover } from './topics.js';

export interface PartitionParts {
  kafka: Kafka;
  formats: Formats;
  inputs: Inputs;
  history: History;
  evaluator: Evaluator;
  /** Version of each segment, and purpose, which tells a consent's exits from others. */
  segments: ReadonlyMap<string, { version: number; purpose: string }>;
  /** Fingerprint of the definitions: profiles evaluated by others are evaluated anew. */
  definitions: string;
  cacheProfiles: number;
  latency: LatencyLog;
}

const TIMERS_PER_TRANSACTION = 2_000;
const MERGED_INTO = 'merged-into';

/** What concerns one profile in one turn. */
interface Work {
  activities: Activity[];
  mergedInto?: string;
  handovers: Handover[];
  timer?: Timer;
}

/** Restores members, aliases and timers from the changelog; definitions that changed make every profile due at once. */
export async function openPartition(parts: PartitionParts, partition: number, state: Product): Promise<UnitState> {
  const stored = new Map<string, Kept>();
  const merged = new Map<string, string>();
  await readTopics(parts.kafka, new Map([[state.topic, [partition]]]), ({ message: { key, value, headers } }) => {
    if (headers?.[MERGED_INTO]) merged.set(String(key), String(headers[MERGED_INTO]));
    if (value) stored.set(String(key), keep(value));
    else stored.delete(String(key));
  });
  const timers = new Timers();
  for (const [profileId, value] of stored) {
    const { next_timer_at, definitions } = await parts.formats.state.decode(bufferOf(value));
    timers.set(profileId, definitions === parts.definitions ? next_timer_at : 0);
  }
  return new SegmentPartition(parts, stored, merged, timers);
}

class SegmentPartition implements UnitState {
  readonly #cache: LeastRecentlyUsed<ProfileState>;

  constructor(private readonly parts: PartitionParts, private readonly stored: Map<string, Kept>, private readonly merged: Map<string, string>, private readonly timers: Timers) {
    this.#cache = new LeastRecentlyUsed(parts.cacheProfiles);
  }

  nextWake(): number | undefined {
    return this.timers.next;
  }

  async process(blocks: Block[]): Promise<Outgoing[]> {
    const work = new Map<string, Work>();
    const outbox = new Outbox(this.parts.formats);
    let now = 0;
    // Each kind is collected apart and no topic has two blocks in one turn: their order does not matter.
    for (const block of blocks) {
      now = Math.max(now, block.at);
      if (block.topic === HANDOVER_TOPIC) collectHandovers(block, work);
      else await this.#collectActivities(block, work, outbox);
    }
    return this.#evaluate(work, now, outbox);
  }

  async wake(now: number): Promise<Outgoing[]> {
    const work = new Map<string, Work>();
    for (const timer of this.timers.due(now, TIMERS_PER_TRANSACTION)) work.set(timer.profileId, { activities: [], handovers: [], timer });
    return this.#evaluate(work, now, new Outbox(this.parts.formats));
  }

  committed(): void {
    this.parts.latency.committed();
  }

  /** Rows come first: what is read from ClickHouse afterwards is everything up to the end of the block. */
  async #collectActivities(block: Block, work: Map<string, Work>, outbox: Outbox): Promise<void> {
    const { activities, messages, quarantined } = await this.parts.inputs.read(block);
    outbox.quarantine(quarantined);
    await this.parts.history.insert({ ...block, messages });
    for (const activity of activities) {
      // The rows of a block that was begun before may have been read already, by a timer or a hand-over that came in
      // between: added to what is in memory, they would count twice.
      if (block.redo) this.#cache.delete(activity.profile_id);
      const entry = workOf(work, activity.profile_id);
      if (activity.type === 'profile_merged') entry.mergedInto = activity.properties['into']!;
      entry.activities.push(activity);
    }
  }

  async #evaluate(work: Map<string, Work>, at: number, outbox: Outbox): Promise<Outgoing[]> {
    const states = await this.#states(work);
    for (const [profileId, entry] of work) if (entry.mergedInto) this.#mergeAway(states.get(profileId)!, entry, at, outbox);
    const live = [...work].filter(([profileId, entry]) => this.#isLive(profileId, entry, outbox));
    const profiles = await this.#profiles(live, states);
    for (const [profileId, entry] of live) this.#evaluateOne(states.get(profileId)!, entry, profiles.get(profileId)!, at, outbox);
    return outbox.outgoing();
  }

  async #states(work: Map<string, Work>): Promise<Map<string, SegmentsState>> {
    const states = new Map<string, SegmentsState>();
    for (const profileId of work.keys()) {
      const value = this.stored.get(profileId);
      states.set(profileId, value ? await this.parts.formats.state.decode(bufferOf(value)) : emptyState(profileId));
    }
    return states;
  }

  /** Exits from everything, and hands the profile's rows over to the winner's partition. */
  #mergeAway(before: SegmentsState, { activities, handovers, mergedInto }: Work, at: number, outbox: Outbox): void {
    const { profile_id: profileId } = before;
    const last = activities.at(-1)!;
    const trigger: Trigger = { reason: () => 'merge', causedAt: last.occurred_at, origin: last.origin };
    const { changes } = transition(before, { members: [], traits: {}, nextChangeAt: null, now: Math.max(at, before.evaluated_at) }, new Map(), trigger, this.parts.definitions);
    this.#publish(changes, activities, outbox);
    outbox.tombstone(profileId, { [MERGED_INTO]: mergedInto! });
    const aliases = [profileId, ...before.aliases, ...handovers.flatMap((handover) => handover.aliases)];
    outbox.handover(mergedInto!, { aliases, causedAt: last.occurred_at, origin: last.origin });
    this.merged.set(profileId, mergedInto!);
    this.stored.delete(profileId);
    this.timers.set(profileId, null);
    this.#cache.delete(profileId);
  }

  /** Merged-away profiles are evaluated no more; what is handed over to them late goes on to their winner. */
  #isLive(profileId: string, { mergedInto, handovers }: Work, outbox: Outbox): boolean {
    const into = this.merged.get(profileId);
    if (into && !mergedInto) for (const handover of handovers) outbox.handover(into, handover);
    return !into;
  }

  /** States in memory take the new activities; the others are read from ClickHouse, which has them already. */
  async #profiles(live: [string, Work][], states: Map<string, SegmentsState>): Promise<Map<string, ProfileState>> {
    const { evaluator, history } = this.parts;
    const profiles = new Map<string, ProfileState>();
    /** Profiles to be read, with all profile_ids that their rows may have. */
    const owners = new Map<string, string[]>();
    for (const [profileId, { activities, handovers }] of live) {
      const held = handovers.length > 0 ? undefined : this.#cache.get(profileId);
      if (!held) {
        owners.set(profileId, [profileId, ...states.get(profileId)!.aliases, ...handovers.flatMap((handover) => handover.aliases)]);
        continue;
      }
      for (const activity of activities) evaluator.apply(held, activity);
      profiles.set(profileId, held);
    }
    const rows = await history.read([...new Set([...owners.values()].flat())]);
    for (const [profileId, aliases] of owners) {
      const profile = evaluator.empty();
      for (const alias of new Set(aliases)) for (const activity of rows.get(alias) ?? []) evaluator.apply(profile, activity);
      profiles.set(profileId, profile);
    }
    for (const [profileId, profile] of profiles) this.#cache.set(profileId, profile);
    return profiles;
  }

  #evaluateOne(stored: SegmentsState, entry: Work, profile: ProfileState, at: number, outbox: Outbox): void {
    const { evaluator, segments, definitions } = this.parts;
    const now = Math.max(at, stored.evaluated_at);
    const { members, traits, nextChangeAt } = evaluator.evaluate(profile, now);
    evaluator.prune(profile, now);
    const aliases = [...new Set([...stored.aliases, ...entry.handovers.flatMap((handover) => handover.aliases)])];
    const versions = new Map([...segments].map(([name, { version }]) => [name, version]));
    const texts = Object.fromEntries(Object.entries(traits).flatMap(([name, value]) => (value === null ? [] : [[name, String(value)]])));
    const { changes, state } = transition({ ...stored, aliases }, { members, traits: texts, nextChangeAt, now }, versions, this.#trigger(entry, stored, now), definitions);
    this.#publish(changes, entry.activities, outbox);
    this.stored.set(state.profile_id, keep(outbox.state(state)));
    this.timers.set(state.profile_id, nextChangeAt);
  }

  /** Which of several activities changed a membership is not known: the one that waited longest is timed. */
  #publish(changes: SegmentsMemberships[], activities: Activity[], outbox: Outbox): void {
    outbox.changes(changes);
    if (changes.length > 0 && activities.length > 0) this.parts.latency.changed(Math.min(...activities.map((activity) => activity.received_at)));
  }

  #trigger({ activities, handovers, timer }: Work, stored: SegmentsState, now: number): Trigger {
    const last = activities.at(-1);
    if (last) {
      const purposes = new Set(activities.filter(({ type }) => type.startsWith('consent_')).map(({ properties }) => properties['purpose']));
      const other = handovers.length > 0 ? 'merge' : 'activity';
      return { reason: (segment) => (purposes.has(this.parts.segments.get(segment)?.purpose ?? '') ? 'consent' : other), causedAt: last.occurred_at, origin: last.origin };
    }
    const handover = handovers.at(-1);
    if (handover) return { reason: () => 'merge', causedAt: handover.causedAt, origin: handover.origin };
    const changed = stored.definitions !== this.parts.definitions;
    return { reason: () => (changed ? 'definition' : 'time'), causedAt: changed ? now : (timer?.at ?? now), origin: null };
  }
}

function collectHandovers({ messages }: Block, work: Map<string, Work>): void {
  for (const { key, value } of messages) workOf(work, String(key)).handovers.push(JSON.parse(String(value)) as Handover);
}

function workOf(work: Map<string, Work>, profileId: string): Work {
  const known = work.get(profileId);
  if (known) return known;
  const made: Work = { activities: [], handovers: [] };
  work.set(profileId, made);
  return made;
}
