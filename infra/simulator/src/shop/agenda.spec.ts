// The order in which an agenda gives what was added.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Agenda } from './agenda.js';

describe('an agenda', () => {
  it('gives everything once, by time and then in the order of being added, also while more is added', () => {
    fc.assert(fc.property(fc.array(fc.oneof(fc.nat(20), fc.constant('take' as const)), { maxLength: 200 }), (steps) => {
      const agenda = new Agenda<number>();
      const expected: { at: number; value: number }[] = [];
      for (const [number, step] of steps.entries()) {
        if (step === 'take') {
          expected.sort((a, b) => a.at - b.at || a.value - b.value);
          expect(agenda.nextAt).toBe(expected[0]?.at ?? Infinity);
          const next = expected.shift();
          expect(agenda.take()).toEqual(next === undefined ? undefined : expect.objectContaining(next));
        } else {
          agenda.add(step, number);
          expected.push({ at: step, value: number });
        }
      }
    }), { numRuns: 500 });
  });
});
