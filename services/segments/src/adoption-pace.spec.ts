import { describe, expect, it } from '@jest/globals';
import { AdoptionPace } from './adoption-pace.js';

describe('the pace at which profiles are brought to other definitions', () => {
  it('leaves events twice the time that it takes, of all partitions together', () => {
    const pace = new AdoptionPace();
    pace.events(10_000);
    pace.took(30, 10_100);
    expect(pace.next).toBe(10_160);
    // Another partition was at it, too.
    pace.took(5, 10_110);
    expect(pace.next).toBe(10_160);
    pace.took(40, 10_120);
    expect(pace.next).toBe(10_200);
  });

  it('is as fast as can be where there are no events, or none any more', () => {
    const pace = new AdoptionPace();
    pace.took(30, 10_000);
    expect(pace.next).toBe(0);
    pace.events(10_000);
    pace.took(30, 11_000);
    expect(pace.next).toBe(0);
  });

  it('takes small pieces while events come', () => {
    const pace = new AdoptionPace();
    expect([pace.turnMs(10_000), pace.answers(10_000)]).toEqual([100, 2_000]);
    pace.events(10_000);
    expect([pace.turnMs(10_999), pace.answers(10_999)]).toEqual([20, 200]);
    expect([pace.turnMs(11_000), pace.answers(11_000)]).toEqual([100, 2_000]);
  });
});
