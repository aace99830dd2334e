import { describe, expect, it } from '@jest/globals';
import { DAY, evaluatorOf, happening, HOUR, NOON, personWho, segmentText } from '../../test/one-segment.js';

const [FROM, UNTIL] = [NOON, NOON + DAY];
const period = `{ from: '2026-01-15T12:00:00Z', until: '2026-01-16T13:00:00+01:00' }`;
const ORDERED = '{ absence: { of: { types: [order_refunded] }, after: { types: [order_completed] }, for: 1h } }';

describe.each([
  ['a period in a condition', segmentText('only', `{ during: ${period} }`)],
  ['the validity of a segment', segmentText('only', '{ not: { during: { until: 2020-01-01 } } }', `purpose: marketing\nvalid: ${period}`)],
])('%s', (_, text) => {
  const evaluator = evaluatorOf(text);
  const at = (now: number) => evaluator.evaluate(personWho(evaluator), now);

  it('begins and ends at the very millisecond', () => {
    expect(at(FROM - 1)).toMatchObject({ members: [], nextChangeAt: FROM });
    expect(at(FROM)).toMatchObject({ members: ['only'], nextChangeAt: UNTIL });
    expect(at(UNTIL - 1)).toMatchObject({ members: ['only'], nextChangeAt: UNTIL });
    expect(at(UNTIL)).toMatchObject({ members: [], nextChangeAt: null });
  });

  it('is explained', () => {
    const { findings } = evaluator.explain('only', personWho(evaluator), NOON + HOUR);
    expect(findings.map(({ sentence }) => sentence)).toContain('it is 2026-01-15T13:00:00.000Z, must be from 2026-01-15T12:00:00.000Z until 2026-01-16T12:00:00.000Z');
  });
});

describe('a period', () => {
  it('may be open at either side', () => {
    const evaluator = evaluatorOf(segmentText('since', '{ during: { from: 2026-01-15 } }'), segmentText('until', '{ during: { until: 2026-01-15 } }'));
    const members = [0, 13].map((hours) => evaluator.evaluate(personWho(evaluator), NOON - hours * HOUR));
    expect(members).toMatchObject([{ members: ['since'], nextChangeAt: null }, { members: ['until'], nextChangeAt: NOON - 12 * HOUR }]);
  });

  it('and what holds within it are both awaited', () => {
    const evaluator = evaluatorOf(segmentText('only', ORDERED, `purpose: marketing\nvalid: ${period}`));
    const ordered = (at: number) => evaluator.evaluate(personWho(evaluator, happening('order_completed', at)), NOON - HOUR);
    expect(ordered(NOON - HOUR).nextChangeAt).toBe(NOON);
    expect(ordered(NOON - HOUR / 2).nextChangeAt).toBe(NOON + HOUR / 2);
  });
});
