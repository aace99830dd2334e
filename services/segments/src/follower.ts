// The definitions that a partition works by: it changes over to those in force between two turns, and brings its profiles to them.
import { setImmediate } from 'node:timers/promises';
import type { SegmentsState } from '@tideway/contracts';
import type { Logger } from '@tideway/service';
import { Adoption, type Answer } from './adoption.js';
import { begun, changeTo, meaningAt, meaningsAt, type Change, type Compiled } from './compiled.js';
import type { ProfileState } from './evaluate/index.js';
import type { Formats } from './formats.js';
import type { LiveDefinitions } from './live-definitions.js';
import type { AdoptionProgress } from './metrics.js';
import type { NomineeSource } from './nominees.js';
import type { LeastRecentlyUsed } from './profile-cache.js';
import type { Restored } from './restore.js';

/** States that are looked at before others have their turn. */
const LOOKED_AT_ONCE = 200;
const FEW_NAMES = 8;

export interface FollowerParts {
  logger: Logger;
  formats: Formats;
  definitions: Pick<LiveDefinitions, 'compiled' | 'onChange'>;
  nominees: NomineeSource;
  restored: Restored;
  cache: LeastRecentlyUsed<ProfileState>;
  progress: AdoptionProgress;
  /** Profiles that ClickHouse cannot tell of as one, or not yet. */
  unsure(): Iterable<string>;
  /** There is something to do. */
  onReady(): void;
}

export class DefinitionFollower {
  #compiled: Compiled;
  #adoption: Adoption | undefined;
  /** What the profiles are brought to, or were, as meaningsAt has it. */
  #wanted: ReadonlyMap<string, string> = new Map();
  #changed: ReadonlySet<string> = new Set();
  /** Whether it has to be told that profiles are being brought to changed segments. */
  #begins = false;
  #byTime = false;
  #since = Date.now();
  #closed = false;
  readonly #unfollow: () => void;

  constructor(private readonly parts: FollowerParts) {
    this.#compiled = parts.definitions.compiled;
    this.#unfollow = parts.definitions.onChange(() => parts.onReady());
  }

  get compiled(): Compiled {
    return this.#compiled;
  }

  /**
   * The time (ms) from which on the partition works by its definitions: what waited for longer is not evaluated as of a time at
   * which they were others.
   */
  get since(): number {
    return this.#since;
  }

