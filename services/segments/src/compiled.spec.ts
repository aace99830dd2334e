import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { begun, changeTo } from './compiled.js';

/** Meanings by segment, as meaningsAt has them: of some segments by ranks that hold since then. */
const meanings = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.tuple(fc.constantFrom('1', '2'), fc.constantFrom('', '@10', '@20')).map((parts) => parts.join(''))).map((record) => new Map(Object.entries(record)));

describe('what a partition has adopted', () => {
  it('has, once it was begun, those to be looked at again who entered, whatever the definitions are then', () => {
    fc.assert(fc.property(meanings, meanings, meanings, (adopted, wanted, later) => {
      const change = changeTo(wanted, adopted);
      fc.pre(change !== undefined);
      const next = changeTo(later, begun(adopted, change!.changed));
      const looked = new Set([...(next?.changed ?? []), ...(next?.removed ?? [])]);
      for (const name of [...change!.changed, ...change!.removed.filter((removed) => !later.has(removed))]) expect(looked).toContain(name);
      // Begun again, it goes the same way for the same reason.
      const again = changeTo(wanted, begun(adopted, change!.changed))!;
      expect([again.changed.toSorted(), again.removed.toSorted(), again.byTime]).toEqual([change!.changed.toSorted(), change!.removed.toSorted(), change!.byTime]);
    }));
  });
});
