// What the profiles of a partition come to, over a failed transaction: an outage of Kafka takes every partition of every instance
// at once, and to read from ClickHouse what all of them did takes longer than the outage.
import type { Compiled } from './compiled.js';
import type { ProfileState } from './evaluate/index.js';
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
  constructor(private readonly cacheProfiles: number) {}

  readonly #kept = new Map<number, { kept: KeptCache; timer: NodeJS.Timeout }>();

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
    if (!kept || kept.committed.activities !== activities || kept.committed.handovers !== handovers) return new LeastRecentlyUsed(this.cacheProfiles);
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
