// When profiles are to be evaluated without an event: one timer per profile, in a binary heap, so that a million
// pending timers cost no scan.

export interface Timer {
  /** ms */
  at: number;
  profileId: string;
}

/** Replaced timers that may stay in the heap before it is made anew. */
const SPARE = 1_024;

export class Timers {
  /** The time that counts, by profile. */
  readonly #at = new Map<string, number>();
  /** Timers in the order of a heap; those that were replaced stay until they come to its top. */
  #heap: Timer[] = [];

  /** The earliest time, or undefined. */
  get next(): number | undefined {
    while (this.#heap.length > 0 && this.#isReplaced(this.#heap[0]!)) this.#take();
    return this.#heap[0]?.at;
  }

  /** Timers in memory, those that were replaced among them: at most twice as many as profiles that have one, and some. */
  get size(): number {
    return this.#heap.length;
  }

  /** Sets the profile's timer in place of the one that it has; null takes it away. */
  set(profileId: string, at: number | null): void {
    if (at === null) {
      this.#at.delete(profileId);
      return;
    }
    // Most evaluations leave the time as it is: a timer for each of them would fill the memory until it is due.
    if (this.#at.get(profileId) === at) return;
    this.#at.set(profileId, at);
    if (this.#heap.length > 2 * this.#at.size + SPARE) this.#rebuild();
    else this.#add({ at, profileId });
  }

  /** Takes out the timers that are due at `now` (ms), the earliest first, at most `limit`. */
  due(now: number, limit: number): Timer[] {
    const due: Timer[] = [];
    for (let next = this.next; due.length < limit && next !== undefined && next <= now; next = this.next) {
      const timer = this.#take();
      this.#at.delete(timer.profileId);
      due.push(timer);
    }
    return due;
  }

  #isReplaced({ profileId, at }: Timer): boolean {
    return this.#at.get(profileId) !== at;
  }

  /** What is sorted is a heap. */
  #rebuild(): void {
    this.#heap = Array.from(this.#at, ([profileId, at]) => ({ at, profileId })).sort((a, b) => a.at - b.at);
  }

  #add(timer: Timer): void {
    const heap = this.#heap;
    let index = heap.push(timer) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (heap[parent]!.at <= timer.at) break;
      heap[index] = heap[parent]!;
      index = parent;
    }
    heap[index] = timer;
  }

  #take(): Timer {
    const heap = this.#heap;
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      if (left >= heap.length) break;
      const child = left + 1 < heap.length && heap[left + 1]!.at < heap[left]!.at ? left + 1 : left;
      if (heap[child]!.at >= last.at) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = last;
    return first;
  }
}
