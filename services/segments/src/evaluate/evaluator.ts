// The stream compiler: definitions become functions on the state of one profile.
import type { Activity } from '../definitions/fields.js';
import type { Definitions } from '../definitions/load.js';
import type { Segment } from '../definitions/segment.js';
import type { Trait } from '../definitions/trait.js';
import { bucketOf } from '../definitions/windows.js';
import type { TraitValue } from '../operators/traits/operator.js';
import { changesAfter, nextFlip, prune, valueAt, type Buckets } from './buckets.js';
import { decisionAt, nextDecisionAt, pruneConsents, recordConsent, type Consents } from './consents.js';
import { explainSegment, type Explanation } from './explain.js';
import { ORDER_COLUMNS } from './order.js';

/** All that an evaluation needs of one profile, whatever order its activities came in. In memory only: rebuilt from rows. */
export interface ProfileState {
  /** By the trait's index; undefined until an activity counts. */
  buckets: (Buckets | undefined)[];
  consents: Consents;
}

export interface Evaluation {
  traits: Record<string, TraitValue>;
  /** Names of the segments that the profile is in, sorted. */
  members: string[];
  /**
   * Before this time (ms), without a new activity, the members stay what they are; at it they may change.
   * Null: they never change by time alone. Exact but for conditions whose trait changes more than 16 times
   * before it matters: there it is early.
   */
  nextChangeAt: number | null;
  /** The same for the values of the traits: exact to the bucket, and much sooner, as most changes move no member. */
  traitsChangeAt: number | null;
}

export interface Evaluator {
  empty(): ProfileState;
  /** Adds one activity. Order does not matter; giving the same activity twice does: the caller removes repeats. */
  apply(state: ProfileState, activity: Activity): void;
  /** Adds what another state holds; as with activities, what both hold counts twice. `other` is not to be used any more. */
  join(state: ProfileState, other: ProfileState): void;
  /** Members and values at `now` (ms): a function of the activities and `now` alone. */
  evaluate(state: ProfileState, now: number): Evaluation;
  /** Why a profile is in a segment or not, sentence by sentence. @throws RangeError where there is no such segment. */
  explain(segment: string, state: ProfileState, now: number): Explanation;
  /** Forgets what evaluations at `now` or later do not need; evaluations before `now` are wrong from here on. */
  prune(state: ProfileState, now: number): void;
  /** Columns of customer.activities that a state is rebuilt from, sorted: see rowToActivity. */
  relevantColumns: readonly string[];
}

/** Compiles definitions for the stream. */
export function createEvaluator({ traits, segments }: Definitions): Evaluator {
  const traitsOf = dispatch(traits);
  const purposes = new Set(segments.map(({ purpose }) => purpose));
  return {
    empty: () => ({ buckets: new Array<Buckets | undefined>(traits.length).fill(undefined), consents: new Map() }),
    apply(state, activity) {
      for (const trait of traitsOf(activity)) add(state, trait, activity);
      const { purpose } = activity.properties;
      if (purpose !== undefined && purposes.has(purpose)) recordConsent(state.consents, activity);
    },
    join: (state, other) => join(traits, state, other),
    evaluate: (state, now) => evaluate(traits, segments, state, now),
    explain(name, state, now) {
      const segment = segments.find((candidate) => candidate.name === name);
      if (!segment) throw new RangeError(`there is no segment "${name}": schemas/segments has ${segments.map((s) => s.name).join(', ')}`);
      return explainSegment(segment, traits.map((trait) => valueAt(trait, state.buckets[trait.index], now)), state.consents, now);
    },
    prune(state, now) {
      for (const trait of traits) {
        const buckets = state.buckets[trait.index];
        if (buckets) prune(trait, buckets, now);
      }
      pruneConsents(state.consents, now);
    },
    relevantColumns: relevantColumns(traits),
  };
}

/** Most activities concern few traits: found by type, or by product where a trait takes every type of one. */
function dispatch(traits: readonly Trait[]): (activity: Activity) => Iterable<Trait> {
  const byType = new Map<string, Trait[]>();
  const byProduct = new Map<string, Trait[]>();
  const put = (index: Map<string, Trait[]>, key: string, trait: Trait) => index.set(key, [...(index.get(key) ?? []), trait]);
  for (const trait of traits) {
    const { types, product } = trait.filter;
    if (types) for (const type of new Set(types)) put(byType, type, trait);
    else put(byProduct, product!, trait);
  }
  return ({ type, product }) => [...(byType.get(type) ?? []), ...(byProduct.get(product) ?? [])];
}

function add(state: ProfileState, { index, filter, window, aggregation }: Trait, activity: Activity): void {
  if (!filter.matches(activity)) return;
  const start = bucketOf(window, activity.occurred_at);
  const bucket = aggregation.add(state.buckets[index]?.get(start), activity);
  if (bucket !== undefined) (state.buckets[index] ??= new Map()).set(start, bucket);
}

function join(traits: readonly Trait[], state: ProfileState, other: ProfileState): void {
  for (const { index, aggregation } of traits) {
    const buckets = other.buckets[index];
    if (!buckets) continue;
    const into = (state.buckets[index] ??= new Map());
    for (const [start, bucket] of buckets) into.set(start, into.has(start) ? aggregation.join(into.get(start), bucket) : bucket);
  }
  for (const [key, decisions] of other.consents) state.consents.set(key, [...(state.consents.get(key) ?? []), ...decisions]);
}

function evaluate(traits: readonly Trait[], segments: readonly Segment[], state: ProfileState, now: number): Evaluation {
  const values = traits.map((trait) => valueAt(trait, state.buckets[trait.index], now));
  const members: string[] = [];
  let next = Infinity;
  for (const segment of segments) {
    next = Math.min(next, nextDecisionAt(state.consents, segment, now));
    // Without consent no condition matters: only a decision can make the profile a member.
    if (decisionAt(state.consents, segment, now)?.decision !== 'granted') continue;
    if (segment.condition.holds(values)) members.push(segment.name);
    for (const { trait, test } of segment.condition.leaves) {
      next = Math.min(next, nextFlip(trait, state.buckets[trait.index], test, now, values[trait.index]!));
    }
  }
  let traitsNext = Infinity;
  for (const trait of traits) for (const time of changesAfter(trait, state.buckets[trait.index], now)) traitsNext = Math.min(traitsNext, time);
  return {
    traits: Object.fromEntries(traits.map(({ name }, index) => [name, values[index]!])),
    members,
    nextChangeAt: orNull(next),
    traitsChangeAt: orNull(traitsNext),
  };
}

const orNull = (time: number): number | null => (time === Infinity ? null : time);

function relevantColumns(traits: readonly Trait[]): string[] {
  const ofTraits = traits.flatMap(({ filter, aggregation }) => [...filter.columns, ...aggregation.columns]);
  return [...new Set([...ORDER_COLUMNS, 'type', 'properties', ...ofTraits])].sort();
}
