import { describe, expect, it } from '@jest/globals';
import { LEAST_SEGMENTS } from '../definitions/own.js';
import { disagreement, type InForce } from './definitions.js';

const written = [{ name: 'chaos-written-1', shape: 'count' as const, version: 2, inForce: true }, { name: 'chaos-written-2', shape: 'count' as const, version: 1, inForce: false }];
const names = [...Array.from({ length: LEAST_SEGMENTS }, (_, n) => `of-a-file-${n}`), 'chaos-written-1'];
const meanings = Object.fromEntries(names.map((name) => [name, `${name}-means@1`]));
const good: InForce = {
  segments: names.map((name) => ({ name, version: name === 'chaos-written-1' ? 2 : 1 })),
  adopted: [meanings, { ...meanings, 'of-a-file-1': 'of-a-file-1-means@2' }],
  view: `SELECT CAST([${names.map((name) => `'${name}'`).join(', ')}], 'Array(String)')`,
  viewMadeAt: 10,
};
const check = (change: Partial<InForce>, askedAt = 10_500) => disagreement({ ...good, ...change }, written, askedAt);

describe('disagreement', () => {
  it('is none where service, partitions and SQL have what was written last, whatever the ranks of the day', () => {
    expect(check({})).toBe('');
  });

  it('is told where the service has another version, or what was removed', () => {
    expect(check({ segments: good.segments.map((one) => ({ ...one, version: 1 })) })).toContain('chaos-written-1 1 are in force, and should be chaos-written-1 2');
    expect(check({ segments: [...good.segments, { name: 'chaos-written-2', version: 1 }] })).toContain('chaos-written-2 1 are in force');
  });

  it('is told where there are too few', () => {
    expect(disagreement({ ...good, segments: [] }, [], 0)).toBe('0 segments are in force, and should be 200');
  });

  it('is told where a partition is behind', () => {
    expect(check({ adopted: [meanings, {}] })).toBe('a partition was not brought to the segments in force');
    expect(check({ adopted: [meanings, { ...meanings, 'of-a-file-1': 'else' }] })).toBe('partitions were brought to different versions of of-a-file-1');
  });

  it('is told where SQL has others, or is older than the last change', () => {
    expect(check({ view: good.view.replace("'chaos-written-1'", "'x'") })).toContain('see chaos-written-1');
    expect(check({ view: `${good.view}, 'chaos-written-2'` })).toContain('see chaos-written-2');
    expect(check({}, 11_000)).toContain('not made anew');
  });
});
