// How the profiles of a partition follow definitions that change: who may be concerned is asked of ClickHouse and of the
// states, and evaluated piece by piece, between the blocks that come in.
import { errorText, type Logger } from '@tideway/service';
import type { Nominees } from './nominees.js';

export interface AdoptionParts {
  logger: Logger;
  /** Asks ClickHouse; rejects never, but waits through outages, and gives nothing once `closed`. */
  nominees(): Promise<Nominees>;
  /** Profiles of this partition that ClickHouse cannot tell of as one, or not yet: merged ones, and those whose rows are on their way. */
  unsure: Iterable<string>;
  /** Profiles that were in a segment that is another now, or none; decodes states, and so takes its time. */
  former(): Promise<string[]>;
  owns(profileId: string): boolean;
  /** There is something to take. */
  onReady(): void;
}

export class Adoption {
  /** Those whose membership changes come first. */
  readonly #waiting = new Set<string>();
  /** Profiles that were evaluated by the new definitions before it was known that they should be. */
  readonly #seen = new Set<string>();
  #asked = false;
  #closed = false;

  constructor(private readonly parts: AdoptionParts) {
    for (const profileId of parts.unsure) this.#waiting.add(profileId);
    this.#ask().catch((error: unknown) => parts.logger.error({ error: errorText(error) }, 'profiles could not be brought to changed definitions'));
  }

  /** Whether somebody is to be evaluated. */
  get ready(): boolean {
    return this.#waiting.size > 0;
  }

  /** Profiles that are known to have to be evaluated. */
  get left(): number {
    return this.#waiting.size;
  }

  /** Whether everybody is evaluated. */
  get done(): boolean {
    return this.#asked && this.#waiting.size === 0;
  }

  /** Takes up to `limit` profiles to evaluate. */
  take(limit: number): string[] {
    const taken: string[] = [];
    for (const profileId of this.#waiting) {
      if (taken.length === limit) break;
      taken.push(profileId);
    }
    for (const profileId of taken) this.evaluated(profileId);
    return taken;
  }

  /** The profile has been evaluated by the new definitions. */
  evaluated(profileId: string): void {
    this.#waiting.delete(profileId);
    if (!this.#asked) this.#seen.add(profileId);
  }

  close(): void {
    this.#closed = true;
  }

  async #ask(): Promise<void> {
    // Both take their time: neither waits for the other.
    const nominees = this.parts.nominees();
    this.#add(await this.parts.former());
    if (this.#waiting.size > 0) this.parts.onReady();
    const { members, pending } = await nominees;
    this.#add(members);
    this.#add(pending);
    this.#asked = true;
    this.#seen.clear();
    this.parts.onReady();
  }

  #add(profileIds: Iterable<string>): void {
    if (this.#closed) return;
    for (const profileId of profileIds) if (this.parts.owns(profileId) && !this.#seen.has(profileId)) this.#waiting.add(profileId);
  }
}
