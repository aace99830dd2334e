import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { seededRandom } from '../random.js';
import { SHAPES, nextChange, textOf, traitOf, writtenSegments } from './written.js';

/** Lets an author do so much. */
function changed(seed: number, changes: number) {
  const segments = writtenSegments();
  const random = seededRandom(seed);
  const done = Array.from({ length: changes }, () => {
    const { what, segment } = nextChange(segments, random);
    const was = { ...segment };
    if (what !== 'remove') segment.version += 1;
    segment.inForce = what !== 'remove';
    return { what, was };
  });
  return { segments, done };
}

describe('what an author does', () => {
  it('is to write what is not there, and to raise and remove what is', () => {
    fc.assert(fc.property(fc.nat(), (seed) => {
      const { segments, done } = changed(seed, 60);
      for (const { what, was } of done) expect(was.inForce).toBe(what !== 'write');
      expect(segments.filter(({ inForce }) => inForce).length).toBeGreaterThan(1);
      expect(new Set(done.map(({ what }) => what))).toEqual(new Set(['write', 'raise', 'remove']));
    }), { numRuns: 30 });
  });

  it('is the same for the same seed', () => {
    expect(changed(7, 40)).toEqual(changed(7, 40));
    expect(changed(7, 40)).not.toEqual(changed(8, 40));
  });

  it('gives each version another meaning, under a higher number', () => {
    for (const shape of SHAPES) {
      const of = (version: number) => parse(textOf({ name: 'chaos-written-1', shape, version, inForce: true })) as { version: number; when: unknown };
      expect([of(1).version, of(2).version]).toEqual([1, 2]);
      expect(of(2).when).not.toEqual(of(1).when);
    }
  });

  it('brings the trait that the condition names', () => {
    const segment = { name: 'chaos-written-2', shape: 'own-trait' as const, version: 1, inForce: true };
    expect(textOf(segment)).toContain(`trait: ${traitOf(segment)!.name},`);
    expect(traitOf({ ...segment, shape: 'count' })).toBeUndefined();
  });
});
