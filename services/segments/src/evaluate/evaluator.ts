// The stream compiler: definitions become functions on the state of one profile.
import type { Activity } from '../definitions/fields.js';
import type { Definitions } from '../definitions/load.js';
import type { TraitValue } from '../operators/traits/operator.js';
import { accumulate, joinBuckets, pruneBuckets, type Accumulator } from './accumulator.js';
import { CONSENT_COLUMNS, pruneConsents, recordConsent } from './consents.js';
import { explainSegment, type Explanation } from './explain.js';
import { ORDER_COLUMNS } from './order.js';
import { Standings, type OnFailure } from './standing.js';
import { emptyState, Subject, type ProfileState } from './subject.js';

export interface Evaluation {
  /** Names of the segments that the profile is in, sorted. */
  members: readonly string[];
  /**
   * Before this time (ms), without a new activity, the members stay what they are; at it they may change.
   * Null: they never change by time alone. Exact but for conditions whose value changes more than 16 times
   * before it matters, and for those of several parts: there it may be early.
   */
  nextChangeAt: number | null;
  /** The values of the traits at that time as text, by name: of those alone that are something, and else than for somebody who never did anything. */
  ownTraits(): Record<string, string>;
}

export interface Evaluator {
  /** @param profileId uuid; random splits depend on it */
  empty(profileId: string): ProfileState;
  /** Adds one activity. Order does not matter; giving the same activity twice does: the caller removes repeats. */
  apply(state: ProfileState, activity: Activity): void;
  /** Adds what another state holds; as with activities, what both hold counts twice. `other` is not to be used any more. */
  join(state: ProfileState, other: ProfileState): void;
  /**
   * Makes states of another evaluator, of other definitions, this one's. They go on with new activities, but lack what only this
   * one keeps of the earlier ones: they are to be completed before they are evaluated or packed.
   */
  takesOver(other: Evaluator): (state: ProfileState) => void;
  /** The accumulators that these states lack. */
  lacking(states: Iterable<ProfileState>): Accumulator[];
  /** Gives a state what it lacks, of all activities of the profile so far, of those columns that its lacking accumulators read. */
  complete(state: ProfileState, activities: Iterable<Activity>): void;
  /** Members at `now` (ms): a function of the activities and `now` alone. */
  evaluate(state: ProfileState, now: number): Evaluation;
  /** The values of all traits at `now`, by name. */
  traits(state: ProfileState, now: number): Record<string, TraitValue>;
  /** Why a profile is in a segment or not, sentence by sentence. @throws RangeError where there is no such segment. */
  explain(segment: string, state: ProfileState, now: number): Explanation;
  /**
   * Forgets what evaluations at `now` or later do not need; evaluations before `now` are wrong from here on. Where there was an
   * evaluation, it looks at what has grown since.
   */
  prune(state: ProfileState, now: number): void;
  /** Columns of customer.activities, and parts of them, that a state is rebuilt from, sorted: see rowReader. */
  relevantColumns: readonly string[];
  accumulators: readonly Accumulator[];
}

/**
 * Compiles definitions for the stream. A definition whose evaluation throws is disabled, nobody is a member of it any more, and
 * `onFailure` is told of it once.
 */
