// Documents of profiles in memory: encoded, which takes a fraction of what they take decoded.
import { LargeMap, bufferOf, keep, type Kept } from '@tideway/kafka';
import type { Metrics } from '@tideway/service';

/** What all documents of this process take, with those that it answers with. */
export class DocumentMemory {
  readonly #bytes;

  constructor(metrics: Metrics) {
    this.#bytes = metrics.gauge('tideway_personalization_documents_bytes', 'Memory of documents: those of the partitions of this process, and those of all partitions that it answers with');
  }

  grow(bytes: number): void {
    this.#bytes.inc(bytes);
  }
}

export class Documents {
  readonly #kept = new LargeMap<Kept>();
  #bytes = 0;

  constructor(private readonly memory: DocumentMemory) {}

  get size(): number {
    return this.#kept.size;
  }

  has(profileId: string): boolean {
    return this.#kept.has(profileId);
  }

  get(profileId: string): Buffer | undefined {
    const kept = this.#kept.get(profileId);
    return kept === undefined ? undefined : bufferOf(kept);
  }

  set(profileId: string, document: Buffer): void {
    this.#grow(document.length - (this.#kept.get(profileId)?.length ?? 0));
    this.#kept.set(profileId, keep(document));
  }

  delete(profileId: string): void {
    this.#grow(-(this.#kept.get(profileId)?.length ?? 0));
    this.#kept.delete(profileId);
  }

  /** They are another process's. */
  close(): void {
    this.#grow(-this.#bytes);
  }

  #grow(bytes: number): void {
    this.#bytes += bytes;
    this.memory.grow(bytes);
  }
}
