// `ratio`: one trait divided by another, in whole millionths, truncated toward zero; no value where either has none, or where it would divide by 0.
import { z } from 'zod';
import { KINDS } from '../../definitions/kinds.js';
import type { Trait } from '../../definitions/trait.js';
import { clamp, clampSql } from './amounts.js';
import type { SettingProblem, TraitOperator } from './operator.js';

const MILLION = 1_000_000;

/** How many of the value's units are 1. */
function unitsOf({ kind }: Trait): number {
  return kind === 'millionths' ? MILLION : 1;
}

function problemOf(key: string, { name, kind, ages }: Trait): SettingProblem | undefined {
  if (kind !== 'number' && kind !== 'millionths') {
    return { key, problem: `ratio divides numbers, and trait "${name}" is a ${kind}: name one whose value is a number` };
  }
  if (ages) return { key, problem: `ratio cannot read "${name}", whose value changes as time goes by: name one that counts or adds up activities` };
  return undefined;
}

export const ratio: TraitOperator = {
  shape: { of: z.string(), to: z.string() },
  reads: (settings) => ({ of: settings['of'] as string, to: settings['to'] as string }),
  derive(_, traits) {
    const [of, to] = traits as [Trait, Trait];
    const problem = problemOf('of', of) ?? problemOf('to', to);
    if (problem) return problem;
    const [times, over] = [MILLION * unitsOf(to), unitsOf(of)];
    return {
      kind: 'millionths',
      traits,
      value(subject) {
        const [dividend, divisor] = [subject.valueOf(of) as number | null, subject.valueOf(to) as number | null];
        if (dividend === null || divisor === null || divisor === 0) return null;
        return clamp((BigInt(dividend) * BigInt(times)) / (BigInt(divisor) * BigInt(over)));
      },
      sql(column) {
        const [dividend, divisor] = [`toInt128(${of.sql(column)}) * toInt128(${times})`, `toInt128(${to.sql(column)}) * toInt128(${over})`];
        // Both branches may be worked out, and intDiv fails where it divides by 0.
        return `if(ifNull(${to.sql(column)}, 0) = 0, NULL, ${clampSql(`intDivOrZero(${dividend}, ${divisor})`)})`;
      },
      show: KINDS.millionths.show,
    };
  },
};
