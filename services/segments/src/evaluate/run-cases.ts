// Runs the cases that definitions carry.
import type { Definitions } from '../definitions/load.js';
import type { TraitValue } from '../operators/traits/operator.js';
import { PROFILE, type SegmentCase, type TraitCase } from '../definitions/cases.js';
import { createEvaluator } from './evaluator.js';

export interface CaseResult {
  /** File of the definition, and the line that the case begins at. */
  file: string;
  line: number;
  name: string;
  /** What the definition says, and what came out: for a segment, whether the profile is a member. */
  expected: TraitValue | boolean;
  actual: TraitValue | boolean;
  passed: boolean;
}

/** Runs every case of every definition. */
export function runCases(definitions: Definitions): CaseResult[] {
  const evaluator = createEvaluator(definitions);
  const evaluate = ({ activities, now, boundaries }: (TraitCase | SegmentCase)) => {
    for (const { name, rank } of definitions.traits) rank?.learn(boundaries[name] ? [{ effectiveAt: 0, values: boundaries[name] }] : []);
    const state = evaluator.empty(PROFILE);
    for (const activity of activities) evaluator.apply(state, activity);
    return { traits: evaluator.traits(state, now), members: evaluator.evaluate(state, now).members };
  };
  const result = (file: string, { line, name }: { line: number; name: string }, expected: TraitValue | boolean, actual: TraitValue | boolean): CaseResult =>
    ({ file, line, name, expected, actual, passed: expected === actual });
  return [
    ...definitions.traits.flatMap((trait) => trait.cases.map((one) =>
      result(trait.file, one, one.expect, evaluate(one).traits[trait.name]!))),
    ...definitions.segments.flatMap((segment) => segment.cases.map((one) =>
      result(segment.file, one, one.member, evaluate(one).members.includes(segment.name)))),
  ];
}
