// A bounded cache that forgets what was not used for longest.

export class LeastRecentlyUsed<V> {
  readonly #entries = new Map<string, V>();

  constructor(private readonly limit: number) {}

  get(key: string): V | undefined {
    const value = this.#entries.get(key);
    if (value !== undefined) this.#renew(key, value);
    return value;
  }

  set(key: string, value: V): void {
    this.#renew(key, value);
    if (this.#entries.size > this.limit) this.#entries.delete(this.#entries.keys().next().value!);
  }

  values(): Iterable<V> {
    return this.#entries.values();
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  /** A Map keeps the order of insertion: what was used last stands last. */
  #renew(key: string, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
  }
}
