// Rules that hold for any definitions and any history: order of arrival, time alone, pruning.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Activity } from '../definitions/fields.js';
import { definitionsArbitrary } from '../test/random-definitions.js';
import { historyArbitrary, timeArbitrary } from '../test/random-histories.js';
import { createEvaluator, type Evaluator } from './evaluator.js';
import type { TraitValue } from '../operators/traits/operator.js';
import { packState, unpackState } from './pack.js';
import { Subject, type ProfileState } from './subject.js';

const PROFILE = '00000000-0000-4000-8000-000000000000';
const RUNS = { numRuns: 500 };
const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;

function stateOf(evaluator: Evaluator, activities: readonly Activity[]): ProfileState {
  const state = evaluator.empty(PROFILE);
  for (const activity of activities) evaluator.apply(state, activity);
  return state;
}

/** All that an evaluation says. */
function outcome(evaluator: Evaluator, state: ProfileState, now: number) {
  return { members: evaluator.evaluate(state, now).members, traits: evaluator.traits(state, now) };
}

/** Those that are something, and else than nobody's, as text. */
function ownOf(traits: Record<string, TraitValue>, nobodys: Record<string, TraitValue>): Record<string, string> {
  return Object.fromEntries(Object.entries(traits).flatMap(([name, value]) => (value === null || value === nobodys[name] ? [] : [[name, String(value)]])));
}

const shuffled = historyArbitrary.chain((history) => fc.tuple(fc.constant(history), fc.shuffledSubarray(history, { minLength: history.length })));

/** Times from `now` to before `end` at which something may happen: edges of minutes and days, and just before the end. */
function timesUntil(now: number, end: number): number[] {
  const steps = [1, MINUTE, 2 * MINUTE, 10 * MINUTE, 60 * MINUTE, DAY, 5 * DAY, 100 * DAY, 500 * DAY];
  return [...steps.map((step) => now + step), ...steps.map((step) => now - (now % MINUTE) + step), end - 1].filter((time) => time > now && time < end);
}

