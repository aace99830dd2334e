// The definitions that a partition works by: it changes over to those in force between two turns, and brings its profiles to them.
import { setImmediate } from 'node:timers/promises';
import { bufferOf } from '@tideway/kafka';
import type { Logger } from '@tideway/service';
import { Adoption } from './adoption.js';
import { changeTo, type Change, type Compiled } from './compiled.js';
import type { ProfileState } from './evaluate/index.js';
import type { Formats } from './formats.js';
import type { LiveDefinitions } from './live-definitions.js';
import type { NomineeSource } from './nominees.js';
import type { LeastRecentlyUsed } from './profile-cache.js';
import type { Restored } from './restore.js';

/** States that are decoded before others have their turn. */
const DECODED_AT_ONCE = 1_000;

export interface FollowerParts {
  logger: Logger;
  formats: Formats;
  definitions: Pick<LiveDefinitions, 'compiled' | 'onChange'>;
  nominees: NomineeSource;
  restored: Restored;
  cache: LeastRecentlyUsed<ProfileState>;
  /** Profiles that ClickHouse cannot tell of as one, or not yet. */
  unsure(): Iterable<string>;
  /** There is something to do. */
  onReady(): void;
}

export class DefinitionFollower {
  #compiled: Compiled;
  #adoption: Adoption | undefined;
  #closed = false;
  readonly #unfollow: () => void;

  constructor(private readonly parts: FollowerParts) {
    this.#compiled = parts.definitions.compiled;
    this.#unfollow = parts.definitions.onChange(() => parts.onReady());
  }

  get compiled(): Compiled {
    return this.#compiled;
  }

  /** Whether a turn is wanted, without any input. */
  get hasToDo(): boolean {
    return this.#compiled !== this.parts.definitions.compiled || this.#adoption?.ready === true || this.#adoption?.done === true;
  }

  /** Changes over to the definitions in force, where these are others by now. */
  follow(): void {
    const { cache, definitions: { compiled } } = this.parts;
    if (compiled === this.#compiled) return;
    const takeOver = compiled.evaluator.takesOver(this.#compiled.evaluator);
    if (takeOver) for (const state of cache.values()) takeOver(state);
    else cache.clear();
    this.#compiled = compiled;
    this.adopt();
  }

  /** Begins to bring the profiles to the definitions, where they are not. */
  adopt(): void {
    const { logger, nominees, restored, onReady } = this.parts;
    this.#adoption?.close();
    this.#adoption = undefined;
    const compiled = this.#compiled;
    const change = changeTo(compiled, restored.adopted);
    if (!change) return;
    this.#adoption = new Adoption({
      logger,
      unsure: this.parts.unsure(),
      former: () => this.#formerMembers(change),
      // Nobody is concerned where nobody is known.
      nominees: async () => (restored.stored.size === 0 ? { members: [], pending: [] } : nominees.ask(compiled, change.changed)),
      owns: (profileId) => restored.stored.has(profileId),
      onReady,
    });
  }

  /** Up to `limit` profiles that are to be evaluated because definitions changed. */
  take(limit: number): string[] {
    return this.#adoption?.take(limit) ?? [];
  }

  /** The profile has been evaluated. */
  evaluated(profileId: string): void {
    this.#adoption?.evaluated(profileId);
  }

  /** The meanings of the segments, once, when everybody has been brought to them; else undefined. */
  adopted(): ReadonlyMap<string, string> | undefined {
    if (!this.#adoption?.done) return undefined;
    this.#adoption = undefined;
    this.parts.restored.adopted = new Map(this.#compiled.meanings);
    return this.#compiled.meanings;
  }

  close(): void {
    this.#closed = true;
    this.#unfollow();
    this.#adoption?.close();
  }

  async #formerMembers({ changed, removed }: Change): Promise<string[]> {
    const { restored: { stored }, formats } = this.parts;
    const names = new Set([...changed, ...removed]);
    const former: string[] = [];
    let decoded = 0;
    for (const [profileId, value] of stored) {
      const { segments } = await formats.state.decode(bufferOf(value));
      if (segments.some(({ segment }) => names.has(segment))) former.push(profileId);
      if ((decoded += 1) % DECODED_AT_ONCE === 0) await setImmediate();
      if (this.#closed) break;
    }
    return former;
  }
}
