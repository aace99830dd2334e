// What the profiles of a partition come to in memory, and how it is made of their rows where it is not there.
import type { Compiled } from './compiled.js';
import { columnsOf, kindsSql, packState, relevantSql, unpackState, type Activity, type ProfileState } from './evaluate/index.js';
import type { History } from './history.js';
import type { HistoryWriter } from './history-writer.js';
import type { EvaluationCost } from './metrics.js';
import type { Before } from './membership.js';
import { LeastRecentlyUsed } from './profile-cache.js';
import type { Restored } from './restore.js';
import { countsBy, idsOf, rowsOf, sharesTogether, type Share } from './shares.js';
import type { Handover } from './topics.js';
import type { Work } from './work.js';

/** A state that is longer as text is not handed over, but read. */
const MAX_PACKED = 200_000;

export interface HeldProfilesParts {
  history: History;
  cost: EvaluationCost;
  cacheProfiles: number;
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

export class HeldProfiles {
  readonly cache: LeastRecentlyUsed<ProfileState>;

  constructor(private readonly parts: HeldProfilesParts) {
    this.cache = new LeastRecentlyUsed(parts.cacheProfiles);
  }

  /**
   * The states of these profiles with what this turn adds to them. Those in memory take the new activities, and are given what
   * they lack. Of the others, those that were never evaluated have no activities but those that wait for ClickHouse; the rest is
   * read from there. Rejects with RetryableError.
   */
  async of(live: readonly [string, Work][], states: ReadonlyMap<string, Before>): Promise<Map<string, ProfileState>> {
    const { cost, compiled } = this.parts;
    const { evaluator } = compiled();
    /** Profile_ids whose rows are read, all of them, or those that states lack. */
    const [cold, partly] = [new Set<string>(), new Set<string>()];
    const all = live.map(([profileId, work]) => this.#wanted(states.get(profileId)!, work, cold, partly));
    // Looked at together: while rows are read from ClickHouse, more may come to be there.
    const waiting = Map.groupBy(this.parts.writer().waiting(new Set(all.flatMap((one) => [...one.missing, ...one.lacking]))), (activity) => activity.profile_id);
    const [rows, lacked] = await this.#read(cold, partly, all.map(({ state }) => state), all.some(({ shares }) => shares.length > 0));
    cost.of(() => {
      for (const [i, { state, missing, lacking: ids, shares }] of all.entries()) {
        const [profileId, { activities }] = live[i]!;
        if (this.cache.get(profileId) === state) for (const activity of activities) evaluator.apply(state, activity);
        // What waits holds the new activities too: they count for what a state lacks with the others.
        evaluator.complete(state, counted(ids, [lacked, waiting], shares));
        for (const activity of counted(missing, [rows, waiting], shares)) evaluator.apply(state, activity);
      }
    });
    for (const { state } of all) this.cache.set(state.profileId, state);
    return new Map(all.map(({ state }) => [state.profileId, state]));
  }

  /** Where a profile's state comes from. What has to be read is added to `cold` and `partly`. */
  #wanted(own: Before, { handovers, splits }: Work, cold: Set<string>, partly: Set<string>): Wanted {
    const { profile_id: profileId } = own;
    const { restored, compiled } = this.parts;
    const { evaluator } = compiled();
    const shares = sharesTogether([rowsOf(own), ...handovers]);
    // What identifiers did cannot be taken out of a state, nor told from what others did.
    const rebuilt = splits.length > 0 || handovers.some((handover) => handover.shares?.length);
    const held = rebuilt ? undefined : this.cache.get(profileId);
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
  async #read(cold: ReadonlySet<string>, partly: ReadonlySet<string>, incomplete: readonly ProfileState[], isShared: boolean): Promise<[RowsById, RowsById]> {
    const { history, partition, writer, compiled } = this.parts;
    const { evaluator } = compiled();
    const { next } = writer();
    const withIdentifier = (columns: readonly string[]) => (isShared ? [...columns, 'identifier'] : columns);
    const lacking = evaluator.lacking(incomplete);
    return Promise.all([
      cold.size > 0 ? history.read([...cold], withIdentifier(evaluator.relevantColumns), relevantSql(evaluator.accumulators), partition, next) : new Map<string, Activity[]>(),
      partly.size > 0 ? history.read([...partly], withIdentifier(columnsOf(lacking)), kindsSql(lacking), partition, next) : new Map<string, Activity[]>(),
    ]);
  }

  /** The state in memory with what this turn adds to it: it spares the winner's owner a read of the rows. */
  packed(profileId: string, { activities, handovers }: Work, now: number): Partial<Handover> {
    const { restored, writer } = this.parts;
    const { evaluator, fingerprint } = this.parts.compiled();
    const held = this.cache.get(profileId);
    if (held?.lacks || handovers.some((handover) => !this.#isUsable(handover)) || (!held && restored.stored.has(profileId))) return {};
    const state = held ?? evaluator.empty(profileId);
    for (const activity of held ? activities : writer().waiting(new Set([profileId]))) evaluator.apply(state, activity);
    for (const handover of handovers) evaluator.join(state, unpackState(handover.state!));
    const text = packState(state);
    return text.length > MAX_PACKED ? {} : { state: text, definitions: fingerprint, evaluatedAt: now };
  }

  #isUsable({ state, definitions }: Handover): boolean {
    return state !== undefined && definitions === this.parts.compiled().fingerprint;
  }
}

/** The rows of these profile_ids in each of `sources`, of those that count. */
function* counted(ids: Iterable<string>, sources: readonly RowsById[], shares: readonly Share[]): Iterable<Activity> {
  const counts = countsBy(shares);
  for (const id of ids) for (const rows of sources) for (const activity of rows.get(id) ?? []) if (counts(activity)) yield activity;
}
