// The condition operators, by the key that stands for each in a segment: a new one is a file beside this one and a line here.
import { suggestion, type Path, type SourceFile } from '../../definitions/source.js';
import type { Trait } from '../../definitions/trait.js';
import { all } from './all.js';
import { any } from './any.js';
import { not } from './not.js';
import type { Condition, ConditionOperator, NodeReader } from './operator.js';
import { trait } from './trait.js';

/** By the key that definitions use. */
export const CONDITION_OPERATORS: Readonly<Record<string, ConditionOperator<unknown>>> = { all, any, not, trait };

/** Nested deeper, nobody understands a segment, and nothing that reads it needs to fear for its stack. */
const MAX_DEPTH = 20;

/** Reads the tree of a segment's `when`. */
export class ConditionReader implements NodeReader {
  constructor(
    readonly source: SourceFile,
    readonly traits: ReadonlyMap<string, Trait>,
    /** Names of traits that exist but are wrong: told already, where they stand. */
    readonly broken: ReadonlySet<string>,
  ) {}

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
    const trait = this.traits.get(name);
    if (!trait && !this.broken.has(name)) this.report(at, `there is no trait "${name}" in schemas/traits: name one of ${suggestion(name, [...this.traits.keys()])}`);
    return trait;
  }

  report(at: Path, message: string): void {
    this.source.report(at, message);
  }
}
