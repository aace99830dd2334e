// How many profiles that have done nothing are evaluated in one turn, because their time has come or definitions have changed.

/** As events wait for the turn before theirs, it should take no longer (ms) for their sake. */
const TURN_MS = 200;
const [FEWEST, MOST] = [100, 500];

/** Many cost nothing where little has changed for them; where definitions have changed, each is evaluated from the beginning. */
export class Unprompted {
  #limit = FEWEST;

  /** Of the next turn. */
  get limit(): number {
    return this.#limit;
  }

  /** A turn with so many of them took so long (ms). */
  took(count: number, ms: number): void {
    if (count > 0 && ms > TURN_MS) this.#limit = Math.max(FEWEST, Math.floor(this.#limit / 2));
    else if (count >= this.#limit && ms < TURN_MS / 2) this.#limit = Math.min(MOST, this.#limit * 2);
  }
}
