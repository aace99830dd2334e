// A cache that is bounded by the memory that its entries take, and forgets what was not used for longest.

interface Entry<V> {
  value: V;
  /** As it was when the value was given. */
  bytes: number;
}

export class LeastRecentlyUsed<V> {
  readonly #entries = new Map<string, Entry<V>>();
  /** From the oldest on: one that began anew would pass all those that are not there any more. */
  #oldest = this.#entries.keys();
  #bytes = 0;

  /**
   * @param limit bytes of all entries together; one that is larger is kept until the next comes
   * @param sizeOf of a value, about, in bytes: asked whenever one is given
   */
  constructor(private readonly limit: number, private readonly sizeOf: (value: V) => number) {}

  /** Of all entries. */
  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    // A Map keeps the order of insertion: what was used last stands last.
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  /** To be given again whenever it has changed. */
  set(key: string, value: V): void {
    this.delete(key);
    const bytes = this.sizeOf(value);
    this.#bytes += bytes;
    this.#entries.set(key, { value, bytes });
    while (this.#bytes > this.limit && this.#entries.size > 1) {
      const oldest = this.#oldest.next();
      if (oldest.done) this.#oldest = this.#entries.keys();
      else this.delete(oldest.value);
    }
  }

  *values(): Iterable<V> {
    for (const { value } of this.#entries.values()) yield value;
  }

  delete(key: string): void {
    this.#bytes -= this.#entries.get(key)?.bytes ?? 0;
    this.#entries.delete(key);
  }
}
