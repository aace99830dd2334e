import { describe, expect, it } from '@jest/globals';
import { isQuiet } from './lag.js';

const ends = (of: Record<string, number>) => new Map(Object.entries(of).map(([topic, end]) => [topic, new Map([[0, end]])]));

describe('isQuiet', () => {
  const before = ends({ 'web.orders.v1': 5, 'segments.state.v1': 7, 'segments.handovers.v1': 1 });

  it('holds where only time has gone on writing', () => {
    expect(isQuiet(before, before)).toBe(true);
    expect(isQuiet(before, ends({ 'web.orders.v1': 5, 'segments.state.v1': 8, 'segments.handovers.v1': 1, 'personalization.profiles.v1': 3 }))).toBe(true);
  });

  it('does not hold where something came in, or was handed over, or is seen for the first time', () => {
    expect(isQuiet(before, ends({ 'web.orders.v1': 6 }))).toBe(false);
    expect(isQuiet(before, ends({ 'segments.handovers.v1': 2 }))).toBe(false);
    expect(isQuiet(new Map(), before)).toBe(false);
  });
});
