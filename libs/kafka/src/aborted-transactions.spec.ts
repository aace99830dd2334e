import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AbortedTransactions, type BatchOfTransaction } from './aborted-transactions.js';

type Step = { producer: number; does: 'write' | 'commit' | 'abort' };
const anyStep: fc.Arbitrary<Step> = fc.record({ producer: fc.nat({ max: 3 }), does: fc.constantFrom('write', 'write', 'write', 'commit', 'abort') });

/** A partition's log of these steps, as far as it is stable, and its aborted transactions as a broker notes them: as they end. */
function logOf(steps: readonly Step[]) {
  const open = new Map<number, number[]>();
  const log: { batch: BatchOfTransaction; isMarker: boolean }[] = [];
  const committed = new Set<number>();
  const aborted: { producerId: string; firstOffset: number; lastOffset: number }[] = [];
  for (const { producer, does } of steps) {
    const written = open.get(producer) ?? [];
    if (does !== 'write' && written.length === 0) continue;
    const offset = log.length;
    log.push({ batch: { producerId: String(producer), lastOffset: offset, inTransaction: true, isAbortMarker: does === 'abort' }, isMarker: does !== 'write' });
    if (does === 'commit') for (const one of written) committed.add(one);
    if (does === 'abort') aborted.push({ producerId: String(producer), firstOffset: written[0]!, lastOffset: offset });
    if (does === 'write') open.set(producer, [...written, offset]);
    else open.delete(producer);
  }
  return { log: log.slice(0, Math.min(log.length, ...[...open.values()].map(([first]) => first!))), committed, aborted };
}

describe('aborted transactions', () => {
  it('leave what was committed, wherever a read begins, in whatever order they ended', () => {
    fc.assert(fc.property(fc.array(anyStep, { maxLength: 60 }), fc.nat({ max: 60 }), (steps, from) => {
      const { log, committed, aborted } = logOf(steps);
      const transactions = new AbortedTransactions(aborted.filter(({ lastOffset }) => lastOffset >= from));
      const left = log.slice(from).filter(({ batch }) => !transactions.has(batch));
      const records = left.filter(({ isMarker }) => !isMarker).map(({ batch }) => batch.lastOffset);
      expect(records).toEqual(log.slice(from).map(({ batch }) => batch.lastOffset).filter((offset) => committed.has(offset)));
      expect(left.filter(({ isMarker }) => isMarker)).toEqual(log.slice(from).filter(({ isMarker }) => isMarker));
    }), { numRuns: 2_000 });
  });

  it('are none of whoever writes without a transaction', () => {
    const transactions = new AbortedTransactions([{ producerId: '1', firstOffset: 0 }]);
    expect(transactions.has({ producerId: '1', lastOffset: 0, inTransaction: false, isAbortMarker: false })).toBe(false);
    expect(transactions.has({ producerId: '1', lastOffset: 1, inTransaction: true, isAbortMarker: false })).toBe(true);
  });
});
