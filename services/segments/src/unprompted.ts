// How many profiles that have done nothing are evaluated in one turn, because their time has come or definitions have changed.

/** To begin with, and at least. */
const [FIRST, FEWEST] = [50, 10];
/** Profiles that a turn looks at and evaluates at most: what they did is read for so many together. */
export const MOST = 500;

/** Many cost nothing where little has changed for them; where definitions have changed, each is evaluated from the beginning. */
export class Unprompted {
  #limit = FIRST;

  /** Of the next turn. */
  get limit(): number {
    return this.#limit;
  }

  /** The evaluations of so many of them took so long (ms) in a turn, of which they should take no more than `turnMs`. */
  took(count: number, ms: number, turnMs: number): void {
    if (count > 0 && ms > turnMs) this.#limit = Math.max(FEWEST, Math.floor(this.#limit / 2));
    else if (count >= this.#limit && ms < turnMs / 2) this.#limit = Math.min(MOST, this.#limit * 2);
  }
}
