// Whose time comes soon: what they did is read before, so that they are evaluated when it comes.
import type { Timers } from './timers.js';

/** Timers are looked at so long (ms) before their time at least, and in pieces of so long: a read of many takes ClickHouse half a second. */
export const AHEAD_MS = 2_000;
/** Where more are due soon than are looked at, so long (ms) passes until the next look. */
export const LOOK_AGAIN_MS = 200;
/** Who is made ready stays in memory until the time has come: of more timers the others are read when they are due. */
const MOST_AHEAD = 1_000;

export class SoonDue {
  /** Time (ms) up to which timers were looked at. */
  #until = 0;

  constructor(private readonly timers: Timers) {}

  /** When (ms) timers are to be looked at; undefined where there is none. */
  get nextLook(): number | undefined {
    const { next } = this.timers;
    return next === undefined ? undefined : Math.max(next, this.#until) - AHEAD_MS;
  }

  /** Profiles that are due soon after `now` (ms) and not ready, the earliest first, at most `limit`: each look gives others. */
  look(now: number, limit: number, isReady: (profileId: string) => boolean): string[] {
    const { nextLook } = this;
    if (nextLook === undefined || now < nextLook || limit <= 0) return [];
    const soon = this.timers.due(now + 2 * AHEAD_MS, MOST_AHEAD);
    for (const { profileId, at } of soon) this.timers.set(profileId, at);
    const cold = soon.filter(({ profileId }) => !isReady(profileId));
    const last = cold.length > limit ? cold[limit - 1]! : soon.length === MOST_AHEAD ? soon.at(-1)! : undefined;
    this.#until = last ? Math.max(last.at, now + AHEAD_MS + LOOK_AGAIN_MS) : now + 2 * AHEAD_MS;
    return cold.slice(0, limit).map(({ profileId }) => profileId);
  }
}
