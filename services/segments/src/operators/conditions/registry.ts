// The condition operators, by the key that stands for each in a segment: a new one is a file beside this one and a line here.
import { createHash } from 'node:crypto';
import type { Catalog } from '../../definitions/catalog.js';
import { compileFilter, OVER_SCHEMA, type Filter } from '../../definitions/filter.js';
import type { Segment } from '../../definitions/segment.js';
import { suggestion, type Path, type SourceFile } from '../../definitions/source.js';
import type { Trait } from '../../definitions/trait.js';
import type { Window } from '../../definitions/windows.js';
import type { Accumulator, Accumulators } from '../../evaluate/accumulator.js';
import type { Leaf, Leaves } from '../../evaluate/leaf.js';
import { MOMENTS } from '../moments.js';
import { absence } from './absence.js';
import { all } from './all.js';
import { any } from './any.js';
import { during } from './during.js';
import { not } from './not.js';
import type { Condition, ConditionOperator, NodeReader } from './operator.js';
import { segment } from './segment.js';
import { sequence } from './sequence.js';
import { split } from './split.js';
import { trait } from './trait.js';

/** By the key that definitions use. */
export const CONDITION_OPERATORS: Readonly<Record<string, ConditionOperator<unknown>>> = { all, any, not, trait, segment, sequence, absence, split, during };

/** Nested deeper, nobody understands a segment, and nothing that reads it needs to fear for its stack. */
const MAX_DEPTH = 20;

/** What the conditions of all segments are read with. */
export interface ReadingParts {
  catalog: Catalog;
  traits: ReadonlyMap<string, Trait>;
  /** Names of traits and segments that exist but are wrong: told already, where they stand. */
  broken: ReadonlySet<string>;
  accumulators: Accumulators;
  leaves: Leaves;
  /** The segment of a name; or why it cannot be used, where that is not told already. */
  segment(name: string): Segment | { problem: string } | undefined;
}

/** Reads the tree of a segment's `when`. */
export class ConditionReader implements NodeReader {
  constructor(readonly source: SourceFile, private readonly parts: ReadingParts) {}

  read(node: unknown, at: Path): Condition | undefined {
    const keys = Object.keys(CONDITION_OPERATORS);
    const found = node !== null && typeof node === 'object' ? keys.filter((key) => Object.hasOwn(node, key)) : [];
    if (found.length !== 1) {
      this.report(at, `a condition has exactly one of the keys ${keys.join(', ')}; this one has ${found.join(' and ') || 'none'}`);
      return undefined;
    }
    if (at.length > MAX_DEPTH * 2) {
      this.report(at, `conditions are nested more than ${MAX_DEPTH} deep: say it in fewer steps`);
      return undefined;
    }
    const operator = CONDITION_OPERATORS[found[0]!]!;
    const checked = this.source.check(operator.schema, node, at);
    return checked === undefined ? undefined : operator.compile(checked, at, this);
  }

  trait(name: string, at: Path): Trait | undefined {
    const { traits, broken } = this.parts;
    const trait = traits.get(name);
    if (!trait && !broken.has(name)) this.report(at, `there is no trait "${name}" in schemas/traits: name one of ${suggestion(name, [...traits.keys()])}`);
    return trait;
  }

  segment(name: string, at: Path): Segment | undefined {
    const segment = this.parts.segment(name);
    if (!segment || !('problem' in segment)) return segment;
    this.report(at, segment.problem);
    return undefined;
  }

  filter(over: unknown, at: Path): Filter | undefined {
    const checked = this.source.check(OVER_SCHEMA, over, at);
    return checked && compileFilter(checked, at, false, this.source, this.parts.catalog);
  }

  moments(filter: Filter, window: Window): Accumulator {
    // Named by what it is, not by its place: a segment's SQL must not change with the segments beside it.
    const name = createHash('sha256').update(`${window.text}\n${filter.sql}`).digest('hex').slice(0, 12);
    return this.parts.accumulators.add(`moments_${name}`, filter, window, MOMENTS);
  }

  leaf(sql: string, leaf: Omit<Leaf, 'index'>): Leaf {
    return this.parts.leaves.add(sql, leaf);
  }

  report(at: Path, message: string): void {
    this.source.report(at, message);
  }
}
