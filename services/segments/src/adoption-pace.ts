// How fast the partitions of a process bring profiles to changed definitions or ranks: events, for which somebody waits, come first. All
// partitions share a thread, and a transaction has several answers of Kafka to wait for, each of them behind what the others evaluate.

/** While events come, so many times as long as profiles were brought to other definitions nobody else is. */
const REST = 2;
/** Events come where some have come within this time (ms). */
const QUIET_MS = 1_000;
/** Evaluations that nobody has asked for take so long (ms) of a turn, in which nothing else is done. */
const TURN_MS = 100;
const BUSY_TURN_MS = 20;
/** Members that are known without an evaluation, in one transaction. */
const ANSWERS = 2_000;
const BUSY_ANSWERS = 200;

export class AdoptionPace {
  #eventsAt = -Infinity;
  #next = 0;

  /** A turn of some partition has events, at `now` (ms). */
  events(now: number): void {
    this.#eventsAt = now;
  }

  /** Time (ms) from which profiles may be brought to other definitions. */
  get next(): number {
    return this.#next;
  }

  /** That took so long (ms), up to `now`. */
  took(ms: number, now: number): void {
    if (this.#isBusy(now)) this.#next = Math.max(this.#next, now + REST * ms);
  }

  /** How long (ms) evaluations that nobody has asked for may take of a turn. */
  turnMs(now: number): number {
    return this.#isBusy(now) ? BUSY_TURN_MS : TURN_MS;
  }

  /** How many members whom SQL tells of enter in a turn at most. */
  answers(now: number): number {
    return this.#isBusy(now) ? BUSY_ANSWERS : ANSWERS;
  }

  #isBusy(now: number): boolean {
    return now - this.#eventsAt < QUIET_MS;
  }
}
