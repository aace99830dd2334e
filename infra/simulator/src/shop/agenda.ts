// What is to happen when: a queue by time, in the order of being added where times are equal.

interface Entry<T> {
  at: number;
  number: number;
  value: T;
}

export class Agenda<T> {
  /** A binary heap: no entry comes before the one at half its place. */
  readonly #heap: Entry<T>[] = [];
  #added = 0;

  /** Milliseconds since the epoch of what comes next; Infinity where nothing does. */
  get nextAt(): number {
    return this.#heap[0]?.at ?? Infinity;
  }

  add(at: number, value: T): void {
    const entry = { at, number: this.#added++, value };
    const heap = this.#heap;
    let place = heap.push(entry) - 1;
    for (let above = (place - 1) >> 1; place > 0 && before(entry, heap[above]!); above = (place - 1) >> 1) {
      heap[place] = heap[above]!;
      place = above;
    }
    heap[place] = entry;
  }

  take(): { at: number; value: T } | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    // The last one sinks from the top to where nothing below comes before it.
    let place = 0;
    for (let below = 1; below < heap.length; below = 2 * place + 1) {
      if (below + 1 < heap.length && before(heap[below + 1]!, heap[below]!)) below += 1;
      if (!before(heap[below]!, last)) break;
      heap[place] = heap[below]!;
      place = below;
    }
    heap[place] = last;
    return first;
  }
}

const before = (x: Entry<unknown>, y: Entry<unknown>): boolean => (x.at !== y.at ? x.at < y.at : x.number < y.number);
