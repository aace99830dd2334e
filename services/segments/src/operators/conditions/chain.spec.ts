import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Activity } from '../../definitions/fields.js';
import { bucketsIn } from '../../evaluate/accumulator.js';
import { rowReader } from '../../evaluate/row.js';
import { DAY, evaluatorOf, happening, HOUR, MINUTE, NOON, personWho, SECOND, segmentText } from '../../test/one-segment.js';
import { MAX_MOMENTS } from '../moments.js';
import { durationText } from './chain.js';

const [ADD, CHECKOUT, ORDER] = ['product_added', 'checkout_started', 'order_completed'];
const ABSENCE = `{ absence: { of: { types: [${ORDER}] }, after: { types: [${ADD}] }, for: 1h, window: 2d } }`;
const FUNNEL = `{ sequence: [{ types: [${ADD}] }, { types: [${CHECKOUT}], within: 1d }, { not: { types: [${ORDER}] }, for: 2h }], window: 3d }`;
const BETWEEN = `{ sequence: [{ types: [${ADD}] }, { not: { types: [product_removed] } }, { types: [${ORDER}], within: 1h }], window: 2d }`;

const only = (when: string) => evaluatorOf(segmentText('only', when));
const isIn = (when: string, now: number, ...activities: Activity[]) => {
  const evaluator = only(when);
  return evaluator.evaluate(personWho(evaluator, ...activities), now).members.length === 1;
};

/** Members at the foretold time and a millisecond before it: the time is the very one. */
function turn(when: string, now: number, ...activities: Activity[]) {
  const evaluator = only(when);
  const { members, nextChangeAt } = evaluator.evaluate(personWho(evaluator, ...activities), now);
  const at = (time: number) => evaluator.evaluate(personWho(evaluator, ...activities), time).members.length === 1;
  return nextChangeAt === null ? { member: members.length === 1, in: null } : { member: members.length === 1, in: nextChangeAt - now, before: at(nextChangeAt - 1), then: at(nextChangeAt) };
}

describe('who put something into the cart and does not order', () => {
  const added = happening(ADD, NOON);

  it('enters when the hour is over, to the millisecond, with no event', () => {
    expect(turn(ABSENCE, NOON + 1, added)).toEqual({ member: false, in: HOUR - 1, before: false, then: true });
  });

  it('leaves when what was added is too long ago', () => {
    expect(turn(ABSENCE, NOON + HOUR, added)).toEqual({ member: true, in: 2 * DAY - HOUR, before: true, then: false });
    expect(turn(ABSENCE, NOON + HOUR, added, happening(ADD, NOON + 10 * MINUTE))).toEqual({ member: true, in: 2 * DAY - 50 * MINUTE, before: true, then: false });
  });

  it('does not enter who orders before, and leaves who orders after', () => {
    expect(turn(ABSENCE, NOON + 30 * MINUTE, added, happening(ORDER, NOON + 20 * MINUTE))).toEqual({ member: false, in: null });
    expect(turn(ABSENCE, NOON + HOUR, added, happening(ORDER, NOON + 3 * HOUR))).toEqual({ member: true, in: 2 * HOUR, before: true, then: false });
  });

  it('is taken out by an order that came late and happened within the hour', () => {
    const evaluator = only(ABSENCE);
    const state = personWho(evaluator, added);
    expect(evaluator.evaluate(state, NOON + HOUR).members).toEqual(['only']);
    evaluator.apply(state, happening(ORDER, NOON + 59 * MINUTE));
    expect(evaluator.evaluate(state, NOON + HOUR + 1)).toMatchObject({ members: [], nextChangeAt: null });
  });

  it('is not kept out by an order of the same millisecond, which is not after it', () => {
    expect(isIn(ABSENCE, NOON + HOUR, added, happening(ORDER, NOON))).toBe(true);
    expect(isIn(ABSENCE, NOON + HOUR, added, happening(ORDER, NOON + 1))).toBe(false);
  });

  it('is not what bots do', () => {
    expect(isIn(ABSENCE, NOON + HOUR, happening(ADD, NOON, { is_bot: true }))).toBe(false);
  });
});

