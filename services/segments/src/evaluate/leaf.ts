// The smallest conditions, which hold no others: worked out once for all segments that have them, and again only when what they read changes.
import type { Accumulator } from './accumulator.js';
import type { Subject } from './subject.js';

export interface Leaf {
  /** Position among the definitions' leaves. */
  index: number;
  /** What it reads of the activities. */
  accumulators: readonly Accumulator[];
  /** Whether it depends on who the profile is, whatever that has done. */
  personal: boolean;
  /** Asked of a subject, what both come to is worked out once: see Subject.outcomeOf. */
  holds(subject: Subject): boolean;
  /** A time (ms) after the subject's until which time alone does not change `holds`; Infinity where it never does. May be early, never late. */
  nextChange(subject: Subject): number;
}

/** As Condition.outcome. */
export function outcomeOf(leaf: Leaf, subject: Subject): number {
  return leaf.holds(subject) ? leaf.nextChange(subject) : -leaf.nextChange(subject);
}

/** The leaves of all definitions. What is asked for twice is one. */
export class Leaves {
  readonly #byKey = new Map<string, Leaf>();

  /** @param key says all that it means */
  add(key: string, leaf: Omit<Leaf, 'index'>): Leaf {
    const known = this.#byKey.get(key);
    if (known) return known;
    const added = { ...leaf, index: this.#byKey.size };
    this.#byKey.set(key, added);
    return added;
  }
}

const [UNKNOWN, FAILS, HOLDS] = [0, 1, 2];

/** What leaves came to for one profile, kept from one evaluation to the next. Nobody has asked for those that are not known. */
export class Outcomes {
  /** Of times (ms) at which a known outcome may be another, the first, or one before it. */
  #soonest = Infinity;

  private constructor(private readonly known: Uint8Array, private readonly until: Map<number, number>) {}

  static ofNone(leaves: number): Outcomes {
    return new Outcomes(new Uint8Array(leaves), new Map());
  }

  copy(): Outcomes {
    const copy = new Outcomes(this.known.slice(), new Map(this.until));
    copy.#soonest = this.#soonest;
    return copy;
  }

  get soonest(): number {
    return this.#soonest;
  }

  /** As Condition.outcome. */
  of(leaf: Leaf, subject: Subject): number {
    const { index } = leaf;
    if (this.known[index] === UNKNOWN) this.#work(leaf, subject);
    const until = this.until.get(index) ?? Infinity;
    return this.known[index] === HOLDS ? until : -until;
  }

  /** Works a known outcome out anew; whether it is another. One that cannot be worked out is not known any more: who asks gets the error. */
  renew(leaf: Leaf, subject: Subject): boolean {
    const [before, until] = [this.known[leaf.index], this.until.get(leaf.index)];
    if (before === UNKNOWN) return false;
    try {
      this.#work(leaf, subject);
    } catch {
      return this.forget(leaf);
    }
    return before !== this.known[leaf.index] || until !== this.until.get(leaf.index);
  }

  /** An outcome that was somebody else's is not known any more; whether it was. */
  forget({ index }: Leaf): boolean {
    if (this.known[index] === UNKNOWN) return false;
    this.known[index] = UNKNOWN;
    this.until.delete(index);
    return true;
  }

  /** Positions of the leaves whose time has come by `now`. */
  due(now: number): number[] {
    if (now < this.#soonest) return [];
    const due: number[] = [];
    this.#soonest = Infinity;
    for (const [index, time] of this.until) {
      if (time <= now) due.push(index);
      else if (time < this.#soonest) this.#soonest = time;
    }
    return due;
  }

  #work(leaf: Leaf, subject: Subject): void {
    const outcome = outcomeOf(leaf, subject);
    const next = Math.abs(outcome);
    this.known[leaf.index] = outcome > 0 ? HOLDS : FAILS;
    if (next === Infinity) this.until.delete(leaf.index);
    else this.until.set(leaf.index, next);
    if (next < this.#soonest) this.#soonest = next;
  }
}
