// One partition of profiles: blocks, hand-overs and timers enter one after the other, and end in one transaction each.
import { readSplit, type SegmentsMemberships, type SegmentsState } from '@tideway/contracts';
import { PositionLostError, inputOffset, readRanges, type Block, type InputOffset, type Kafka, type OffsetMetadata, type Outgoing, type Position, type UnitContext, type UnitState } from '@tideway/kafka';
import type { Logger } from '@tideway/service';
import type { AdoptionPace } from './adoption-pace.js';
import type { Activity, Evaluation, ProfileState } from './evaluate/index.js';
import { DefinitionFollower } from './follower.js';
import type { Formats } from './formats.js';
import { HandingOver } from './handing-over.js';
import { HeldProfiles } from './held-profiles.js';
import type { History } from './history.js';
import { HistoryWriter } from './history-writer.js';
import type { DecodedBlock, Inputs } from './inputs.js';
import { emptyState, transition, type Before, type Trigger } from './membership.js';
import type { LiveDefinitions } from './live-definitions.js';
import type { AdoptionProgress, CacheMemory, EvaluationCost, LatencyLog } from './metrics.js';
import type { NomineeSource } from './nominees.js';
import { CacheTurns, type Committed, type KeptCaches } from './kept-cache.js';
import { Outbox } from './outbox.js';
import { headersOf, readChangelog, readStates, type Restored } from './restore.js';
import { rowsOf, sharesTogether } from './shares.js';
import type { Timers } from './timers.js';
import { HANDOVER_TOPIC, type Handover } from './topics.js';
import { UnpromptedWork } from './unprompted-work.js';
import { collectHandovers, triggerOf, workOf, type Work, type WorkList } from './work.js';

export interface PartitionParts extends UnitContext {
  kafka: Kafka;
  logger: Logger;
  formats: Formats;
  inputs: Inputs;
  history: History;
  /** In force are others from one turn to the next, where they change. */
  definitions: Pick<LiveDefinitions, 'compiled' | 'onChange'>;
  nominees: NomineeSource;
  keptCaches: KeptCaches;
  memory: CacheMemory;
  latency: LatencyLog;
  progress: AdoptionProgress;
  /** Of all partitions of the process. */
  pace: AdoptionPace;
  cost: EvaluationCost;
}

/** What an evaluation found at `now` (ms). */
interface Found extends Pick<Evaluation, 'members' | 'nextChangeAt'> {
  traits: Record<string, string>;
  now: number;
}

/**
 * Restores members, aliases, timers and hand-overs from the changelog, and from the topic the activities that
 * ClickHouse has not got yet.
 */
export async function openPartition(parts: PartitionParts, partition: number): Promise<UnitState> {
  const { kafka, formats } = parts;
  const begin = Date.now();
  const restored = await readChangelog(kafka, formats, partition);
  const { timers, withAliases } = await readStates(restored, formats);
  const [position, handovers] = await Promise.all([parts.positions.read(formats.activitiesProduct.topic, partition), parts.positions.readUnlessLost(HANDOVER_TOPIC, partition)]);
  // Hand-overs that are stopped until somebody acts keep activities from nothing.
  const opened = new SegmentPartition(parts, partition, restored, timers, withAliases, { activities: position.offset, handovers: handovers ? handovers.offset : -1 });
  await opened.catchUp(position);
  parts.logger.info({ partition, profiles: restored.stored.size, timers: timers.size, ms: Date.now() - begin }, 'profiles restored');
  return opened;
}

class SegmentPartition implements UnitState {
  readonly #held: HeldProfiles;
  readonly #topic: string;
  /** Next activity to read, and incarnation of the topic; undefined until something was read. */
  #position: { offset: number; epoch: number } | undefined;
  #writer: HistoryWriter;
  readonly #turns: CacheTurns;
  readonly #follower: DefinitionFollower;
  readonly #handing: HandingOver;
  readonly #unprompted: UnpromptedWork;

