// What the profiles of a partition come to in memory, and how it is made of their rows where it is not there.
import { setImmediate } from 'node:timers/promises';
import type { Compiled } from './compiled.js';
import { columnsOf, kindsSql, packState, relevantSql, STATE_FORMAT, unpackState, type Activity, type ProfileState } from './evaluate/index.js';
import type { History } from './history.js';
import type { HistoryWriter } from './history-writer.js';
import type { EvaluationCost } from './metrics.js';
import type { Before } from './membership.js';
import type { LeastRecentlyUsed } from './profile-cache.js';
import type { Restored } from './restore.js';
import { countsBy, idsOf, rowsOf, sharesTogether, type Share } from './shares.js';
import type { Handover } from './topics.js';
import { noWork, type Work } from './work.js';

/** A state that is longer as text is not handed over, but read. */
const MAX_PACKED = 200_000;
/** Those who are made ready ahead are so for so long (ms) in one go: events do not wait for hundreds of them. */
const AHEAD_MS = 4;

export interface HeldProfilesParts {
  history: History;
  cost: EvaluationCost;
  /** Of states by the definitions that are in force. */
  cache: LeastRecentlyUsed<ProfileState>;
  partition: number;
  restored: Restored;
  writer(): HistoryWriter;
  compiled(): Compiled;
}

/** Activities by the profile_id that they were recorded with. */
type RowsById = ReadonlyMap<string, readonly Activity[]>;

/** What has to be found of one profile, by the profile_ids that activities were recorded with. */
interface Wanted {
  state: ProfileState;
  /** Of these all rows. */
  missing: ReadonlySet<string>;
  /** Of these the rows that the state lacks, since there are other definitions. */
  lacking: readonly string[];
  /** Empty where all rows count. */
  shares: readonly Share[];
}

/** What was found of profiles, for all of them together. */
interface Findings {
  wanted: Wanted[];
  /** Rows of ClickHouse, of those that were read as a whole, and of those that lacked some... */
  rows: RowsById;
  lacked: RowsById;
  /** ...and those that it has not got for sure. */
  waiting: RowsById;
}

export class HeldProfiles {
  readonly cache: LeastRecentlyUsed<ProfileState>;
  /** States that were prepared by these definitions, and not evaluated since: what is used meanwhile must not push them out. */
  readonly #prepared = new Map<string, ProfileState>();
  #preparedBy: Compiled | undefined;
  /** Profiles that turns are about since the preparation that is under way began: what it finds of them may not be all. */
  #touched = new Set<string>();
  #closed = false;

  constructor(private readonly parts: HeldProfilesParts) {
    this.cache = parts.cache;
  }

  /** Whether the profile can be evaluated without a read of its rows, in so far as nothing is handed over to it. */
  isReady(profileId: string): boolean {
    const state = this.#inMemory(profileId);
    return state ? !state.lacks : !this.parts.restored.stored.has(profileId);
  }

  /** A turn is about these profiles: to be told before their rows are added to the writer. */
  touch(profileIds: Iterable<string>): void {
    for (const profileId of profileIds) this.#touched.add(profileId);
  }

