// A profile at a time: what traits and conditions look at.
import type { Trait } from '../definitions/trait.js';
import type { TraitValue } from '../operators/traits/operator.js';
import type { Buckets } from './accumulator.js';
import type { Consents } from './consents.js';
import { outcomeOf, type Leaf, type Outcomes } from './leaf.js';
import type { Standing } from './standing.js';

/** All that an evaluation needs of one profile, whatever order its activities came in. In memory only: rebuilt from rows. */
export interface ProfileState {
  profileId: string;
  /** By the accumulator's index; absent until an activity counts. */
  buckets: Map<number, Buckets>;
  consents: Consents;
  /** Indices of accumulators that the activities so far were not given to: see Evaluator.complete. Absent: none. */
  lacks?: ReadonlySet<number>;
  /** What the last evaluation found; absent where none was, or where it does not count any more. */
  standing?: Standing;
}

/** A profile that has done nothing. */
export function emptyState(profileId: string): ProfileState {
  return { profileId, buckets: new Map(), consents: new Map() };
}

/** Looking further ahead costs more than the early evaluation that it may save. */
const MAX_STEPS = 16;

/** A trait as time goes by: ascending times (ms) after now, and the value from each, as far as somebody has asked. */
interface Course {
  times: number[];
  values: (TraitValue | undefined)[];
}

export class Subject {
  readonly #values = new Map<Trait, TraitValue>();
  readonly #courses = new Map<Trait, Course>();

  /**
   * @param now ms
   * @param outcomes what is known of the leaves at `now`, and learns more; without, they are worked out
   */
  constructor(readonly state: ProfileState, readonly now: number, private readonly outcomes?: Outcomes) {}

  /** As Condition.outcome. */
  outcomeOf(leaf: Leaf): number {
    return this.outcomes ? this.outcomes.of(leaf, this) : outcomeOf(leaf, this);
  }

  /** The value of a trait, worked out once. */
  valueOf(trait: Trait): TraitValue {
    let value = this.#values.get(trait);
    if (value === undefined) {
      value = trait.value(this);
      this.#values.set(trait, value);
    }
    return value;
  }

  /**
   * As firstFlip, of a rule on the value of one trait that changes only where something enters or leaves its window. Many
   * segments compare the same traits: what a trait comes to be is worked out once for all of them.
   */
  firstFlipOf(trait: Trait, rule: (value: TraitValue) => boolean): number {
    const { times, values } = this.#courseOf(trait);
    if (times.length === 0) return Infinity;
    const now = rule(this.valueOf(trait));
    return firstOther(times, now, (step) => rule((values[step] ??= trait.value(new Subject(this.state, times[step]!)))));
  }

  #courseOf(trait: Trait): Course {
    let course = this.#courses.get(trait);
    if (!course) {
      course = { times: inOrder(trait.changes(this, [])), values: [] };
      this.#courses.set(trait, course);
    }
    return course;
  }

  /**
   * The first of `times` (ms, in any order, all after now) at which `outcome` is another than now, or a time before it
   * (after 16 that do not matter); Infinity where there is none.
   */
  firstFlip(times: number[], outcome: (subject: Subject) => boolean): number {
    if (times.length === 0) return Infinity;
    const ordered = inOrder(times);
    return firstOther(ordered, outcome(this), (step) => outcome(new Subject(this.state, ordered[step]!)));
  }
}

/** Ascending, each once. */
function inOrder(times: number[]): number[] {
  times.sort((a, b) => a - b);
  return times.filter((time, index) => time !== times[index - 1]);
}

/** The first of the times whose outcome is another than now's, or the one at which looking ahead ends; else Infinity. */
function firstOther(times: readonly number[], now: boolean, outcomeAt: (step: number) => boolean): number {
  const step = times.findIndex((_, index) => index === MAX_STEPS || outcomeAt(index) !== now);
  return times[step] ?? Infinity;
}
