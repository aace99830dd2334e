import { describe, expect, it } from '@jest/globals';
import { compareOrigins, comparePositions } from './position.js';

describe('comparePositions', () => {
  it('puts the later time last, whatever the origins are', () => {
    expect(comparePositions({ decided_at: 1, origin: 'b:0:9' }, { decided_at: 2, origin: 'a:0:1' })).toBeLessThan(0);
  });

  it('puts the later offset last within a millisecond, also from 9 to 10', () => {
    expect(comparePositions({ decided_at: 1, origin: 'web.consents.v1:0:9' }, { decided_at: 1, origin: 'web.consents.v1:0:10' })).toBeLessThan(0);
  });

  it('is 0 for the same position only', () => {
    expect(comparePositions({ decided_at: 1, origin: 'a:0:1' }, { decided_at: 1, origin: 'a:0:1' })).toBe(0);
  });
});

describe('compareOrigins', () => {
  it('orders by topic, then partition, then offset', () => {
    const sorted = ['a.v1:2:1', 'a.v1:10:0', 'b.v1:0:0'];
    expect([...sorted].reverse().sort(compareOrigins)).toEqual(sorted);
  });
});
