// State that may have more entries than one Map holds: 8,388,608 in Node 24, then it throws "Map maximum size exceeded".

/** A power of two: half a billion entries, and growing never pauses for more than one of the parts. */
const PARTS = 64;

/** As a Map with texts for keys, spread over several by the key. Entries come in no order. */
export class LargeMap<V> {
  readonly #parts = Array.from({ length: PARTS }, () => new Map<string, V>());

  get(key: string): V | undefined {
    return this.#partOf(key).get(key);
  }

  has(key: string): boolean {
    return this.#partOf(key).has(key);
  }

  set(key: string, value: V): this {
    this.#partOf(key).set(key, value);
    return this;
  }

  delete(key: string): boolean {
    return this.#partOf(key).delete(key);
  }

  *entries(): Generator<[string, V]> {
    for (const part of this.#parts) yield* part;
  }

  get size(): number {
    return this.#parts.reduce((sum, part) => sum + part.size, 0);
  }

  /** Entries of the fullest part, which is the first that a Map would refuse. */
  get largestPart(): number {
    return Math.max(...this.#parts.map((part) => part.size));
  }

  /** By the last eight characters, where uuids, hashes and counted ids differ most. */
  #partOf(key: string): Map<string, V> {
    let mixed = 0;
    for (let at = Math.max(0, key.length - 8); at < key.length; at += 1) mixed = Math.imul(mixed, 31) + key.charCodeAt(at);
    return this.#parts[(mixed ^ (mixed >>> 6)) & (PARTS - 1)]!;
  }
}
