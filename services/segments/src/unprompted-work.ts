// Whom a partition evaluates though they have done nothing: their time has come, or definitions have changed. What they did is read ahead.
import { backoffMs, errorText, sleep, type Logger } from '@tideway/service';
import type { AdoptionPace } from './adoption-pace.js';
import type { DefinitionFollower } from './follower.js';
import type { HeldProfiles } from './held-profiles.js';
import type { Before } from './membership.js';
import type { Restored } from './restore.js';
import { SoonDue } from './soon-due.js';
import type { Timers } from './timers.js';
import { MOST, Unprompted } from './unprompted.js';
import { workOf, type Work, type WorkList } from './work.js';

/** Where timers come one after the other, or wait for a read, those of so long (ms) share a turn, as each has a transaction. */
const TIMERS_GATHER_MS = 200;

export interface UnpromptedWorkParts {
  logger: Logger;
  partition: number;
  timers: Timers;
  restored: Restored;
  held: HeldProfiles;
  follower: DefinitionFollower;
  pace: AdoptionPace;
  state(profileId: string): Promise<Before>;
  /** Has `nextWake` asked again. */
  reschedule(): void;
}

export class UnpromptedWork {
  /** Time (ms) before which no timers are taken. */
  #timersFrom = 0;
  readonly #soonDue: SoonDue;
  readonly #unprompted = new Unprompted();
  /** Whether profiles are made ready that are to be evaluated unprompted. */
  #preparing = false;
  /** How often in a row that has failed. */
  #failures = 0;
  /** Whether there are more who are ready than the last turn has evaluated. */
  #hasReady = false;
  /** Of those whom the last turn evaluates, how many follow definitions. */
  #adopting = 0;
  #closed = false;

  constructor(private readonly parts: UnpromptedWorkParts) {
    this.#soonDue = new SoonDue(parts.timers);
  }

  /** When (ms) a turn is wanted; undefined for never. */
  nextWake(): number | undefined {
    const { timers: { next }, follower, pace } = this.parts;
    const timers = next === undefined ? undefined : Math.max(next, this.#timersFrom);
    const soon = this.#preparing ? undefined : this.#soonDue.nextLook;
    const times = [timers, soon, follower.nextWake(this.#preparing && !this.#hasReady ? undefined : pace.next)].filter((time) => time !== undefined);
    return times.length > 0 ? Math.min(...times) : undefined;
  }

  /**
   * Those whose time has come, and those who have to follow the definitions, beside blocks too, which may never end; gives how many.
   * Whoever is not in memory is left for a later turn, as events must not wait for reads that nobody has asked for.
   */
  collect(work: WorkList, now: number): number {
    const { timers, held, follower, restored, pace } = this.parts;
    const { limit } = this.#unprompted;
    const cold = new Set<string>();
    let [ready, taken] = [0, 0];
    /** Whether this turn evaluates the profile, for which `add` says why. */
    const take = (profileId: string, add: (entry: Work) => void): boolean => {
      const isEvaluated = work.has(profileId);
      if (!isEvaluated && !held.isReady(profileId)) {
        cold.add(profileId);
        return false;
      }
      if (!isEvaluated) {
        ready += 1;
        if (taken === limit) return false;
        taken += 1;
      }
      add(workOf(work, profileId));
      return true;
    };
    const due = Date.now() < this.#timersFrom ? [] : timers.due(now, MOST);
    for (const timer of due) {
      if (!take(timer.profileId, (entry) => (entry.timer = timer))) timers.set(timer.profileId, timer.at);
    }
    // Where there are more, these are late already.
    if (due.length > 0 && ready === taken && (cold.size > 0 || due.length < MOST)) this.#timersFrom = Date.now() + TIMERS_GATHER_MS;
    const timed = taken;
    for (const profileId of pace.next <= Date.now() ? follower.waiting() : []) {
      if (ready + cold.size >= MOST) break;
      if (restored.stored.has(profileId)) take(profileId, (entry) => (entry.adopts = follower.reason));
      else follower.evaluated(profileId);
    }
    this.#hasReady = ready > taken;
    this.#adopting = taken - timed;
    if (this.#preparing) return taken;
    const soon = this.#soonDue.look(now, MOST - cold.size, (profileId) => cold.has(profileId) || work.has(profileId) || held.isReady(profileId));
    for (const profileId of soon) cold.add(profileId);
    // Reads go on beside evaluations, but not for a few at a time.
    if (cold.size > 0 && (soon.length > 0 || !this.#hasReady || cold.size >= MOST / 2)) void this.#prepare([...cold]);
    return taken;
  }

  /** The evaluations of so many whom `collect` gave took so long (ms). */
  took(count: number, ms: number): void {
    const { pace } = this.parts;
    const now = Date.now();
    this.#unprompted.took(count, ms, pace.turnMs(now));
    if (this.#adopting > 0) pace.took(ms * (this.#adopting / count), now);
  }

  /** A preparation that is under way asks for no further turn. */
  close(): void {
    this.#closed = true;
  }

  /** Reads what profiles did who are to be evaluated unprompted, while turns go on. In an outage they wait. */
  async #prepare(profileIds: string[]): Promise<void> {
    const { held, logger, partition, reschedule, state } = this.parts;
    this.#preparing = true;
    try {
      await held.prepare(profileIds, state);
      this.#failures = 0;
    } catch (error) {
      logger.warn({ partition, error: errorText(error) }, 'profiles not read yet that are to be evaluated; trying again');
      await sleep(backoffMs(this.#failures));
      this.#failures += 1;
    }
    this.#preparing = false;
    this.#timersFrom = 0;
    if (!this.#closed) reschedule();
  }
}