  /** Makes profiles ready, one preparation at a time, while turns go on, which `touch` theirs. Rejects with RetryableError. */
  async prepare(profileIds: readonly string[], decode: (profileId: string) => Promise<Before>): Promise<void> {
    const compiled = this.parts.compiled();
    const touched = (this.#touched = new Set());
    const states = await Promise.all(profileIds.map((profileId) => decode(profileId)));
    const { wanted, ...found } = await this.#find(states.map((state) => [state, noWork()]), true);
    // By other definitions it would be other columns, and states in memory may be somebody else's by now.
    while (wanted.length > 0 && !this.#closed && this.parts.compiled() === compiled) {
      this.parts.cost.of(() => this.#makeReady(wanted, found, touched));
      await setImmediate();
    }
  }

  /** As many of `wanted`, which are taken from it, as AHEAD_MS allows; those who were touched since are left to turns. */
  #makeReady(wanted: Wanted[], found: Omit<Findings, 'wanted'>, touched: ReadonlySet<string>): void {
    for (const end = performance.now() + AHEAD_MS; wanted.length > 0 && performance.now() < end;) {
      const one = wanted.pop()!;
      const { state } = one;
      if (touched.has(state.profileId)) continue;
      this.#give(one, found);
      if (this.cache.get(state.profileId) !== state) this.#prepared.set(state.profileId, state);
    }
  }

  /** A preparation that is under way comes to nothing. */
  close(): void {
    this.#closed = true;
  }

  delete(profileId: string): void {
    this.cache.delete(profileId);
    this.#prepared.delete(profileId);
  }

  #inMemory(profileId: string): ProfileState | undefined {
    const compiled = this.parts.compiled();
    if (this.#preparedBy !== compiled) this.#prepared.clear();
    this.#preparedBy = compiled;
    return this.cache.get(profileId) ?? this.#prepared.get(profileId);
  }

  /**
   * The states of these profiles with what this turn adds to them. Those in memory take the new activities, and are given what
   * they lack. Of the others, those that were never evaluated have no activities but those that wait for ClickHouse; the rest is
   * read from there. Rejects with RetryableError.
   */
  async of(live: readonly [string, Work][], states: ReadonlyMap<string, Before>): Promise<Map<string, ProfileState>> {
    const { cost, compiled } = this.parts;
    const { evaluator } = compiled();
    const { wanted, ...found } = await this.#find(live.map(([profileId, work]) => [states.get(profileId)!, work]), false);
    cost.of(() => {
      for (const [i, one] of wanted.entries()) {
        const [profileId, { activities }] = live[i]!;
        if (this.#inMemory(profileId) === one.state) for (const activity of activities) evaluator.apply(one.state, activity);
        // What waits holds the new activities too: they count for what a state lacks with the others.
        this.#give(one, found);
      }
    });
    for (const { state } of wanted) {
      this.#prepared.delete(state.profileId);
      this.cache.set(state.profileId, state);
    }
    return new Map(wanted.map(({ state }) => [state.profileId, state]));
  }

  /** Everything that the states of these profiles take. */
  async #find(profiles: readonly [Before, Work][], ahead: boolean): Promise<Findings> {
    /** Profile_ids whose rows are read, all of them, or those that states lack. */
    const [cold, partly] = [new Set<string>(), new Set<string>()];
    const wanted = profiles.map(([own, work]) => this.#wanted(own, work, cold, partly));
    // Looked at together: while rows are read from ClickHouse, more may come to be there.
    const waiting = Map.groupBy(this.parts.writer().waiting(new Set(wanted.flatMap((one) => [...one.missing, ...one.lacking]))), (activity) => activity.profile_id);
    const [rows, lacked] = await this.#read(cold, partly, wanted, ahead);
    return { wanted, rows, lacked, waiting };
  }

  #give({ state, missing, lacking, shares }: Wanted, { rows, lacked, waiting }: Omit<Findings, 'wanted'>): void {
    const { evaluator } = this.parts.compiled();
    evaluator.complete(state, counted(lacking, [lacked, waiting], shares));
    for (const activity of counted(missing, [rows, waiting], shares)) evaluator.apply(state, activity);
  }

  /** Where a profile's state comes from. What has to be read is added to `cold` and `partly`. */
  #wanted(own: Before, { handovers, splits }: Work, cold: Set<string>, partly: Set<string>): Wanted {
    const { profile_id: profileId } = own;
    const { restored, compiled } = this.parts;
    const { evaluator } = compiled();
    const shares = sharesTogether([rowsOf(own), ...handovers]);
    // What identifiers did cannot be taken out of a state, nor told from what others did.
    const rebuilt = splits.length > 0 || handovers.some((handover) => handover.shares?.length);
    const held = rebuilt ? undefined : this.#inMemory(profileId);
    const known = own.shares.length > 0 ? idsOf(rowsOf(own)) : [profileId, ...own.aliases];
    const fresh = rebuilt ? [] : handovers.filter(({ aliases }) => !aliases.some((alias) => known.includes(alias)));
    const handed = handovers.flatMap((handover) => (fresh.includes(handover) && this.#isUsable(handover) ? [] : idsOf({ shares: [], ...handover }))).filter((alias) => !known.includes(alias));
    const state = held ?? evaluator.empty(profileId);
    for (const handover of fresh) if (this.#isUsable(handover)) evaluator.join(state, unpackState(handover.state!));
    for (const alias of handed) cold.add(alias);
    const lacking = held?.lacks ? known : [];
    for (const alias of lacking) partly.add(alias);
    if (!held && restored.stored.has(profileId)) for (const alias of known) cold.add(alias);
    return { state, missing: new Set(held ? handed : [...known, ...handed]), lacking, shares };
  }

  /** The rows of `cold`, and of `partly` those that these states lack. */
  async #read(cold: ReadonlySet<string>, partly: ReadonlySet<string>, wanted: readonly Wanted[], ahead: boolean): Promise<[RowsById, RowsById]> {
    const { history, partition, writer, compiled } = this.parts;
    const { evaluator } = compiled();
    const below = writer().next;
    const isShared = wanted.some(({ shares }) => shares.length > 0);
    const read = async (profileIds: ReadonlySet<string>, columns: readonly string[], condition: string): Promise<RowsById> =>
      (profileIds.size === 0 ? new Map() : history.read({ profileIds: [...profileIds], columns: isShared ? [...columns, 'identifier'] : columns, condition, partition, below }, ahead));
    const lacking = evaluator.lacking(wanted.map(({ state }) => state));
    return Promise.all([read(cold, evaluator.relevantColumns, relevantSql(evaluator.accumulators)), read(partly, columnsOf(lacking), kindsSql(lacking))]);
  }

  /** The state in memory with what this turn adds to it: it spares the winner's owner a read of the rows. */
  packed(profileId: string, { activities, handovers }: Work, now: number): Partial<Handover> {
    const { restored, writer } = this.parts;
    const { evaluator, fingerprint } = this.parts.compiled();
    const held = this.#inMemory(profileId);
    if (held?.lacks || handovers.some((handover) => !this.#isUsable(handover)) || (!held && restored.stored.has(profileId))) return {};
    const state = held ?? evaluator.empty(profileId);
    for (const activity of held ? activities : writer().waiting(new Set([profileId]))) evaluator.apply(state, activity);
    for (const handover of handovers) evaluator.join(state, unpackState(handover.state!));
    const text = packState(state);
    return text.length > MAX_PACKED ? {} : { state: text, definitions: packedBy(fingerprint), evaluatedAt: now };
  }

  #isUsable({ state, definitions }: Handover): boolean {
    return state !== undefined && definitions === packedBy(this.parts.compiled().fingerprint);
  }
}

/** What a handed over state has to be of to be used. */
const packedBy = (fingerprint: string) => `${STATE_FORMAT} ${fingerprint}`;

/** The rows of these profile_ids in each of `sources`, of those that count. */
function* counted(ids: Iterable<string>, sources: readonly RowsById[], shares: readonly Share[]): Iterable<Activity> {
  const counts = countsBy(shares);
  for (const id of ids) for (const rows of sources) for (const activity of rows.get(id) ?? []) if (counts(activity)) yield activity;
}
