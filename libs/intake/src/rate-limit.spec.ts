import { describe, expect, it } from '@jest/globals';
import { RateLimit } from './rate-limit.js';

describe('RateLimit', () => {
  it('lets a burst through, then says when to come again', () => {
    const limit = new RateLimit({ perSecond: 10, burst: 20 });
    expect([limit.take('a', 15, 0), limit.take('a', 15, 0), limit.take('a', 1, 0)]).toEqual([0, 0, 1]);
    expect(limit.take('a', 1, 900)).toBe(1);
    expect(limit.take('a', 1, 1_100)).toBe(0);
  });

  it('lends once to a batch that is larger than the bucket, and waits until it is paid back', () => {
    const limit = new RateLimit({ perSecond: 10, burst: 20 });
    expect([limit.take('a', 100, 0), limit.take('a', 1, 0), limit.take('a', 1, 7_000), limit.take('a', 1, 8_001)]).toEqual([0, 8, 1, 0]);
  });

  it('keeps keys apart and never fills beyond the burst', () => {
    const limit = new RateLimit({ perSecond: 10, burst: 20 });
    limit.take('a', 30, 0);
    expect([limit.take('b', 1, 0), limit.take('a', 1, 0)]).toEqual([0, 1]);
    expect([limit.take('a', 20, 1_000_000), limit.take('a', 1, 1_000_000)]).toEqual([0, 1]);
  });
});
