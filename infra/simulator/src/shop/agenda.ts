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
    let place = this.#heap.push({ at, number: this.#added++, value }) - 1;
    for (let above = (place - 1) >> 1; place > 0 && this.#before(place, above); above = (place - 1) >> 1) {
      this.#swap(place, above);
      place = above;
    }
  }

  take(): { at: number; value: T } | undefined {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (first === undefined || last === undefined || this.#heap.length === 0) return first;
    this.#heap[0] = last;
    for (let place = 0; ; ) {
      const left = 2 * place + 1;
      if (left >= this.#heap.length) return first;
      const least = left + 1 < this.#heap.length && this.#before(left + 1, left) ? left + 1 : left;
      if (!this.#before(least, place)) return first;
      this.#swap(least, place);
      place = least;
    }
  }

  #before(a: number, b: number): boolean {
    const [x, y] = [this.#heap[a]!, this.#heap[b]!];
    return x.at !== y.at ? x.at < y.at : x.number < y.number;
  }

  #swap(a: number, b: number): void {
    [this.#heap[a], this.#heap[b]] = [this.#heap[b]!, this.#heap[a]!];
  }
}
