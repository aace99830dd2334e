// Remembers the event_ids of the last seven days, so that an event which its platform sends again counts once.
import { IdSet, idWords, type IdWords } from './id-set.js';

const DAY_MS = 86_400_000;
/** Whole days that an id is remembered for, by received_at, before the day it came in. */
export const REMEMBERED_DAYS = 7;

/** Ids of events that were received on one day (days since 1970, UTC). */
export interface IdsOfDay {
  day: number;
  ids: IdWords[];
}

/**
 * Ids by the day they were received; days are forgotten whole. The newest day seen decides what is forgotten, so
 * that history can be read again, but never a day after tomorrow: one wrong clock must not wipe the memory.
 *
 * add() plans; commit() keeps the plan, discard() drops it.
 */
export class Resends {
  readonly #days = new Map<number, IdSet>();
  readonly #plan = new Map<string, { words: IdWords; day: number }>();
  readonly #clock: () => number;
  #newest = 0;

  /** `clock` gives the present time in ms. */
  constructor(clock: () => number = Date.now) {
    this.#clock = clock;
  }

  /** Adds ids past the plan: what {@link planned} gave before. */
  restore({ day, ids }: IdsOfDay): void {
    for (const words of ids) this.#keep(words, day);
  }

  /** Plans to remember an event received at `receivedAt` (ms). False where the id is remembered already: a resend. */
  add(eventId: string, receivedAt: number): boolean {
    if (this.#plan.has(eventId)) return false;
    const words = idWords(eventId);
    for (const ids of this.#days.values()) if (ids.has(words)) return false;
    this.#plan.set(eventId, { words, day: Math.floor(receivedAt / DAY_MS) });
    return true;
  }

  /** Whether the id is remembered, with the plan. */
  has(eventId: string): boolean {
    if (this.#plan.has(eventId)) return true;
    const words = idWords(eventId);
    return [...this.#days.values()].some((ids) => ids.has(words));
  }

  /** What the plan adds. */
  planned(): IdsOfDay[] {
    return [...Map.groupBy(this.#plan.values(), ({ day }) => day)].map(([day, entries]) => ({ day, ids: entries.map(({ words }) => words) }));
  }

  commit(): void {
    for (const { words, day } of this.#plan.values()) this.#keep(words, day);
    this.#plan.clear();
  }

  discard(): void {
    this.#plan.clear();
  }

  /** Number of committed ids. */
  get size(): number {
    return [...this.#days.values()].reduce((sum, ids) => sum + ids.size, 0);
  }

  /** Bytes of memory that committed ids take, with the room to grow. */
  get bytes(): number {
    return [...this.#days.values()].reduce((sum, ids) => sum + ids.bytes, 0);
  }

  #keep(words: IdWords, receivedOn: number): void {
    const tomorrow = Math.floor(this.#clock() / DAY_MS) + 1;
    const received = Math.min(receivedOn, tomorrow);
    if (received > this.#newest) this.#moveTo(received);
    // What comes in later than it is remembered for still counts once: with the oldest day.
    const day = Math.max(received, this.#newest - REMEMBERED_DAYS);
    let ids = this.#days.get(day);
    if (!ids) this.#days.set(day, ids = new IdSet());
    ids.add(words);
  }

  #moveTo(newest: number): void {
    this.#newest = newest;
    for (const day of this.#days.keys()) if (day < newest - REMEMBERED_DAYS) this.#days.delete(day);
  }
}
