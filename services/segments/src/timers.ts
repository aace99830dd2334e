// When profiles are to be evaluated without an event: one timer per profile, in a binary heap, so that a million
// pending timers cost no scan.

export interface Timer {
  /** ms */
  at: number;
  profileId: string;
}

const FIRST_CAPACITY = 1_024;

/** Numbers in place of an object for each timer: of a million, half of the memory and nothing for the garbage collection to look at. */
export class Timers {
  /** Each profile's place in the lists, for as long as it has a timer. */
  readonly #slots = new Map<string, number>();
  /** By slot: the profile, its time (ms), and where in the heap the slot stands. */
  readonly #profiles: string[] = [];
  #at = new Float64Array(FIRST_CAPACITY);
  #places = new Int32Array(FIRST_CAPACITY);
  /** Slots in the order of a heap: the earliest first, each no later than the two at twice its place and behind. */
  #heap = new Int32Array(FIRST_CAPACITY);
  readonly #free: number[] = [];

  /** The earliest time, or undefined. */
  get next(): number | undefined {
    return this.size > 0 ? this.#at[this.#heap[0]!] : undefined;
  }

  /** Timers in memory. */
  get size(): number {
    return this.#slots.size;
  }

  /** Sets the profile's timer in place of the one that it has; null takes it away. */
  set(profileId: string, at: number | null): void {
    const known = this.#slots.get(profileId);
    if (at === null) {
      if (known !== undefined) this.#take(known);
    } else if (known === undefined) {
      this.#add(profileId, at);
    } else if (this.#at[known] !== at) {
      this.#at[known] = at;
      this.#settle(known, this.#places[known]!);
    }
  }

  /** Takes out the timers that are due at `now` (ms), the earliest first, at most `limit`. */
  due(now: number, limit: number): Timer[] {
    const due: Timer[] = [];
    for (let next = this.next; due.length < limit && next !== undefined && next <= now; next = this.next) {
      const slot = this.#heap[0]!;
      due.push({ at: next, profileId: this.#profiles[slot]! });
      this.#take(slot);
    }
    return due;
  }

  #add(profileId: string, at: number): void {
    const place = this.size;
    if (place === this.#heap.length) this.#grow();
    const slot = this.#free.pop() ?? place;
    this.#slots.set(profileId, slot);
    this.#profiles[slot] = profileId;
    this.#at[slot] = at;
    this.#settle(slot, place);
  }

  #take(slot: number): void {
    const place = this.#places[slot]!;
    const last = this.#heap[this.size - 1]!;
    this.#slots.delete(this.#profiles[slot]!);
    this.#profiles[slot] = '';
    this.#free.push(slot);
    if (last !== slot) this.#settle(last, place);
  }

  /** Puts a slot where it belongs, from `place` on, which is free: towards the top, or else towards the end. */
  #settle(slot: number, place: number): void {
    const [heap, at] = [this.#heap, this.#at];
    const time = at[slot]!;
    let free = place;
    for (let parent = (free - 1) >> 1; free > 0 && at[heap[parent]!]! > time; parent = (free - 1) >> 1) {
      this.#put(heap[parent]!, free);
      free = parent;
    }
    for (let child = this.#earlierChild(free); free >= place && child !== undefined && at[heap[child]!]! < time; child = this.#earlierChild(free)) {
      this.#put(heap[child]!, free);
      free = child;
    }
    this.#put(slot, free);
  }

  #earlierChild(place: number): number | undefined {
    const left = 2 * place + 1;
    if (left >= this.size) return undefined;
    return left + 1 < this.size && this.#at[this.#heap[left + 1]!]! < this.#at[this.#heap[left]!]! ? left + 1 : left;
  }

  #put(slot: number, place: number): void {
    this.#heap[place] = slot;
    this.#places[slot] = place;
  }

  #grow(): void {
    const capacity = 2 * this.#heap.length;
    const [at, places, heap] = [new Float64Array(capacity), new Int32Array(capacity), new Int32Array(capacity)];
    at.set(this.#at);
    places.set(this.#places);
    heap.set(this.#heap);
    [this.#at, this.#places, this.#heap] = [at, places, heap];
  }
}