describe('a sequence', () => {
  it('holds from when its end has lasted', () => {
    expect(turn(FUNNEL, NOON + HOUR, happening(ADD, NOON), happening(CHECKOUT, NOON + HOUR))).toEqual({ member: false, in: 2 * HOUR, before: false, then: true });
    expect(turn(FUNNEL, NOON + HOUR, happening(ADD, NOON), happening(CHECKOUT, NOON + 2 * HOUR))).toEqual({ member: false, in: 3 * HOUR, before: false, then: true });
  });

  it('is in order: at the same millisecond nothing follows', () => {
    expect(isIn(FUNNEL, NOON + 2 * HOUR, happening(ADD, NOON), happening(CHECKOUT, NOON))).toBe(false);
    expect(isIn(FUNNEL, NOON + 2 * HOUR, happening(ADD, NOON - 1), happening(CHECKOUT, NOON))).toBe(true);
    expect(isIn(FUNNEL, NOON + 2 * HOUR, happening(ADD, NOON), happening(CHECKOUT, NOON - 1))).toBe(false);
  });

  it('has at most so long between two steps', () => {
    expect(isIn(FUNNEL, NOON + 2 * HOUR, happening(ADD, NOON - DAY), happening(CHECKOUT, NOON))).toBe(true);
    expect(isIn(FUNNEL, NOON + 2 * HOUR, happening(ADD, NOON - DAY - 1), happening(CHECKOUT, NOON))).toBe(false);
  });

  it('has nothing of what it excludes strictly between two steps', () => {
    const [added, ordered] = [happening(ADD, NOON), happening(ORDER, NOON + MINUTE)];
    const removedAt = (at: number) => isIn(BETWEEN, NOON + HOUR, added, happening('product_removed', at), ordered);
    expect([NOON - 1, NOON, NOON + 1, NOON + MINUTE - 1, NOON + MINUTE, NOON + MINUTE + 1].map(removedAt)).toEqual([true, true, false, false, true, true]);
  });

  it('may begin anew after what it excludes', () => {
    expect(isIn(BETWEEN, NOON + HOUR, happening(ADD, NOON), happening('product_removed', NOON + 1), happening(ADD, NOON + 2), happening(ORDER, NOON + MINUTE))).toBe(true);
  });

  it('may name the same activities twice', () => {
    const twice = `{ sequence: [{ types: [${ADD}] }, { types: [${ADD}], within: 1h }] }`;
    expect(isIn(twice, NOON + HOUR, happening(ADD, NOON))).toBe(false);
    expect(isIn(twice, NOON + HOUR, happening(ADD, NOON), happening(ADD, NOON))).toBe(false);
    expect(isIn(twice, NOON + HOUR, happening(ADD, NOON), happening(ADD, NOON + HOUR))).toBe(true);
  });

  it('is the same in a state that was joined, pruned, or read from rows', () => {
    const evaluator = only(FUNNEL);
    const [one, other] = [personWho(evaluator, happening(ADD, NOON)), evaluator.empty('')];
    evaluator.apply(other, happening(CHECKOUT, NOON + HOUR));
    for (const state of [one, other]) evaluator.prune(state, NOON + 2 * HOUR);
    evaluator.join(one, other);
    expect(evaluator.evaluate(one, NOON + 2 * HOUR)).toMatchObject({ members: [], nextChangeAt: NOON + 3 * HOUR });
    evaluator.prune(one, NOON + 3 * DAY - 1);
    expect(evaluator.evaluate(one, NOON + 3 * DAY - 1)).toMatchObject({ members: ['only'], nextChangeAt: NOON + 3 * DAY });

    const { read } = rowReader(['type', 'occurred_at', 'is_bot', 'is_machine']);
    const rows = [happening(ADD, NOON), happening(CHECKOUT, NOON + HOUR)].map(({ type, occurred_at, is_bot, is_machine }) => [type, occurred_at, is_bot, is_machine]);
    const cold = personWho(evaluator, ...rows.map(read));
    expect(evaluator.evaluate(cold, NOON + 2 * HOUR)).toMatchObject({ members: [], nextChangeAt: NOON + 3 * HOUR });
  });

  it('looks at the latest of very many activities, and keeps no more', () => {
    const many = Array.from({ length: 5 * MAX_MOMENTS }, (_, second) => happening(ADD, NOON + second));
    const evaluator = only(FUNNEL);
    const state = personWho(evaluator, ...many, happening(CHECKOUT, NOON + 4 * MAX_MOMENTS));
    evaluator.prune(state, NOON + MINUTE);
    // Of what was added, nothing before the checkout is among the latest.
    expect(evaluator.evaluate(state, NOON + 3 * HOUR).members).toEqual([]);
    expect(evaluator.evaluate(state, NOON + 4 * MAX_MOMENTS).nextChangeAt).not.toBeNull();
    expect([...state.buckets.values()].flatMap((buckets) => [...bucketsIn(buckets)] as number[][]).map((bucket) => bucket.length).sort()).toEqual([1, MAX_MOMENTS]);
  });

  it('is explained, step by step', () => {
    const evaluator = only(FUNNEL);
    const state = personWho(evaluator, happening(ADD, NOON), happening(CHECKOUT, NOON + HOUR));
    expect(evaluator.explain('only', state, NOON + 2 * HOUR).findings.slice(1)).toEqual([
      { depth: 0, holds: false, sentence: 'within 3d, this must happen in this order:' },
      { depth: 1, holds: true, sentence: 'product_added: last at 2026-01-15T12:00:00.000Z' },
      { depth: 1, holds: true, sentence: 'checkout_started, at most 1d after the step before: last at 2026-01-15T13:00:00.000Z' },
      { depth: 1, holds: false, sentence: 'no order_completed for 2h: since 2026-01-15T13:00:00.000Z' },
    ]);
    const [, , , step] = evaluator.explain('only', personWho(evaluator), NOON).findings;
    expect(step).toEqual({ depth: 1, holds: false, sentence: 'checkout_started, at most 1d after the step before: not so far' });
  });
});

