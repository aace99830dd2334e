import { describe, expect, it } from '@jest/globals';
import { Pace } from './pace.js';

describe('a pace of 60 a minute', () => {
  it('gives each request its turn, a second apart, and no credit for a pause', () => {
    let now = 0;
    const pace = new Pace(60, () => now);
    expect([pace.take(), pace.take(), pace.take()]).toEqual([0, 1_000, 2_000]);
    now = 60_000;
    expect([pace.take(), pace.take()]).toEqual([0, 1_000]);
    now = 60_500;
    expect(pace.take()).toBe(1_500);
  });

  it('does not keep a service from stopping', async () => {
    const pace = new Pace(1);
    const stop = new AbortController();
    await pace.turn(stop.signal);
    const second = pace.turn(stop.signal);
    stop.abort();
    await expect(second).rejects.toMatchObject({ name: 'AbortError' });
  });
});
