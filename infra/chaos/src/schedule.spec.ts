import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { DEFAULT_KINDS, KINDS, KIND_NAMES } from './kinds.js';
import { makeSchedule } from './schedule.js';
import { targetsOf } from './targets.js';

const anyOptions = fc.record({ seed: fc.nat(), minutes: fc.integer({ min: 1, max: 30 }), brokers: fc.constantFrom(1 as const, 3 as const) });

describe('makeSchedule', () => {
  it('gives the same faults for the same seed, and others for another one', () => {
    const targets = targetsOf(1);
    fc.assert(fc.property(fc.nat(), fc.integer({ min: 2, max: 20 }), (seed, minutes) => {
      expect(makeSchedule({ seed, minutes, targets })).toEqual(makeSchedule({ seed, minutes, targets }));
      expect(makeSchedule({ seed, minutes, targets })).not.toEqual(makeSchedule({ seed: seed + 1, minutes, targets }));
    }));
  });

  it('ends in time, and leaves time to recover between two faults', () => {
    fc.assert(fc.property(anyOptions, ({ seed, minutes, brokers }) => {
      let free = 0;
      for (const { at, seconds } of makeSchedule({ seed, minutes, targets: targetsOf(brokers) })) {
        expect(at - free).toBeGreaterThan(1.99);
        free = at + seconds;
      }
      expect(free).toBeLessThanOrEqual(minutes * 60 + 0.01);
    }));
  });

  it('has every kind in four minutes, and every variant in an hour', () => {
    fc.assert(fc.property(anyOptions, ({ seed, brokers }) => {
      const targets = targetsOf(brokers);
      const short = makeSchedule({ seed, minutes: 4, targets });
      expect([...new Set(short.map(({ kind }) => kind))].sort()).toEqual([...DEFAULT_KINDS].sort());
      const long = new Set(makeSchedule({ seed, minutes: 60, targets }).map(({ kind, target }) => `${kind} ${target}`));
      const wanted = DEFAULT_KINDS.flatMap((kind) => KINDS[kind].variants(targets).map((target) => `${kind} ${target}`));
      expect(wanted.filter((variant) => !long.has(variant))).toEqual([]);
    }), { numRuns: 20 });
  });

  it('keeps to the kinds that are asked for, and to how long each lasts', () => {
    fc.assert(fc.property(fc.nat(), fc.uniqueArray(fc.constantFrom(...KIND_NAMES), { minLength: 1 }), (seed, only) => {
      const faults = makeSchedule({ seed, minutes: 5, targets: targetsOf(3), only });
      expect(faults.length).toBeGreaterThan(0);
      for (const { kind, seconds } of faults) {
        expect(only).toContain(kind);
        const [least, most] = KINDS[kind].seconds;
        expect(seconds).toBeGreaterThanOrEqual(least);
        expect(seconds).toBeLessThanOrEqual(most);
      }
    }), { numRuns: 30 });
  });

  it('covers every process, every crash point and every connection', () => {
    const targets = targetsOf(3);
    expect(KINDS.kill.variants(targets)).toEqual(['web', 'sessions', 'crm', 'email', 'paid-media', 'warehouse', 'customer', 'segments', 'personalization', 'kafka-1', 'kafka-2', 'kafka-3', 'registry', 'clickhouse']);
    expect(KINDS.crash.variants(targets)).toEqual(expect.arrayContaining(['warehouse before-intent', 'warehouse after-insert', 'customer after-send', 'segments before-commit', 'personalization after-commit']));
    expect(KINDS.cut.variants(targets)).toEqual(['kafka', 'kafka-1', 'kafka-2', 'kafka-3', 'registry', 'clickhouse', 'web', 'crm', 'email', 'paid-media']);
  });
});
