// How the profiles of a partition follow definitions that change. Whom these concern is asked of ClickHouse and of the states:
// who is a member enters as SQL has it, at once, and then everybody is evaluated, piece by piece, between the blocks that come in.
import { errorText, type Logger } from '@tideway/service';
import type { Asker, Nominees } from './nominees.js';

export interface AdoptionParts {
  logger: Logger;
  /** Asks ClickHouse; rejects never, but waits through outages, and ends early once nobody waits. */
  nominees(asker: Asker): Promise<void>;
  /** Profiles of this partition that ClickHouse cannot tell of as one, or not yet: merged ones, and those whose rows are on their way. */
  unsure: Iterable<string>;
  /** Profiles that were in a segment that is another now, or none; decodes states, and so takes its time. */
  former(): Promise<string[]>;
  owns(profileId: string): boolean;
  /** There is something to take. */
  onReady(): void;
}

/** What SQL has of a profile that was not evaluated by the new definitions since. */
export interface Answer {
  profileId: string;
  /** Of the changed segments those that it is in. */
  members: readonly string[];
  /** As of this time (ms). */
  at: number;
}

export class Adoption implements Asker {
  /** In the order of the table, as neighbours are read together. */
  readonly #waiting = new Set<string>();
  /** Those of them whose members are to be told first. */
  readonly #answers = new Map<string, Answer>();
  readonly #unsure: ReadonlySet<string>;
  /** Profiles that were evaluated by the new definitions before it was known that they should be. */
  readonly #seen = new Set<string>();
  #asked = false;
  #closed = false;

  constructor(private readonly parts: AdoptionParts) {
    this.#unsure = new Set(parts.unsure);
    for (const profileId of this.#unsure) this.#add(profileId);
    this.#ask().catch((error: unknown) => parts.logger.error({ error: errorText(error) }, 'profiles could not be brought to changed definitions'));
  }

  /** Whether there are answers to take. */
  get hasAnswers(): boolean {
    return this.#answers.size > 0;
  }

  /** Whether `waiting` gives somebody. */
  get hasWaiting(): boolean {
    return this.#asked && this.#answers.size === 0 && this.#waiting.size > 0;
  }

  /** Profiles that are known to have to be evaluated. */
  get left(): number {
    return this.#waiting.size;
  }

  /** Whether everybody is evaluated. */
  get done(): boolean {
    return this.#asked && this.#waiting.size === 0;
  }

  /** Takes up to `limit` answers; these profiles have to be evaluated all the same: when time changes them, SQL does not say. */
  takeAnswers(limit: number): Answer[] {
    const taken = first(this.#answers.values(), limit);
    for (const { profileId } of taken) this.#answers.delete(profileId);
    return taken;
  }

  /** Profiles to evaluate: none before all members have entered, who would wait for reads of everybody else. */
  waiting(): Iterable<string> {
    return this.hasWaiting ? this.#waiting : [];
  }

  /** The profile has been evaluated by the new definitions, or is no more. */
  evaluated(profileId: string): void {
    this.#waiting.delete(profileId);
    this.#answers.delete(profileId);
    if (!this.#asked) this.#seen.add(profileId);
  }

  waits(): boolean {
    return !this.#closed;
  }

  /** Of ClickHouse's answer those that are this partition's and still have to be brought to the definitions. */
  found({ at, people }: Nominees): void {
    if (this.#closed) return;
    for (const [profileId, members] of people) {
      if (!this.#add(profileId) || members.length === 0 || this.#unsure.has(profileId)) continue;
      this.#answers.set(profileId, { profileId, members, at });
    }
    this.parts.onReady();
  }

  close(): void {
    this.#closed = true;
  }

  async #ask(): Promise<void> {
    // Both take their time: neither waits for the other.
    const nominees = this.parts.nominees(this);
    for (const profileId of (await this.parts.former()).sort(byTableOrder)) this.#add(profileId);
    await nominees;
    this.#asked = true;
    this.#seen.clear();
    this.parts.onReady();
  }

  /** Whether it is to be evaluated. */
  #add(profileId: string): boolean {
    const isConcerned = !this.#closed && this.parts.owns(profileId) && !this.#seen.has(profileId);
    if (isConcerned) this.#waiting.add(profileId);
    return isConcerned;
  }
}

function first<T>(values: Iterable<T>, limit: number): T[] {
  const taken: T[] = [];
  for (const value of values) {
    if (taken.length === limit) break;
    taken.push(value);
  }
  return taken;
}

/** ClickHouse sorts UUIDs by their second half (https://clickhouse.com/docs/reference/data-types/uuid). */
function byTableOrder(a: string, b: string): number {
  const [x, y] = [a.slice(19) + a.slice(0, 18), b.slice(19) + b.slice(0, 18)];
  return x < y ? -1 : Number(x > y);
}
