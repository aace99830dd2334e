// One client's place in the changes: what it has, what it missed, and what comes while it catches up. Each record once.
import type { Offsets } from './event-ids.js';

/** A record of the topic. */
export interface Located<T> {
  partition: number;
  offset: number;
  value: T;
}

/** So many records may come while a client reads what it missed. */
const MAX_WAITING = 10_000;

export class Follower<T> {
  readonly #next: Offsets;
  #waiting: Located<T>[] | undefined = [];

  /** `next`: where it goes on, by partition; others are taken as they come. `take` is given the records in their order. */
  constructor(next: ReadonlyMap<number, number>, private readonly take: (value: T) => void, private readonly maxWaiting = MAX_WAITING) {
    this.#next = new Map(next);
  }

  /** Where it would go on now. */
  get next(): ReadonlyMap<number, number> {
    return this.#next;
  }

  /** A record as it comes; held back until `caughtUp`. False where too many are. */
  live(record: Located<T>): boolean {
    if (!this.#waiting) this.missed(record);
    else if (this.#waiting.length === this.maxWaiting) return false;
    else this.#waiting.push(record);
    return true;
  }

  /** A record that was there before; one that it has is passed over. */
  missed({ partition, offset, value }: Located<T>): void {
    if (offset < (this.#next.get(partition) ?? 0)) return;
    this.#next.set(partition, offset + 1);
    this.take(value);
  }

  /** What was missed is behind: what came meanwhile follows. */
  caughtUp(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const record of waiting) this.missed(record);
  }
}
