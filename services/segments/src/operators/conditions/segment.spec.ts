import { describe, expect, it } from '@jest/globals';
import { DAY, decision, evaluatorOf, happening, HOUR, NOON, personWho, segmentText } from '../../test/one-segment.js';

const ADDED = '{ absence: { of: { types: [order_completed] }, after: { types: [product_added] }, for: 1h } }';
const evaluator = evaluatorOf(
  segmentText('carts', ADDED, 'purpose: personalization'),
  segmentText('carts-by-mail', '{ segment: carts }'),
  segmentText('no-carts', '{ not: { segment: carts } }'),
);
const [added, granted] = [happening('product_added', NOON), decision('granted', 'personalization', NOON - DAY)];

describe('a member of another segment', () => {
  it('is who its condition holds for, and nobody who did not consent to its purpose', () => {
    expect(evaluator.evaluate(personWho(evaluator, added, granted), NOON + HOUR).members).toEqual(['carts', 'carts-by-mail']);
    expect(evaluator.evaluate(personWho(evaluator, added), NOON + HOUR).members).toEqual(['no-carts']);
  });

  it('enters and leaves by time with it', () => {
    const state = personWho(evaluator, added, granted);
    expect(evaluator.evaluate(state, NOON)).toMatchObject({ members: ['no-carts'], nextChangeAt: NOON + HOUR });
    expect(evaluator.evaluate(state, NOON + HOUR - 1).members).toEqual(['no-carts']);
    expect(evaluator.evaluate(state, NOON + HOUR)).toMatchObject({ members: ['carts', 'carts-by-mail'], nextChangeAt: NOON + 30 * DAY });
  });

  it('leaves at the millisecond at which a decision on its purpose comes into force, and when one arrives', () => {
    const state = personWho(evaluator, added, granted, decision('withdrawn', 'personalization', NOON + 2 * HOUR));
    expect(evaluator.evaluate(state, NOON + HOUR)).toMatchObject({ members: ['carts', 'carts-by-mail'], nextChangeAt: NOON + 2 * HOUR });
    expect(evaluator.evaluate(state, NOON + 2 * HOUR - 1).members).toEqual(['carts', 'carts-by-mail']);
    expect(evaluator.evaluate(state, NOON + 2 * HOUR).members).toEqual(['no-carts']);
    evaluator.apply(state, decision('granted', 'personalization', NOON + 2 * HOUR + 1));
    expect(evaluator.evaluate(state, NOON + 2 * HOUR + 1).members).toEqual(['carts', 'carts-by-mail']);
  });

  it('is explained by its consent and its condition', () => {
    const { findings } = evaluator.explain('carts-by-mail', personWho(evaluator, added), NOON + HOUR);
    expect(findings.slice(0, 4)).toEqual([
      expect.objectContaining({ depth: 0, holds: true }),
      { depth: 0, holds: false, sentence: 'must be in segment carts:' },
      { depth: 1, holds: false, sentence: 'consent to personalization was never given, must be granted' },
      { depth: 1, holds: true, sentence: 'within 30d, this must happen in this order:' },
    ]);
  });
});
