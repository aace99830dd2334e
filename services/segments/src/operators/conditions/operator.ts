// What a condition operator is: its part of a segment's `when`, its evaluation, its SQL and its words, in one file each.
import type { z } from 'zod';
import type { Path } from '../../definitions/source.js';
import type { Trait } from '../../definitions/trait.js';
import type { Test } from '../comparisons.js';
import type { TraitValue } from '../traits/operator.js';

/** One sentence of an explanation. Sentences of a part follow the one of the whole, one deeper. */
export interface Finding {
  depth: number;
  holds: boolean;
  sentence: string;
}

/** A comparison of one trait: time alone changes a condition only where it changes one of these. */
export interface Leaf {
  trait: Trait;
  test: Test;
}

/** A compiled condition. Values are those of all traits, by the trait's index. */
export interface Condition {
  holds(values: readonly TraitValue[]): boolean;
  /** Gives 1 or 0, never null; `column` names the value of a trait. */
  sql(column: (trait: Trait) => string): string;
  explain(values: readonly TraitValue[], depth: number): Finding[];
  leaves: readonly Leaf[];
}

/** What an operator needs to compile its node of the definition. */
export interface NodeReader {
  /** The condition of a node below; undefined where it is wrong, which is reported. */
  read(node: unknown, at: Path): Condition | undefined;
  /** The trait of this name; undefined where there is none, which is reported. */
  trait(name: string, at: Path): Trait | undefined;
  report(at: Path, message: string): void;
}

/** A `T` is the node of the definition, as `schema` has it. */
export interface ConditionOperator<T> {
  schema: z.ZodType<T>;
  /** The condition; undefined where something in the node is wrong, which is reported. */
  compile(node: T, at: Path, reader: NodeReader): Condition | undefined;
}

/** Hides the type of the node: the registry hands each operator what its own schema has checked. */
export function conditionOperator<T>(typed: ConditionOperator<T>): ConditionOperator<unknown> {
  return typed as unknown as ConditionOperator<unknown>;
}

/** Conditions of a list of nodes; undefined where one is wrong. */
export function readEach(nodes: readonly unknown[], at: Path, reader: NodeReader): Condition[] | undefined {
  const conditions = nodes.map((node, index) => reader.read(node, [...at, index]));
  const good = conditions.filter((condition) => condition !== undefined);
  return good.length === nodes.length ? good : undefined;
}
