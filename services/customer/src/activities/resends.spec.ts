import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { REMEMBERED_DAYS, Resends } from './resends.js';

const DAY = 86_400_000;
const TODAY = 20_000 * DAY;
const [ID, OTHER] = ['0b7d3c1e-5a0f-5c0e-9a57-3f6f3a1f9d10', '5f2b8f0e-6c1d-5e52-8a3e-0d4c2f7b6a91'];
const remembering = (...ids: [string, number][]) => {
  const resends = new Resends(() => TODAY);
  for (const [id, receivedAt] of ids) resends.add(id, receivedAt);
  resends.commit();
  return resends;
};

describe('Resends', () => {
  it('takes an id once, within a batch and after it', () => {
    const resends = new Resends(() => TODAY);
    expect([resends.add(ID, TODAY), resends.add(ID, TODAY), resends.add(OTHER, TODAY)]).toEqual([true, false, true]);
    resends.commit();
    expect([resends.add(ID, TODAY + 1), resends.has(ID), resends.size]).toEqual([false, true, 2]);
  });

  it('knows the ids that another one planned', () => {
    const planning = new Resends(() => TODAY);
    for (const [id, receivedAt] of [[ID, TODAY - 6 * DAY], [OTHER, TODAY + 1], ['no uuid', TODAY + 2]] as const) planning.add(id, receivedAt);
    const planned = planning.planned();
    expect(planned.map(({ day, ids }) => [day, ids.length])).toEqual([[TODAY / DAY - 6, 1], [TODAY / DAY, 2]]);
    const resends = new Resends(() => TODAY);
    for (const ids of planned) resends.restore(ids);
    expect([ID, OTHER, 'no uuid', 'another'].map((id) => resends.add(id, TODAY))).toEqual([false, false, false, true]);
    planning.commit();
    expect(planning.planned()).toEqual([]);
  });

  it('remembers an id for seven days and then forgets its day', () => {
    const resends = remembering([ID, TODAY - REMEMBERED_DAYS * DAY], [OTHER, TODAY]);
    expect(resends.has(ID)).toBe(true);
    resends.add('later', TODAY + DAY);
    resends.commit();
    expect([resends.has(ID), resends.has(OTHER), resends.size]).toEqual([false, true, 2]);
  });

  it('counts an event once that comes in later than it is remembered for', () => {
    const resends = remembering([OTHER, TODAY], [ID, TODAY - 30 * DAY]);
    expect(resends.add(ID, TODAY - 30 * DAY)).toBe(false);
  });

  it('is not wiped by one record from the future', () => {
    const resends = remembering([ID, TODAY], [OTHER, TODAY + 400 * DAY]);
    expect([resends.has(ID), resends.has(OTHER)]).toEqual([true, true]);
  });

  it('remembers history that is read again, long before today', () => {
    const resends = remembering([ID, TODAY - 300 * DAY], [OTHER, TODAY - 299 * DAY]);
    expect([resends.has(ID), resends.has(OTHER)]).toEqual([true, true]);
  });

  it('leaves no trace of a plan that is discarded', () => {
    fc.assert(fc.property(fc.array(fc.uuid()), fc.array(fc.uuid()), (kept, dropped) => {
      const resends = remembering(...kept.map((id): [string, number] => [id, TODAY]));
      const before = resends.size;
      const answers = () => dropped.map((id) => resends.add(id, TODAY + 5 * DAY));
      const first = answers();
      resends.discard();
      expect(resends.size).toBe(before);
      expect(answers()).toEqual(first);
    }));
  });
});
