// How many profiles that have done nothing are evaluated in one turn, because their time has come or definitions have changed.

/**
 * Nothing else is done while a turn evaluates, and events wait for the turns of all partitions: they should take no longer (ms) of each. A
 * transaction costs about a twentieth of it.
 */
const TURN_MS = 100;
const FEWEST = 50;
/** Profiles that a turn looks at and evaluates at most: what they did is read for so many together. */
export const MOST = 500;

/** Many cost nothing where little has changed for them; where definitions have changed, each is evaluated from the beginning. */
export class Unprompted {
  #limit = FEWEST;

  /** Of the next turn. */
  get limit(): number {
    return this.#limit;
  }

  /** The evaluations of so many of them took so long (ms) in a turn. */
  took(count: number, ms: number): void {
    if (count > 0 && ms > TURN_MS) this.#limit = Math.max(FEWEST, Math.floor(this.#limit / 2));
    else if (count >= this.#limit && ms < TURN_MS / 2) this.#limit = Math.min(MOST, this.#limit * 2);
  }
}
