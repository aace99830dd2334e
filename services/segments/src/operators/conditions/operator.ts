// What a condition operator is: its part of a segment's `when`, its evaluation, its SQL and its words, in one file each.
import type { z } from 'zod';
import type { Path } from '../../definitions/source.js';
import type { Filter } from '../../definitions/filter.js';
import type { Segment } from '../../definitions/segment.js';
import type { Trait } from '../../definitions/trait.js';
import type { Window } from '../../definitions/windows.js';
import type { Accumulator, ColumnOf } from '../../evaluate/accumulator.js';
import type { Scope } from '../../evaluate/consents.js';
import type { Leaf } from '../../evaluate/leaf.js';
import type { Rank } from '../../evaluate/ranks.js';
import type { Subject } from '../../evaluate/subject.js';

/** One sentence of an explanation. Sentences of a part follow the one of the whole, one deeper. */
export interface Finding {
  depth: number;
  holds: boolean;
  sentence: string;
}

/** The columns of a query that a condition is written over; `profile_id` and the query parameter {now:Int64} are there too. */
export interface Columns {
  of: ColumnOf;
  /** The value of a trait that a condition names among its `traits`. */
  value(trait: Trait): string;
  /** 1 where consent is granted, else 0. */
  consent(scope: Scope): string;
}

/** What is told of a condition of a profile at a time. */
export interface Prospect {
  holds(subject: Subject): boolean;
  /** Gives 1 or 0, never null. */
  sql(columns: Columns): string;
}

/** Nothing is known: it may. */
export const ALWAYS: Prospect = { holds: () => true, sql: () => '1' };

/** A compiled condition. */
export interface Condition {
  holds(subject: Subject): boolean;
  /**
   * Whether it holds, by its sign, and a time (ms) after the subject's until which time alone does not change that:
   * more than 0 where it holds, less where it does not, infinite where it never changes. May be early, never late.
   */
  outcome(subject: Subject): number;
  /** Gives 1 or 0, never null. */
  sql(columns: Columns): string;
  /** Whether it holds, or may come to by time alone where nothing is dated later: whom it says no of, only a deed can make a member. */
  prospect: Prospect;
  explain(subject: Subject, depth: number): Finding[];
  /** What it reads of the activities... */
  accumulators: readonly Accumulator[];
  /** ...and of the consents... */
  scopes: readonly Scope[];
  /** ...and the smallest conditions that it is made of. */
  leaves: readonly Leaf[];
  /** What it reads of everybody's values; absent: nothing. */
  ranks?: readonly Rank[];
  /** Whose values it compares; absent: none. */
  traits?: readonly Trait[];
}

/** What an operator needs to compile its node of the definition. */
export interface NodeReader {
  /** The condition of a node below; undefined where it is wrong, which is reported. */
  read(node: unknown, at: Path): Condition | undefined;
  /** The trait of this name; undefined where there is none, which is reported. */
  trait(name: string, at: Path): Trait | undefined;
  /** The segment of this name; undefined where there is none, or where it depends on the one that is read, which is reported. */
  segment(name: string, at: Path): Segment | undefined;
  /** Activities, as a trait's `over` names them; undefined where it is wrong, which is reported. */
  filter(over: unknown, at: Path): Filter | undefined;
  /** The moments (ms) of the activities that pass a filter, as far back as the window goes. */
  moments(filter: Filter, window: Window): Accumulator;
  /** The leaf with this SQL, which says all that it means. */
  leaf(sql: string, leaf: Omit<Leaf, 'index'>): Leaf;
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

/** What a condition that is made of others reads. */
export function partsOf(parts: readonly Condition[]): Pick<Condition, 'accumulators' | 'scopes' | 'leaves' | 'ranks' | 'traits'> {
  return {
    accumulators: [...new Set(parts.flatMap(({ accumulators }) => accumulators))],
    scopes: parts.flatMap(({ scopes }) => scopes),
    leaves: [...new Set(parts.flatMap(({ leaves }) => leaves))],
    ranks: [...new Set(parts.flatMap(({ ranks = [] }) => ranks))],
    traits: parts.flatMap(({ traits = [] }) => traits),
  };
}

/** What a condition that is a leaf reads, and how it is evaluated. */
export function partsOfLeaf(leaf: Leaf): Pick<Condition, 'accumulators' | 'scopes' | 'leaves' | 'holds' | 'outcome'> {
  return { accumulators: leaf.accumulators, scopes: [], leaves: [leaf], holds: (subject) => leaf.holds(subject), outcome: (subject) => subject.outcomeOf(leaf) };
}