describe('an evaluation', () => {
  it('does not depend on the order in which activities arrived', () => {
    fc.assert(fc.property(definitionsArbitrary, shuffled, timeArbitrary, (definitions, [history, otherwise], now) => {
      const evaluator = createEvaluator(definitions);
      expect(outcome(evaluator, stateOf(evaluator, otherwise), now)).toEqual(outcome(evaluator, stateOf(evaluator, history), now));
    }), RUNS);
  });

  it('gives the same members at any time before nextChangeAt', () => {
    fc.assert(fc.property(definitionsArbitrary, historyArbitrary, timeArbitrary, (definitions, history, now) => {
      const evaluator = createEvaluator(definitions);
      const state = stateOf(evaluator, history);
      const { members, nextChangeAt } = evaluator.evaluate(state, now);
      for (const time of timesUntil(now, nextChangeAt ?? Infinity)) {
        // Anew, from the activities: what is kept from one evaluation to the next has no part in it.
        expect({ time, members: evaluator.evaluate(stateOf(evaluator, history), time).members }).toEqual({ time, members });
      }
    }), RUNS);
  });

  it('gives the same whether it goes on from the last one or begins anew, one activity after the other', () => {
    const steps = fc.tuple(historyArbitrary, fc.array(timeArbitrary, { minLength: 15, maxLength: 15 }));
    fc.assert(fc.property(definitionsArbitrary, steps, (definitions, [history, times]) => {
      const evaluator = createEvaluator(definitions);
      const state = evaluator.empty(PROFILE);
      const clock = times.sort((a, b) => a - b);
      for (const [index, activity] of history.entries()) {
        evaluator.apply(state, activity);
        const now = clock[Math.min(index, clock.length - 1)]!;
        // As the service does, before each.
        evaluator.prune(state, now);
        const { members, nextChangeAt, ownTraits } = evaluator.evaluate(state, now);
        const anew = (time: number) => evaluator.evaluate(stateOf(evaluator, history.slice(0, index + 1)), time).members;
        expect(members).toEqual(anew(now));
        expect(ownTraits()).toEqual(ownOf(evaluator.traits(stateOf(evaluator, history.slice(0, index + 1)), now), evaluator.traits(evaluator.empty(PROFILE), now)));
        for (const time of timesUntil(now, nextChangeAt ?? Infinity)) expect({ time, members: anew(time) }).toEqual({ time, members });
      }
    }), { numRuns: 200 });
  });

  it('comes to rest: from each nextChangeAt to the next, time goes on and ends', () => {
    fc.assert(fc.property(definitionsArbitrary, historyArbitrary, timeArbitrary, (definitions, history, start) => {
      const evaluator = createEvaluator(definitions);
      const state = stateOf(evaluator, history);
      let now: number | null = start;
      for (let step = 0; now !== null; step += 1) {
        const next: number | null = evaluator.evaluate(state, now).nextChangeAt;
        if (next !== null) expect(next).toBeGreaterThan(now);
        expect(step).toBeLessThan(500);
        now = next;
      }
    }), RUNS);
  });

  it('makes nobody a member by time alone of whom no prospect is told, where nothing is dated later', () => {
    fc.assert(fc.property(definitionsArbitrary, historyArbitrary, timeArbitrary, (definitions, history, now) => {
      const evaluator = createEvaluator(definitions);
      const state = stateOf(evaluator, history.filter(({ occurred_at }) => occurred_at <= now));
      for (const { name, condition } of definitions.segments) {
        const told = condition.prospect.holds(new Subject(state, now));
        if (condition.holds(new Subject(state, now))) expect({ name, told }).toEqual({ name, told: true });
        const times = [...timesUntil(now, Infinity), ...[8, 31, 45, 92].map((days) => now + days * DAY)];
        for (const time of told ? [] : times) expect({ name, time, holds: condition.holds(new Subject(state, time)) }).toEqual({ name, time, holds: false });
      }
    }), RUNS);
  });

  it('is the same after pruning, with activities that arrive late too', () => {
    const halves = fc.tuple(historyArbitrary, historyArbitrary);
    fc.assert(fc.property(definitionsArbitrary, halves, timeArbitrary, timeArbitrary, (definitions, [early, late], a, b) => {
      const evaluator = createEvaluator(definitions);
      const pruned = stateOf(evaluator, early);
      evaluator.prune(pruned, Math.min(a, b));
      for (const activity of late) evaluator.apply(pruned, activity);
      const whole = stateOf(evaluator, [...early, ...late]);
      expect(outcome(evaluator, pruned, Math.max(a, b))).toEqual(outcome(evaluator, whole, Math.max(a, b)));
    }), RUNS);
  });

  it('is the same where definitions changed twice on the way, once a state has what it lacked', () => {
    const thirds = fc.tuple(historyArbitrary, historyArbitrary, historyArbitrary);
    const three = fc.tuple(definitionsArbitrary, definitionsArbitrary, definitionsArbitrary);
    let lacked = 0;
    fc.assert(fc.property(three, thirds, fc.boolean(), timeArbitrary, timeArbitrary, (definitions, [one, two, three], between, a, b) => {
      const [first, second, last] = definitions.map((each) => createEvaluator(each)) as [Evaluator, Evaluator, Evaluator];
      const state = stateOf(first, one);
      first.evaluate(state, Math.min(a, b));
      first.prune(state, Math.min(a, b));
      second.takesOver(first)(state);
      for (const activity of two) second.apply(state, activity);
      if (between) second.complete(state, [...one, ...two]);
      last.takesOver(second)(state);
      for (const activity of three) last.apply(state, activity);
      lacked += last.lacking([state]).length;
      last.complete(state, [...one, ...two, ...three]);
      expect(last.lacking([state])).toEqual([]);
      expect(outcome(last, state, Math.max(a, b))).toEqual(outcome(last, stateOf(last, [...one, ...two, ...three]), Math.max(a, b)));
    }), { numRuns: 300 });
    expect(lacked).toBeGreaterThan(300);
  });

  it('is the same for a state that was joined of two, however they were pruned and stored', () => {
    const halves = fc.tuple(historyArbitrary, historyArbitrary);
    fc.assert(fc.property(definitionsArbitrary, halves, timeArbitrary, timeArbitrary, (definitions, [one, other], a, b) => {
      const evaluator = createEvaluator(definitions);
      const [state, handed] = [stateOf(evaluator, one), stateOf(evaluator, other)];
      evaluator.prune(state, Math.min(a, b));
      evaluator.prune(handed, Math.min(a, b));
      evaluator.join(state, unpackState(packState(handed)));
      expect(outcome(evaluator, state, Math.max(a, b))).toEqual(outcome(evaluator, stateOf(evaluator, [...one, ...other]), Math.max(a, b)));
    }), RUNS);
  });
});
