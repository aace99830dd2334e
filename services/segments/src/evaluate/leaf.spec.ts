import { describe, expect, it } from '@jest/globals';
import { Leaves, Outcomes, type Leaf } from './leaf.js';
import { emptyState, Subject } from './subject.js';

const subjectAt = (now: number, outcomes?: Outcomes) => new Subject(emptyState(''), now, outcomes);

/** A leaf that holds from 100 to 200, and how often it was worked out. */
function counted(leaves = new Leaves()): { leaf: Leaf; times: () => number } {
  let times = 0;
  const leaf = leaves.add('counted', {
    accumulators: [],
    personal: false,
    holds: ({ now }) => (times += 1) > 0 && now >= 100 && now < 200,
    nextChange: ({ now }) => (now < 100 ? 100 : now < 200 ? 200 : Infinity),
  });
  return { leaf, times: () => times };
}

describe('leaves', () => {
  it('that mean the same are one', () => {
    const leaves = new Leaves();
    expect(counted(leaves).leaf).toBe(counted(leaves).leaf);
    expect(leaves.add('another', counted().leaf).index).toBe(1);
  });

  it('are worked out once, however many ask', () => {
    const { leaf, times } = counted();
    const subject = subjectAt(150, Outcomes.ofNone(1));
    expect([subject.outcomeOf(leaf), subject.outcomeOf(leaf)]).toEqual([200, 200]);
    expect(times()).toBe(1);
  });

  it('are due at their time, and not before', () => {
    const { leaf } = counted();
    const outcomes = Outcomes.ofNone(1);
    expect(subjectAt(50, outcomes).outcomeOf(leaf)).toBe(-100);
    expect([outcomes.due(99), outcomes.due(100)]).toEqual([[], [0]]);
    expect(outcomes.renew(leaf, subjectAt(100, outcomes))).toBe(true);
    expect([subjectAt(100, outcomes).outcomeOf(leaf), outcomes.soonest, outcomes.due(199)]).toEqual([200, 200, []]);
  });

  it('are no others where neither what they say nor their time is another', () => {
    const { leaf } = counted();
    const outcomes = Outcomes.ofNone(1);
    expect(outcomes.renew(leaf, subjectAt(120, outcomes))).toBe(false);
    subjectAt(120, outcomes).outcomeOf(leaf);
    expect([outcomes.renew(leaf, subjectAt(150, outcomes)), outcomes.renew(leaf, subjectAt(200, outcomes))]).toEqual([false, true]);
  });

  it('that cannot be worked out any more tell it to whoever asks', () => {
    const outcomes = Outcomes.ofNone(1);
    const leaf = new Leaves().add('fails', {
      accumulators: [], personal: false, nextChange: () => Infinity,
      holds({ now }) {
        if (now > 1) throw new Error('cannot');
        return true;
      },
    });
    expect(subjectAt(1, outcomes).outcomeOf(leaf)).toBe(Infinity);
    expect(outcomes.renew(leaf, subjectAt(2, outcomes))).toBe(true);
    expect(() => subjectAt(2, outcomes).outcomeOf(leaf)).toThrow('cannot');
  });

  it('of a copy go their own way', () => {
    const { leaf } = counted();
    const outcomes = Outcomes.ofNone(1);
    subjectAt(150, outcomes).outcomeOf(leaf);
    const copy = outcomes.copy();
    copy.renew(leaf, subjectAt(200, copy));
    expect([subjectAt(150, outcomes).outcomeOf(leaf), subjectAt(200, copy).outcomeOf(leaf)]).toEqual([200, -Infinity]);
  });
});