export function createEvaluator(definitions: Definitions, onFailure: OnFailure = () => undefined): Evaluator {
  const { traits, segments, accumulators } = definitions;
  const standings = new Standings(definitions, onFailure);
  const failed = new Set<number>();
  const accumulatorsOf = dispatch(accumulators);
  const nobody = new Subject(emptyState(''), 0);
  const nobodysValues = traits.map((trait) => nobody.valueOf(trait));
  /** To what the state lacks, or to all else. */
  const add = (state: ProfileState, activity: Activity, toLacking: boolean) => {
    for (const accumulator of accumulatorsOf(activity)) {
      const { index, name } = accumulator;
      if (failed.has(index) || (state.lacks?.has(index) ?? false) !== toLacking) continue;
      try {
        const buckets = accumulate(accumulator, state.buckets.get(index), activity);
        if (buckets === undefined) continue;
        state.buckets.set(index, buckets);
      } catch (error) {
        failed.add(index);
        onFailure(name, error);
        standings.disable(index, error);
      }
      state.standing?.changed.push(index);
    }
  };
  const readsOf = traits.map((trait) => trait.accumulators.map(({ index }) => index));
  const ownTraits = (subject: Subject) => {
    const own: Record<string, string> = {};
    const { buckets } = subject.state;
    for (const [position, reads] of readsOf.entries()) {
      if (!reads.some((index) => buckets.has(index))) continue;
      const trait = traits[position]!;
      const value = subject.valueOf(trait);
      if (value !== null && value !== nobodysValues[position]) own[trait.name] = String(value);
    }
    return own;
  };
  return {
    empty: emptyState,
    apply(state, activity) {
      add(state, activity, false);
      if (recordConsent(state.consents, activity) && state.standing) state.standing.decided = true;
    },
    join(state, other) {
      join(accumulators, state, other);
      delete state.standing;
    },
    takesOver: (other) => takeOver(accumulators, other.accumulators),
    lacking(states) {
      const indices = new Set([...states].flatMap(({ lacks }) => [...(lacks ?? [])]));
      return accumulators.filter(({ index }) => indices.has(index));
    },
    complete(state, activities) {
      if (!state.lacks) return;
      for (const activity of activities) add(state, activity, true);
      delete state.lacks;
    },
    evaluate(state, now) {
      const { members, nextChange, subject } = standings.evaluate(state, now);
      return { members, nextChangeAt: nextChange === Infinity ? null : nextChange, ownTraits: () => ownTraits(subject) };
    },
    traits(state, now) {
      const subject = new Subject(state, now);
      return Object.fromEntries(traits.map((trait) => [trait.name, subject.valueOf(trait)]));
    },
    explain(name, state, now) {
      const segment = segments.find((candidate) => candidate.name === name);
      if (!segment) throw new RangeError(`there is no segment "${name}": schemas/segments has ${segments.map((s) => s.name).join(', ')}`);
      return explainSegment(segment, new Subject(state, now));
    },
    prune(state, now) {
      for (const index of new Set(state.standing?.changed ?? state.buckets.keys())) {
        const buckets = state.buckets.get(index);
        if (!buckets) continue;
        const kept = pruneBuckets(accumulators[index]!, buckets, now);
        if (kept.length === 0) state.buckets.delete(index);
        else if (kept !== buckets) state.buckets.set(index, kept);
      }
      pruneConsents(state.consents, now);
    },
    relevantColumns: columnsOf(accumulators),
    accumulators,
  };
}

/** Most activities concern few accumulators: found by type, or by product where one takes every type of it. */
function dispatch(accumulators: readonly Accumulator[]): (activity: Activity) => Iterable<Accumulator> {
  const byType = new Map<string, Accumulator[]>();
  const byProduct = new Map<string, Accumulator[]>();
  const put = (index: Map<string, Accumulator[]>, key: string, accumulator: Accumulator) => index.set(key, [...(index.get(key) ?? []), accumulator]);
  for (const accumulator of accumulators) {
    const { types, product } = accumulator.filter;
    if (types) for (const type of new Set(types)) put(byType, type, accumulator);
    else put(byProduct, product!, accumulator);
  }
  return ({ type, product }) => {
    const [ofType, ofProduct] = [byType.get(type) ?? [], byProduct.get(product)];
    return ofProduct ? [...ofType, ...ofProduct] : ofType;
  };
}

function join(accumulators: readonly Accumulator[], state: ProfileState, other: ProfileState): void {
  for (const [index, buckets] of other.buckets) {
    const into = state.buckets.get(index);
    state.buckets.set(index, into ? joinBuckets(accumulators[index]!, into, buckets) : buckets);
  }
  for (const [key, decisions] of other.consents) state.consents.set(key, [...(state.consents.get(key) ?? []), ...decisions]);
}

/** Moves what a state holds to the places that it has among `own`. */
function takeOver(own: readonly Accumulator[], others: readonly Accumulator[]): (state: ProfileState) => void {
  const places = new Map(own.map(({ key, index }) => [key, index]));
  const known = new Set(others.map(({ key }) => key));
  const placeOf = others.map(({ key }) => places.get(key));
  const fresh = own.filter(({ key }) => !known.has(key)).map(({ index }) => index);
  const inPlace = (indices: Iterable<number>) => [...indices].flatMap((index) => placeOf[index] ?? []);
  // Most states lack the same: it is kept once.
  const lacksNow = new Map<ReadonlySet<number> | undefined, ReadonlySet<number>>();
  return (state) => {
    delete state.standing;
    state.buckets = new Map([...state.buckets].flatMap(([index, buckets]) => (placeOf[index] === undefined ? [] : [[placeOf[index], buckets]])));
    const lacks = lacksNow.get(state.lacks) ?? new Set([...inPlace(state.lacks ?? []), ...fresh]);
    lacksNow.set(state.lacks, lacks);
    if (lacks.size > 0) state.lacks = lacks;
    else delete state.lacks;
  };
}

/** Columns of customer.activities, and parts of them, that what these hold, and consents, are rebuilt from, sorted. */
export function columnsOf(accumulators: readonly Accumulator[]): string[] {
  const read = accumulators.flatMap(({ filter, aggregation }) => [...filter.columns, ...aggregation.columns]);
  return [...new Set([...ORDER_COLUMNS, ...CONSENT_COLUMNS, ...read])].sort();
}
