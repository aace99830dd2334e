import { describe, expect, it } from '@jest/globals';
import { Lateness } from './lateness.js';

const change = (profile_id: string, caused_at: number, evaluated_at: number, at: number, reason: 'time' | 'activity' = 'time') => ({ profile_id, reason, caused_at, evaluated_at, at });

describe('lateness', () => {
  it('is from the time at which each was due to its evaluation, and to its arrival', () => {
    const lateness = new Lateness(1_000, 2_000);
    lateness.add(change('a', 1_000, 1_010, 1_100));
    lateness.add(change('b', 1_500, 1_700, 1_900));
    expect(lateness.profiles).toBe(2);
    expect(lateness.figures()).toEqual({ evaluatedMs: { p50: 10, p99: 200, max: 200 }, seenMs: { p50: 100, p99: 400, max: 400 } });
  });

  it('counts the first change of each profile, and nothing that other times or activities caused', () => {
    const lateness = new Lateness(1_000, 2_000);
    for (const one of [change('a', 1_000, 1_010, 1_100), change('a', 1_000, 1_010, 1_600), change('b', 999, 1_000, 1_000), change('c', 2_001, 2_002, 2_003), change('d', 1_500, 1_501, 1_502, 'activity')]) lateness.add(one);
    expect(lateness.profiles).toBe(1);
    expect(lateness.figures().seenMs.max).toBe(100);
  });

  it('does not pass over a profile that was evaluated too early', () => {
    expect(() => new Lateness(1_000, 2_000).add(change('a', 1_500, 1_499, 1_600))).toThrow('1 ms before its time');
  });
});
