import { describe, expect, it } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import { createLogger } from '@tideway/service';
import { Adoption } from './adoption.js';
import type { Asker } from './nominees.js';

const silent = createLogger('test', 'silent');
const AT = 1_790_000_000_000;
const id = (n: number) => `0000000${n}-0000-4000-8000-00000000000${9 - n}`;

/** An adoption whose question is answered as the test says. */
function adopt({ unsure = [] as string[], former = [] as string[], owned = [1, 2, 3, 4].map(id) } = {}) {
  let asker!: Asker;
  const answered = Promise.withResolvers<void>();
  const adoption = new Adoption({
    logger: silent, unsure, former: async () => former, owns: (profileId) => owned.includes(profileId), onReady: () => undefined,
    nominees: (who) => {
      asker = who;
      return answered.promise;
    },
  });
  return {
    adoption,
    find: (...people: [number, ...string[]][]) => asker.found({ at: AT, people: new Map(people.map(([n, ...members]) => [id(n), members])) }),
    end: async () => {
      answered.resolve();
      await setImmediate();
    },
  };
}

describe('an adoption', () => {
  it('tells members as soon as they are found, and has everybody evaluated after all of them', async () => {
    const { adoption, find, end } = adopt();
    find([1, 'buyers'], [2]);
    expect([adoption.hasAnswers, adoption.hasWaiting]).toEqual([true, false]);
    expect([...adoption.waiting()]).toEqual([]);
    expect(adoption.takeAnswers(10)).toEqual([{ profileId: id(1), members: ['buyers'], at: AT }]);
    expect([adoption.hasAnswers, adoption.hasWaiting]).toEqual([false, false]);
    await end();
    expect([adoption.hasWaiting, adoption.done]).toEqual([true, false]);
    expect([...adoption.waiting()]).toEqual([id(1), id(2)]);
    for (const profileId of adoption.waiting()) adoption.evaluated(profileId);
    expect([adoption.hasWaiting, adoption.done]).toEqual([false, true]);
  });

  it('does not tell what SQL knew of who was evaluated meanwhile', async () => {
    const { adoption, find, end } = adopt();
    adoption.evaluated(id(1));
    find([1, 'buyers'], [2, 'buyers']);
    adoption.evaluated(id(2));
    expect(adoption.takeAnswers(10)).toEqual([]);
    await end();
    expect([...adoption.waiting()]).toEqual([]);
    expect(adoption.done).toBe(true);
  });

  it('leaves to the evaluation whom ClickHouse cannot tell of, and to others those of other partitions', async () => {
    const { adoption, find, end } = adopt({ unsure: [id(3)], owned: [id(3)] });
    find([3, 'buyers'], [4, 'buyers']);
    expect(adoption.takeAnswers(10)).toEqual([]);
    await end();
    expect([...adoption.waiting()]).toEqual([id(3)]);
  });

  it('has those who were in a segment evaluated in the order of the table', async () => {
    const { adoption, end } = adopt({ former: [id(1), id(4), id(2)] });
    await end();
    expect([...adoption.waiting()]).toEqual([id(4), id(2), id(1)]);
  });

  it('takes nothing any more once it is closed', async () => {
    const { adoption, find, end } = adopt();
    adoption.close();
    find([1, 'buyers']);
    await end();
    expect([adoption.takeAnswers(1), [...adoption.waiting()]]).toEqual([[], []]);
  });
});