/** What FUNNEL and BETWEEN mean, word by word, with lengths of seconds: every choice of moments is tried. */
function meaning(activities: readonly Activity[], now: number): { funnel: boolean; between: boolean } {
  const of = (type: string) => activities.filter((one) => one.type === type && one.occurred_at <= now).map((one) => one.occurred_at);
  const pairs = (second: string, within: number) => of(ADD!).flatMap((a) => of(second).map((b) => [a, b] as const)).filter(([a, b]) => a > now - 60 * SECOND && a < b && b - a <= within);
  return {
    funnel: pairs(CHECKOUT!, 5 * SECOND).some(([, b]) => now - b >= 3 * SECOND && !of(ORDER!).some((c) => c > b)),
    between: pairs(ORDER!, 4 * SECOND).some(([a, b]) => !of('product_removed').some((c) => c > a && c < b)),
  };
}

describe('a chain of random activities', () => {
  const history = fc.array(fc.tuple(fc.constantFrom(ADD!, CHECKOUT!, ORDER!, 'product_removed'), fc.integer({ min: -70, max: 4 })), { maxLength: 12 })
    .map((list) => list.map(([type, seconds]) => happening(type, NOON + seconds * SECOND)));
  const evaluator = evaluatorOf(
    segmentText('funnel', `{ sequence: [{ types: [${ADD}] }, { types: [${CHECKOUT}], within: 5s }, { not: { types: [${ORDER}] }, for: 3s }], window: 1m }`),
    segmentText('between', `{ sequence: [{ types: [${ADD}] }, { not: { types: [product_removed] } }, { types: [${ORDER}], within: 4s }], window: 1m }`),
  );
  const membersOf = (activities: readonly Activity[], now: number) => evaluator.evaluate(personWho(evaluator, ...activities), now);

  it('is found where the words say so', () => {
    fc.assert(fc.property(history, fc.integer({ min: -2, max: 60 }), (activities, seconds) => {
      const now = NOON + seconds * SECOND;
      const { funnel, between } = meaning(activities, now);
      expect(membersOf(activities, now).members).toEqual([...(between ? ['between'] : []), ...(funnel ? ['funnel'] : [])]);
    }), { numRuns: 2_000 });
  });

  it('changes at the foretold second, and at none before', () => {
    fc.assert(fc.property(history, (activities) => {
      const { members, nextChangeAt } = membersOf(activities, NOON);
      const sameAt = (now: number) => JSON.stringify(membersOf(activities, now).members) === JSON.stringify(members);
      let first: number | null = null;
      for (let now = NOON + SECOND; first === null && now < NOON + 100 * SECOND; now += SECOND) if (!sameAt(now)) first = now;
      expect(nextChangeAt).toBe(first);
      if (first !== null) expect(sameAt(first - 1)).toBe(true);
    }), { numRuns: 300 });
  });
});

describe('a length of time in words', () => {
  it('is in the longest unit that fits', () => {
    expect([90_000, 60_000, 7_200_000, 86_400_000, 86_399_000, 1].map(durationText)).toEqual(['90s', '1m', '2h', '1d', '86399s', '1ms']);
  });
});
