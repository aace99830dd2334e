// What a trait operator is: its part of the definition, its incremental evaluation, its SQL and its words, in one file each.
import type { z } from 'zod';
import type { Activity } from '../../definitions/fields.js';
import type { Kind } from '../../definitions/kinds.js';
import type { Filter } from '../../definitions/filter.js';
import type { Trait } from '../../definitions/trait.js';
import type { ColumnOf } from '../../evaluate/accumulator.js';
import type { Rank } from '../../evaluate/ranks.js';
import type { Subject } from '../../evaluate/subject.js';

/** Value of a trait: null where there is none. */
export type TraitValue = string | number | null;

/** Kinds that a trait can be of. */
export type TraitKind = Extract<Kind, 'number' | 'millionths' | 'text' | 'time'>;

/**
 * An operator with its settings in place. What it knows of one bucket of time is a `B`; the engine keeps
 * buckets, and asks for the value over those that a window holds. Order of arrival must not matter: adding
 * is commutative, and so is joining.
 */
export interface Aggregation<B> {
  kind: TraitKind;
  /** Columns that it reads. */
  columns: readonly string[];
  /** The bucket with an activity added; may change and give `bucket` itself. Undefined: the bucket stays empty. */
  add(bucket: B | undefined, activity: Activity): B | undefined;
  /** What two buckets know together; may change and give `into` itself. */
  join(into: B, bucket: B): B;
  /** Less of a bucket, where evaluations at `now` (ms) or later need no more of it. Absent: all of it is needed. */
  prune?(bucket: B, now: number): B;
  /** The value at `now` (ms) over these buckets, which it leaves as they are. */
  value(buckets: readonly B[], now: number): TraitValue;
  /**
   * Where the value changes while nothing enters or leaves the window: times (ms), past ones too, at which it comes
   * to, or leaves, one of `operands`, for the buckets that the window holds and those that it will. Absent: it does not.
   */
  passes?(held: readonly B[], coming: readonly B[], operands: readonly TraitValue[]): number[];
  /** Where buckets only leave the window, the value never grows, or only grows until there is none. Absent: it may do both. */
  byTime?: 'falls' | 'grows';
  /** The same value over the rows that satisfy `condition`, as an aggregate expression; {now:Int64} is the time in ms. */
  sql(condition: string): string;
  /** A value in words, for explanations. */
  show(value: string | number): string;
}

/** A value that is worked out from other traits. */
export interface Derivation {
  kind: TraitKind;
  /** What it reads. */
  traits: readonly Trait[];
  value(subject: Subject): TraitValue;
  /** As Trait.changes; absent: what the traits that it reads tell. */
  changes?(subject: Subject, operands: readonly TraitValue[]): number[];
  /** Where it depends on everybody's values. */
  rank?: Rank;
  /** The same value over the columns of a query's accumulators. */
  sql(column: ColumnOf): string;
  show(value: string | number): string;
}

/** What is wrong with a setting: its key, and the sentence that says what to do. */
export interface SettingProblem {
  key: string;
  problem: string;
}

/** An operator over activities (`over`, `window`). */
export interface AggregatingOperator {
  /** Keys of the definition that are this operator's own. */
  shape: z.ZodRawShape;
  compile(settings: Record<string, unknown>, filter: Filter): Aggregation<unknown> | SettingProblem;
}

/** An operator over other traits. */
export interface DerivingOperator {
  shape: z.ZodRawShape;
  /** Names of the traits that the settings name, by the key that each stands at. */
  reads(settings: Record<string, unknown>): Readonly<Record<string, string>>;
  /** `traits`: those that `reads` has named, in its order; `ranks`: those of all definitions, by id. */
  derive(settings: Record<string, unknown>, traits: readonly Trait[], ranks: Map<string, Rank>): Derivation | SettingProblem;
}

export type TraitOperator = AggregatingOperator | DerivingOperator;

/** Hides the type of the bucket, which the engine only passes on. */
export function aggregation<B>(typed: Aggregation<B>): Aggregation<unknown> {
  return typed as unknown as Aggregation<unknown>;
}
