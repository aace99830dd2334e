// A map on which a batch is planned: what the plan changes is seen at once, but kept only by commit().
import { LargeMap } from '@tideway/kafka';

/**
 * State of a service whose changes count only once Kafka has committed them. Values are never changed in place:
 * a new value replaces the old one, or discard() could not bring it back. One plan is open at a time.
 */
export class Overlay<V extends NonNullable<unknown>> {
  readonly #base = new LargeMap<V>();
  /** undefined: the plan deletes the key. */
  readonly #plan = new Map<string, V | undefined>();

  get(key: string): V | undefined {
    const planned = this.#plan.get(key);
    if (planned !== undefined || this.#plan.has(key)) return planned;
    return this.#base.get(key);
  }

  /** The value without the plan. */
  committed(key: string): V | undefined {
    return this.#base.get(key);
  }

  set(key: string, value: V): void {
    this.#plan.set(key, value);
  }

  delete(key: string): void {
    this.#plan.set(key, undefined);
  }

  /** Every key that the plan touches, with its value or undefined where it is deleted. */
  planned(): Iterable<[string, V | undefined]> {
    return this.#plan.entries();
  }

  /** Writes past the plan: for restoring state from its changelog. */
  restore(key: string, value: V | undefined): void {
    if (value === undefined) this.#base.delete(key);
    else this.#base.set(key, value);
  }

  commit(): void {
    for (const [key, value] of this.#plan) this.restore(key, value);
    this.#plan.clear();
  }

  discard(): void {
    this.#plan.clear();
  }

  /** All committed entries. */
  entries(): Iterable<[string, V]> {
    return this.#base.entries();
  }

  /** Number of committed entries. */
  get size(): number {
    return this.#base.size;
  }
}
