// What the profiles of a partition come to, over a failed transaction: an outage of Kafka takes every partition of every instance
// at once, and to read from ClickHouse what all of them did takes longer than the outage.
import type { Compiled } from './compiled.js';
import { memoryOf, type ProfileState } from './evaluate/index.js';
import { LeastRecentlyUsed } from './profile-cache.js';

/** Committed positions of a partition's inputs: next offset to read, undefined where nothing was committed. */
export interface Committed {
  activities: number | undefined;
  handovers: number | undefined;
}

/** A cache of states as of these positions. */
export interface KeptCache {
  cache: LeastRecentlyUsed<ProfileState>;
  compiled: Compiled;
  committed: Committed;
}

/** Whoever has the partition next has it by then, or it takes long. */
const KEPT_MS = 60_000;

export class KeptCaches {
  readonly #kept = new Map<number, { kept: KeptCache; timer: NodeJS.Timeout }>();

  /** @param cacheBytes what the cache of a partition may hold */
  constructor(private readonly cacheBytes: number) {}

  /** Keeps what a partition leaves behind, for a while. */
  keep(partition: number, kept: KeptCache): void {
    this.#forget(partition);
    this.#kept.set(partition, { kept, timer: setTimeout(() => this.#kept.delete(partition), KEPT_MS).unref() });
  }

  /**
   * What was kept of the partition, once, by the definitions `compiled`, where nobody has had it meanwhile: who processes an activity or
   * a hand-over commits a position that is further on. Else an empty one.
   */
  take(partition: number, { activities, handovers }: Committed, compiled: Compiled): LeastRecentlyUsed<ProfileState> {
    const { kept } = this.#kept.get(partition) ?? {};
    this.#forget(partition);
    if (!kept || kept.committed.activities !== activities || kept.committed.handovers !== handovers) return new LeastRecentlyUsed(this.cacheBytes, memoryOf);
    const takeOver = kept.compiled === compiled ? undefined : compiled.evaluator.takesOver(kept.compiled.evaluator);
    for (const state of kept.cache.values()) {
      takeOver?.(state);
      // Other ranks may hold by now.
      delete state.standing;
    }
    return kept.cache;
  }

  #forget(partition: number): void {
    clearTimeout(this.#kept.get(partition)?.timer);
    this.#kept.delete(partition);
  }
}

/** Follows the cache of a partition through its turns, so that it can be kept as of what is committed. */
export class CacheTurns {
  /** Positions that the turn under way commits, and the profiles that it changes in memory. */
  #turn: { committed: Committed; profileIds: readonly string[] } | undefined;
  /** Whether that is still changing them. */
  #working = false;
  #isKept = false;

  constructor(private readonly caches: KeptCaches, private readonly partition: number, private committed: Committed) {}

  /** Runs what a turn does before its transaction. */
  async during<T>(turn: () => Promise<T>): Promise<T> {
    this.#working = true;
    try {
      return await turn();
    } finally {
      this.#working = false;
    }
  }

  /** The turn is about these profiles, and goes on to these positions, where it has such: to be told before they are changed. */
  changes(profileIds: Iterable<string>, { activities = this.committed.activities, handovers = this.committed.handovers }: Partial<Committed>): void {
    this.#turn = { committed: { activities, handovers }, profileIds: [...profileIds] };
  }

  /** The turn is committed. */
  commit(): void {
    if (this.#turn) this.committed = this.#turn.committed;
    this.#turn = undefined;
  }

  /** Keeps the cache for whoever opens the partition next in this process: without the profiles of a turn that may come to nothing. */
  leave(cache: LeastRecentlyUsed<ProfileState>, compiled: Compiled): void {
    if (this.#working || this.#isKept) return;
    this.#isKept = true;
    for (const profileId of this.#turn?.profileIds ?? []) cache.delete(profileId);
    this.caches.keep(this.partition, { cache, compiled, committed: this.committed });
  }
}
