import { describe, expect, it } from '@jest/globals';
import { compileValidator, loadProducts, productOf } from '@tideway/contracts';
import { Crowd } from './crowd.js';

const deeds = (crowd: Crowd, count: number) => Array.from({ length: count }, () => crowd.next(1_000)).flat();

describe('a crowd', () => {
  it('does the same in every run, by the contract', () => {
    const validate = compileValidator(productOf(loadProducts(), 'customer.activities').schema);
    const activities = deeds(new Crowd({ people: 50 }), 300);
    expect(activities).toEqual(deeds(new Crowd({ people: 50 }), 300));
    expect(activities.map(validate).filter(Boolean)).toEqual([]);
    expect(new Set(activities.map(({ activity_id }) => activity_id)).size).toBe(activities.length);
  });

  it('says first whether it consents, each person once', () => {
    const activities = deeds(new Crowd({ people: 50 }), 2_000);
    const decided = activities.filter(({ type }) => type.startsWith('consent_'));
    expect(decided.length).toBe(new Set(activities.map(({ profile_id }) => profile_id)).size);
    for (const { profile_id } of decided) expect(activities.find((one) => one.profile_id === profile_id)!.type).toMatch(/^consent_/);
  });

  it('has no more to say of consent where it is known', () => {
    expect(deeds(new Crowd({ people: 50, known: true }), 200).filter(({ type }) => type.startsWith('consent_'))).toEqual([]);
  });
});
