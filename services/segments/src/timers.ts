// When profiles are to be evaluated without an event: a binary heap, so that a million pending timers cost no scan.

export interface Timer {
  /** ms */
  at: number;
  profileId: string;
}

export class Timers {
  readonly #heap: Timer[] = [];

  /** The earliest time, or undefined. A timer that was replaced stays until its time, and is then seen to be outdated. */
  get next(): number | undefined {
    return this.#heap[0]?.at;
  }

  add(timer: Timer): void {
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

  /** Takes out the timers that are due at `now`, the earliest first, at most `limit`. */
  due(now: number, limit: number): Timer[] {
    const due: Timer[] = [];
    while (due.length < limit && this.#heap.length > 0 && this.#heap[0]!.at <= now) due.push(this.#take());
    return due;
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