  /**
   * When (ms) a turn is wanted, without any input; undefined for never.
   * @param from time (ms) from which those may be evaluated who wait for it; undefined where they are not ready yet
   */
  nextWake(from: number | undefined): number | undefined {
    if (this.#compiled !== this.parts.definitions.compiled || this.#adoption?.hasAnswers === true || this.#adoption?.done === true) return 0;
    const now = Date.now();
    if (this.#hasOtherRanks(now)) return 0;
    const times = [...this.#compiled.ranked.values()].flat().flatMap((rank) => rank.changesAfter(now));
    if (this.#adoption?.hasWaiting === true && from !== undefined) times.push(from);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** Why those are evaluated whom `waiting` gives. */
  get reason(): 'definition' | 'time' {
    return this.#byTime ? 'time' : 'definition';
  }

  /** Changes over to the definitions in force, and the ranks, where these are others by now (ms). */
  follow(now: number): void {
    this.parts.progress.left(this.#adoption?.left);
    const { cache, definitions: { compiled } } = this.parts;
    if (compiled !== this.#compiled) {
      const takeOver = compiled.evaluator.takesOver(this.#compiled.evaluator);
      for (const state of cache.values()) takeOver(state);
      this.#compiled = compiled;
      this.#since = now;
    } else if (this.#hasOtherRanks(now)) {
      // What was found by other ranks, or before these were known, does not count any more.
      for (const state of cache.values()) delete state.standing;
    } else {
      return;
    }
    this.adopt(now);
  }

  /** Begins to bring the profiles to what holds at `now` (ms), where they are not. */
  adopt(now: number): void {
    const { logger, nominees, restored, onReady } = this.parts;
    this.#adoption?.close();
    this.#adoption = undefined;
    const compiled = this.#compiled;
    this.#wanted = meaningsAt(compiled, now);
    const change = changeTo(this.#wanted, restored.adopted);
    this.parts.progress.left(change && 0);
    if (!change) return;
    this.#changed = new Set(change.changed);
    this.#begins = true;
    this.#byTime = change.byTime;
    this.#adoption = new Adoption({
      logger,
      unsure: this.parts.unsure(),
      former: () => this.#formerMembers(change),
      // Nobody is concerned where nobody is known.
      nominees: async (asker) => (restored.stored.size === 0 ? undefined : nominees.ask(compiled, change.changed, asker)),
      owns: (profileId) => restored.stored.has(profileId),
      onReady,
    });
  }

  /** Since a segment's profiles were brought to its ranks, others have come to hold. Asked in every turn. */
  #hasOtherRanks(now: number): boolean {
    for (const [name, ranks] of this.#compiled.ranked) {
      if (meaningAt(this.#compiled.meanings.get(name)!, ranks, now) !== this.#wanted.get(name)) return true;
    }
    return false;
  }

  /** Profiles that are to be evaluated because definitions changed, until they have been. */
  waiting(): Iterable<string> {
    return this.#adoption?.waiting() ?? [];
  }

  /**
   * Up to `limit` states that are to follow what SQL says of the changed segments, as profiles are found to be in them
   * before they are evaluated; the others that somebody is in are as they were.
   */
  takeAnswers(limit: number): Answer[] {
    return this.#adoption?.takeAnswers(limit) ?? [];
  }

  /** The segments of a state after the answer, sorted: what is changed is as SQL has it, and what is no more is left. */
  membersAfter({ members }: Answer, { segments }: SegmentsState): string[] {
    const kept = segments.map(({ segment }) => segment).filter((segment) => this.#compiled.segments.has(segment) && !this.#changed.has(segment));
    // Another partition may have asked for more.
    return [...kept, ...members.filter((segment) => this.#changed.has(segment))].sort();
  }

  /** The profile has been evaluated, or is no more. */
  evaluated(profileId: string): void {
    this.#adoption?.evaluated(profileId);
  }

  /**
   * What this partition's profiles are brought to, when there is something to tell of it: in the first turn that may bring
   * somebody to changed segments, and when everybody has been; else undefined.
   */
  adopted(): ReadonlyMap<string, string> | undefined {
    const { progress, restored } = this.parts;
    if (this.#adoption?.done) {
      this.#adoption = undefined;
      progress.left(undefined);
      restored.adopted = new Map(this.#wanted);
    } else if (this.#adoption && this.#begins) {
      restored.adopted = begun(restored.adopted, [...this.#changed]);
    } else {
      return undefined;
    }
    this.#begins = false;
    return restored.adopted;
  }

  close(): void {
    this.#closed = true;
    this.#unfollow();
    this.#adoption?.close();
    this.parts.progress.close();
  }

  async #formerMembers({ changed, removed }: Change): Promise<string[]> {
    const { restored: { stored, adopted }, formats } = this.parts;
    // Nobody is in a segment that is new; where nothing was ever told, none is known to be.
    const names = new Set([...changed.filter((name) => adopted.size === 0 || adopted.has(name)), ...removed]);
    if (names.size === 0) return [];
    // Texts stand in a record as they are: where a few names are looked for, most records need no decoding.
    const marks = names.size <= FEW_NAMES ? [...names].map((name) => Buffer.from(name)) : undefined;
    const former: string[] = [];
    let looked = 0;
    for (const [profileId, value] of stored.entries()) {
      if (marks?.some((mark) => value.includes(mark)) ?? true) {
        const { segments } = await formats.stateMembers.decode(value);
        if (segments.some(({ segment }) => names.has(segment))) former.push(profileId);
      }
      if ((looked += 1) % LOOKED_AT_ONCE === 0) await setImmediate();
      if (this.#closed) break;
    }
    return former;
  }
}
