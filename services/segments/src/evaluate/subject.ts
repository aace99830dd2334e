// A profile at a time: what traits and conditions look at.
import type { Trait } from '../definitions/trait.js';
import type { TraitValue } from '../operators/traits/operator.js';
import type { Buckets } from './accumulator.js';
import type { Consents } from './consents.js';
import type { Standing } from './standing.js';

/** All that an evaluation needs of one profile, whatever order its activities came in. In memory only: rebuilt from rows. */
export interface ProfileState {
  profileId: string;
  /** By the accumulator's index; absent until an activity counts. */
  buckets: Map<number, Buckets>;
  consents: Consents;
  /** What the last evaluation found; absent where none was, or where it does not count any more. */
  standing?: Standing;
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

  /** @param now ms */
  constructor(readonly state: ProfileState, readonly now: number) {}

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
    for (let step = 0; step < times.length; step += 1) {
      if (step === MAX_STEPS) return times[step]!;
      const value = (values[step] ??= trait.value(new Subject(this.state, times[step]!)));
      if (rule(value) !== now) return times[step]!;
    }
    return Infinity;
  }

  #courseOf(trait: Trait): Course {
    let course = this.#courses.get(trait);
    if (!course) {
      const times = trait.changes(this, []).sort((a, b) => a - b);
      course = { times: times.filter((time, index) => time !== times[index - 1]), values: [] };
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
    const now = outcome(this);
    times.sort((a, b) => a - b);
    let steps = 0;
    for (const [index, time] of times.entries()) {
      if (time === times[index - 1]) continue;
      if (steps === MAX_STEPS || outcome(new Subject(this.state, time)) !== now) return time;
      steps += 1;
    }
    return Infinity;
  }
}