  constructor(private readonly parts: PartitionParts, private readonly partition: number, private readonly restored: Restored, private readonly timers: Timers, private readonly withAliases: Set<string>, committed: Committed) {
    this.#turns = new CacheTurns(parts.keptCaches, partition, committed);
    const cache = parts.keptCaches.take(partition, committed, parts.definitions.compiled);
    this.#held = new HeldProfiles({ ...parts, cache, partition, restored, writer: () => this.#writer, compiled: () => this.#follower.compiled });
    this.#topic = parts.formats.activitiesProduct.topic;
    this.#writer = this.#writerFrom(0);
    this.#handing = new HandingOver(restored);
    this.#follower = new DefinitionFollower({
      ...parts, restored, cache, onReady: parts.reschedule,
      unsure: () => [...withAliases, ...this.#writer.profiles()].filter((profileId) => restored.stored.has(profileId)),
    });
    this.#unprompted = new UnpromptedWork({ ...parts, partition, timers, restored, held: this.#held, follower: this.#follower, state: (profileId) => this.#state(profileId) });
  }

  #writerFrom(next: number): HistoryWriter {
    const source = () => ({ topic: this.#topic, partition: this.partition, epoch: this.#position!.epoch });
    return new HistoryWriter(this.parts.history, source, next, this.parts.logger, this.parts.reschedule);
  }

  /** Reads again what was committed and is not in ClickHouse for sure, and inserts the range that was begun. */
  async catchUp({ offset, metadata, low }: Position): Promise<void> {
    try {
      if (offset === undefined || metadata === undefined) return;
      const { next, to } = metadata.store ?? { next: offset };
      if (next < low && next < offset) throw new PositionLostError(this.#topic, this.partition, `offset ${next} was deleted before it came to ClickHouse; the log begins at ${low}`);
      this.#position = { offset, epoch: metadata.epoch };
      this.#writer = this.#writerFrom(next);
      if (to !== undefined) {
        await this.#reread(next, to + 1);
        await this.#writer.redo(to);
      }
      await this.#reread(to === undefined ? next : to + 1, offset);
      if (this.#handing.waitFor(this.#writer.end)) this.#writer.hurry();
    } finally {
      this.#follower.adopt(Date.now());
    }
  }

  async #reread(from: number, until: number): Promise<void> {
    if (from >= until) return;
    const messages = (await readRanges(this.parts.kafka, this.#topic, [{ partition: this.partition, from, to: until - 1 }])).get(this.partition)!;
    await this.#gather(await this.parts.inputs.read({ topic: this.#topic, partition: this.partition, messages }));
  }

  /** Rows wait in memory until they are in ClickHouse: both together are everything that was read. */
  async #gather({ activities, messages }: DecodedBlock): Promise<void> {
    await this.#writer.add(messages.map((message, i) => this.parts.history.row(this.partition, message, activities[i]!)));
  }

  nextWake(): number | undefined {
    const times = [this.#unprompted.nextWake(), this.#position && this.#writer.nextWake(), this.#handing.isReady(this.#writer.next) ? 0 : undefined].filter((time) => time !== undefined);
    return times.length > 0 ? Math.min(...times) : undefined;
  }

  async process(blocks: Block[]): Promise<Outgoing[]> {
    return this.#turns.during(() => this.#process(blocks));
  }

  async wake(now: number): Promise<Outgoing[]> {
    return this.#turns.during(() => {
      this.#follower.follow(Date.now());
      return this.#evaluate(new Map(), now, new Outbox(this.parts.formats), {});
    });
  }

  async #process(blocks: Block[]): Promise<Outgoing[]> {
    const at = Date.now();
    this.parts.pace.events(at);
    this.#follower.follow(at);
    const work: WorkList = new Map();
    const outbox = new Outbox(this.parts.formats);
    let now = this.#follower.since;
    const next = (topic: string) => blocks.find((block) => block.topic === topic)?.next;
    // Each kind is collected apart and no topic has two blocks in one turn: their order does not matter.
    for (const block of blocks) {
      now = Math.max(now, block.at);
      if (block.topic === HANDOVER_TOPIC) collectHandovers(block, work);
      else await this.#collectActivities(block, work, outbox);
    }
    return this.#evaluate(work, now, outbox, { activities: next(this.#topic), handovers: next(HANDOVER_TOPIC) });
  }

  offsets(blocks: Block[]): InputOffset[] {
    const handed = blocks.filter(({ topic }) => topic !== this.#topic).map(inputOffset);
    if (!this.#position) return handed;
    const { offset, epoch } = this.#position;
    const metadata: OffsetMetadata = { epoch, store: this.#writer.progress(offset, Date.now()) };
    return [...handed, { topic: this.#topic, partition: this.partition, offset, metadata: JSON.stringify(metadata) }];
  }

  committed(): void {
    this.#turns.commit();
    this.parts.latency.committed();
    this.parts.memory.holds(this.#held.cache, this.restored.stored);
    this.#writer.committed();
  }

  close(): void {
    this.#unprompted.close();
    this.#held.close();
    this.parts.memory.close();
    this.#turns.leave(this.#held.cache, this.#follower.compiled);
    this.#follower.close();
    this.#writer.close();
  }

  async #collectActivities(block: Block, work: WorkList, outbox: Outbox): Promise<void> {
    const decoded = await this.parts.inputs.read(block);
    outbox.quarantine(decoded.quarantined);
    this.#position = { offset: block.next, epoch: block.epoch };
    this.#held.touch(decoded.activities.map(({ profile_id: profileId }) => profileId));
    await this.#gather(decoded);
    for (const activity of decoded.activities) {
      const entry = workOf(work, activity.profile_id);
      if (activity.type === 'profile_merged') entry.mergedInto = activity.properties['into']!;
      else if (activity.type === 'profile_erased') entry.erased = activity;
      else if (readSplit(activity)) entry.splits.push(activity);
      entry.activities.push(activity);
    }
  }

  async #evaluate(work: WorkList, at: number, outbox: Outbox, commits: Partial<Committed>): Promise<Outgoing[]> {
    const unprompted = this.#unprompted.collect(work, at);
    this.#held.touch(work.keys());
    this.#turns.changes(work.keys(), commits);
    const states = await this.#states(work);
    for (const [profileId, entry] of work) {
      if (entry.splits.length > 0 || this.restored.splits.has(profileId)) states.set(profileId, this.#takeApart(states.get(profileId)!, entry, outbox));
      if (entry.mergedInto) this.#mergeAway(states.get(profileId)!, entry, at, outbox);
      else if (entry.erased) this.#erase(states.get(profileId)!, entry, entry.erased, at, outbox);
    }
    const live = [...work].filter(([profileId, entry]) => this.#isLive(profileId, entry, outbox));
    const profiles = await this.#held.of(live, states);
    const { cost } = this.parts;
    const begin = performance.now();
    const found = cost.of(() => live.map(([profileId, entry]) => this.#evaluateOne(states.get(profileId)!, entry, profiles.get(profileId)!, at)));
    cost.evaluated(live.length);
    for (const [i, [profileId, entry]] of live.entries()) this.#conclude(states.get(profileId)!, entry, found[i]!, outbox);
    this.#unprompted.took(unprompted, (performance.now() - begin) * (unprompted / Math.max(unprompted, live.length, 1)));
    await this.#follow(outbox);
    this.#handing.send(outbox, this.#writer.next);
    const adopted = this.#follower.adopted();
    if (adopted) outbox.adopted(this.partition, adopted);
    return outbox.outgoing();
  }

  /** Members of changed segments enter as SQL has it. They have done nothing since, and are to be evaluated soon: that sets the timer. */
  async #follow(outbox: Outbox): Promise<void> {
    const { compiled, reason } = this.#follower;
    for (const answer of this.#follower.takeAnswers(this.parts.pace.answers(Date.now()))) {
      const value = this.restored.stored.get(answer.profileId);
      if (!value) continue;
      const before = await this.parts.formats.state.decode(value);
      const now = Math.max(answer.at, before.evaluated_at);
      const { changes, state } = transition(before, { members: this.#follower.membersAfter(answer, before), traits: before.traits, nextChangeAt: before.next_timer_at, now }, compiled, { reason: () => reason, causedAt: now, origin: null });
      if (changes.length === 0) continue;
      outbox.changes(changes);
      this.#keep(state, outbox);
    }
  }

  async #states(work: WorkList): Promise<Map<string, Before>> {
    const states = new Map<string, Before>();
    for (const profileId of work.keys()) states.set(profileId, await this.#state(profileId));
    return states;
  }

  async #state(profileId: string): Promise<Before> {
    const value = this.restored.stored.get(profileId);
    // The first of them waits for the writer's schema, and the bytes may be others by then.
    return value ? this.parts.formats.stateBefore.decode(Buffer.from(value)) : emptyState(profileId);
  }

  #takeApart(before: Before, entry: Work, outbox: Outbox): Before {
    if (entry.splits.length > 0) this.#writer.hurry();
    return this.#handing.takeApart(before, entry, this.#writer.end, outbox);
  }

  /** Exits from everything, and hands the profile's rows over to the winner's partition. */
  #mergeAway(before: Before, work: Work, at: number, outbox: Outbox): void {
    const { profile_id: profileId } = before;
    const { activities, handovers, mergedInto } = work;
    const last = activities.at(-1)!;
    const now = this.#leave(before, activities, { reason: () => 'merge', causedAt: last.occurred_at, origin: last.origin }, at, outbox);
    const aliases = [profileId, ...before.aliases, ...handovers.flatMap((handover) => handover.aliases)];
    const shares = sharesTogether([rowsOf(before), ...handovers]);
    const handover: Handover = { aliases, causedAt: last.occurred_at, origin: last.origin, ...(shares.length > 0 ? { shares } : this.#held.packed(profileId, work, now)) };
    this.restored.due.set(profileId, { into: mergedInto!, handover, after: this.#writer.end });
    this.#writer.hurry();
    this.restored.merged.set(profileId, mergedInto!);
    outbox.tombstone(profileId, headersOf(this.restored, profileId));
    this.#forget(profileId);
  }

  /** Exits from everything, for good. */
  #erase(before: Before, { activities }: Work, asked: Activity, at: number, outbox: Outbox): void {
    this.#leave(before, activities, { reason: () => 'erasure', causedAt: asked.occurred_at, origin: asked.origin }, at, outbox);
    this.restored.erased.add(before.profile_id);
    outbox.tombstone(before.profile_id, headersOf(this.restored, before.profile_id));
    this.#forget(before.profile_id);
  }

  /** The profile exits from everything; gives the time (ms) of it. */
  #leave(before: Before, activities: Activity[], trigger: Trigger, at: number, outbox: Outbox): number {
    const now = Math.max(at, before.evaluated_at);
    this.#publish(transition(before, { members: [], traits: {}, nextChangeAt: null, now }, this.#follower.compiled, trigger).changes, activities, outbox);
    return now;
  }

  #forget(profileId: string): void {
    this.restored.stored.delete(profileId);
    this.timers.set(profileId, null);
    this.#held.delete(profileId);
    this.withAliases.delete(profileId);
  }

  /** Merged-away and erased profiles are evaluated no more; what is handed over late to the former goes on to their winner. */
  #isLive(profileId: string, { mergedInto, handovers }: Work, outbox: Outbox): boolean {
    const into = this.restored.merged.get(profileId);
    if (into && !mergedInto) for (const handover of handovers) outbox.handover(into, handover);
    return !into && !this.restored.erased.has(profileId);
  }

  #evaluateOne(stored: Before, { handovers }: Work, profile: ProfileState, at: number): Found {
    const { evaluator } = this.#follower.compiled;
    const now = Math.max(at, stored.evaluated_at, ...handovers.map(({ evaluatedAt = 0 }) => evaluatedAt));
    evaluator.prune(profile, now);
    const { members, nextChangeAt, ownTraits } = evaluator.evaluate(profile, now);
    return { members, nextChangeAt, traits: ownTraits(), now };
  }

  #conclude(stored: Before, entry: Work, { members, nextChangeAt, traits, now }: Found, outbox: Outbox): void {
    const { segments } = this.#follower.compiled;
    const aliases = [...new Set([...stored.aliases, ...entry.handovers.flatMap((handover) => handover.aliases)])];
    const shares = sharesTogether([rowsOf(stored), ...entry.handovers]);
    const { changes, state } = transition({ ...stored, aliases, shares }, { members, traits, nextChangeAt, now }, this.#follower.compiled, triggerOf(entry, now, (segment) => segments.get(segment)?.purposes));
    this.#publish(changes, entry.activities, outbox);
    this.#keep(state, outbox);
    this.timers.set(state.profile_id, nextChangeAt);
    if (aliases.length > 0 || shares.length > 0) this.withAliases.add(state.profile_id);
    this.#follower.evaluated(state.profile_id);
  }

  #keep(state: SegmentsState, outbox: Outbox): void {
    const { profile_id: profileId } = state;
    this.restored.stored.set(profileId, outbox.state(state, this.restored.splits.has(profileId) ? headersOf(this.restored, profileId) : undefined));
  }

  /** Which of several activities changed a membership is not known: the one that waited longest is timed. */
  #publish(changes: SegmentsMemberships[], activities: Activity[], outbox: Outbox): void {
    outbox.changes(changes);
    if (changes.length > 0 && activities.length > 0) this.parts.latency.changed(Math.min(...activities.map((activity) => activity.received_at)));
  }
}
