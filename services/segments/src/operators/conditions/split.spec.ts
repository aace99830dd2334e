import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { evaluatorOf, NOON, personWho, PERSON, segmentText } from '../../test/one-segment.js';
import { splitNumber } from './split.js';

const people = Array.from({ length: 20_000 }, (_, index) => `00000000-0000-4000-8000-${index.toString(16).padStart(12, '0')}`);

describe('a split', () => {
  it('puts as many people into a part as it says', () => {
    const tenth = people.filter((id) => splitNumber('holdout', id) < 1_000).length;
    expect(tenth / people.length).toBeCloseTo(0.1, 1);
    expect(Math.max(...people.map((id) => splitNumber('holdout', id)))).toBe(9_999);
  });

  it('is independent of splits of other names', () => {
    const [one, both] = [people.filter((id) => splitNumber('one', id) < 5_000), people.filter((id) => splitNumber('one', id) < 5_000 && splitNumber('two', id) < 5_000)];
    expect(both.length / one.length).toBeCloseTo(0.5, 1);
  });

  it('is what anybody can work out: the first bytes of an MD5', () => {
    const [a, b, c, d] = [...createHash('md5').update(`holdout:${PERSON}`).digest()];
    expect(splitNumber('holdout', PERSON)).toBe((a! + b! * 2 ** 8 + c! * 2 ** 16 + d! * 2 ** 24) % 10_000);
  });

  it('has a person in exactly one of parts that meet, from the first hundredth to before the last', () => {
    const number = splitNumber('holdout', PERSON) / 100;
    const at = (value: number) => Number(value.toFixed(2));
    const parts = [[0, number], [number, at(number + 0.01)], [at(number + 0.01), 100]];
    const evaluator = evaluatorOf(...parts.map(([from, to], index) => segmentText(`part-${index}`, `{ split: { name: holdout, from: ${from}, to: ${to} } }`)));
    const state = personWho(evaluator);
    expect(evaluator.evaluate(state, NOON)).toMatchObject({ members: ['part-1'], nextChangeAt: null });
    expect(evaluator.explain('part-1', state, NOON).findings[1]!.sentence).toBe(`number in split "holdout" is ${number}, must be at least ${number} and less than ${at(number + 0.01)}`);
  });
});
