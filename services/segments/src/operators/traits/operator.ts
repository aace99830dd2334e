// What a trait operator is: its part of the definition, its incremental evaluation, its SQL and its words, in one file each.
import type { z } from 'zod';
import type { Activity } from '../../definitions/fields.js';
import type { Kind } from '../../definitions/kinds.js';
import type { Filter } from '../../definitions/filter.js';

/** Value of a trait: null where there is none. */
export type TraitValue = string | number | null;

/**
 * An operator with its settings in place. What it knows of one bucket of time is a `B`; the engine keeps
 * buckets, and asks for the value over those that a window holds. Order of arrival must not matter: adding
 * is commutative, and so is joining.
 */
export interface Aggregation<B> {
  kind: Extract<Kind, 'number' | 'text' | 'time'>;
  /** Columns that it reads. */
  columns: readonly string[];
  /** The bucket with an activity added; may change and give `bucket` itself. Undefined: the bucket stays empty. */
  add(bucket: B | undefined, activity: Activity): B | undefined;
  /** What two buckets know together; may change and give `into` itself. */
  join(into: B, bucket: B): B;
  /** The value over these buckets, which it leaves as they are. */
  value(buckets: readonly B[]): TraitValue;
  /** The same value over the rows that satisfy `condition`, as an aggregate expression. */
  sql(condition: string): string;
  /** A value in words, for explanations. */
  show(value: string | number): string;
}

export interface TraitOperator {
  /** Keys of the definition that are this operator's own. */
  shape: z.ZodRawShape;
  /** Checks the settings; where they cannot be used, the key and the sentence that says what to do. */
  compile(settings: Record<string, unknown>, filter: Filter): Aggregation<unknown> | { key: string; problem: string };
}

/** Hides the type of the bucket, which the engine only passes on. */
export function aggregation<B>(typed: Aggregation<B>): Aggregation<unknown> {
  return typed as unknown as Aggregation<unknown>;
}
