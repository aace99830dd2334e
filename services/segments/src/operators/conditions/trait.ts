// `trait`: a person's value of a trait compares with a given one; several comparisons must all hold.
import { z } from 'zod';
import type { Subject } from '../../evaluate/subject.js';
import { COMPARISONS, compileTest, type Test } from '../comparisons.js';
import type { TraitValue } from '../traits/operator.js';
import { ALWAYS, conditionOperator, partsOfLeaf, type Columns } from './operator.js';

const comparisons = Object.keys(COMPARISONS);
const schema = z.strictObject({
  trait: z.string(),
  ...Object.fromEntries(comparisons.map((name) => [name, z.unknown().optional()])),
});

/** Comparisons that time alone does not make true of a value that falls, or grows: they hold now, or not before a deed. */
const LOST_BY_TIME = { falls: ['gt', 'gte'], grows: ['lt', 'lte'] };

export const trait = conditionOperator<{ trait: string }>({
  schema: schema as z.ZodType<{ trait: string }>,
  compile(node, at, reader) {
    const compared = reader.trait(node.trait, [...at, 'trait']);
    if (!compared) return undefined;
    const operands = Object.entries(node).filter(([key]) => key !== 'trait');
    if (operands.length === 0) {
      reader.report(at, `the condition on "${node.trait}" compares with nothing: add one of ${comparisons.join(', ')}`);
    }
    const { kind, show, accumulators } = compared;
    const tests: Test[] = [];
    for (const [name, raw] of operands) {
      const test = compileTest(name, raw, kind, `trait "${node.trait}"`);
      if ('problem' in test) reader.report([...at, name], test.problem);
      else tests.push(test);
    }
    if (tests.length === 0 || tests.length < operands.length) return undefined;
    const compareds = tests.flatMap((test) => test.operands as TraitValue[]);
    const [only] = tests;
    const rule = tests.length === 1 ? (value: TraitValue) => only!.holds(value) : (value: TraitValue) => tests.every((test) => test.holds(value));
    const holds = (subject: Subject) => rule(subject.valueOf(compared));
    const nextChange = (subject: Subject) => (compared.ages ? subject.firstFlip(compared.changes(subject, compareds), holds) : subject.firstFlipOf(compared, rule));
    const sql = ({ value }: Pick<Columns, 'value'>) => `(${tests.map((test) => test.sql(value(compared))).join(' AND ')})`;
    return {
      ...partsOfLeaf(reader.leaf(sql({ value: (trait) => trait.sql(({ name }) => name) }), { accumulators, personal: false, holds, nextChange })),
      traits: [compared],
      ranks: compared.rank ? [compared.rank] : [],
      sql,
      prospect: compared.byTime && operands.every(([name]) => LOST_BY_TIME[compared.byTime!].includes(name)) ? { holds, sql } : ALWAYS,
      explain(subject, depth) {
        const value = subject.valueOf(compared);
        const rule = tests.map((test) => test.explain((operand) => show(operand as string | number))).join(' and ');
        const sentence = `${compared.name} ${value === null ? 'has no value' : `is ${show(value)}`}, must ${rule}`;
        return [{ depth, holds: holds(subject), sentence }];
      },
    };
  },
});
