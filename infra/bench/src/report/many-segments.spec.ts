import { describe, expect, it } from '@jest/globals';
import type { About } from './about.js';
import { drawGrowth, segmentsSection } from './many-segments.js';
import type { SegmentsResults } from '../segments/run.js';

const machine = { cores: 2, processor: 'a processor', memoryGb: 8, system: 'Linux', versions: { node: '24', java: '21', kafka: '4', registry: 'Apicurio 3' } };
const about: About = { date: '2026-11-21', machine, loadBefore: 0.1 };
const cost: SegmentsResults['cost'] = {
  ...about, sizes: [20, 1_000], rate: 2_000, seconds: 60, warmUpSeconds: 30, people: 50_000,
  runs: [
    { segments: 20, traits: 60, activities: 120_000, microsPerActivity: 200, evaluationMicrosPerActivity: 20 },
    { segments: 1_000, traits: 60, activities: 120_000, microsPerActivity: 260, evaluationMicrosPerActivity: 70 },
  ],
};
const backfill: SegmentsResults['backfill'] = {
  ...about, profiles: 1_000, activitiesEach: 10, days: 90, many: 200, activities: 10_000, expected: 25,
  one: { segments: 1, seconds: 6.5, adoptedSeconds: 7, entered: 25, cpuSeconds: 3 }, several: { segments: 200, seconds: 60, adoptedSeconds: 90, entered: 900, cpuSeconds: 50 },
};
const preview: SegmentsResults['preview'] = {
  ...about, profiles: 1_000, activitiesEach: 10, days: 90, rounds: 3, activities: 10_000, merged: 100,
  files: [
    { name: 'buyers', segments: 1, members: 25, ms: [900, 1_200, 4_000] }, { name: 'vips', segments: 1, members: 5, ms: [1_100, 1_900, 1_300] },
    { name: 'buyers-of-{category}', segments: 12, members: 70, ms: [3_000, 2_900, 3_100] },
  ],
};
const run = { profiles: 10, days: 30, instances: 1, activities: 50, startSeconds: 2, rssMb: 200, microsPerActivity: 300, latency: { p50: 60, p99: 90, count: 5 }, left: 0 };
const growth: NonNullable<SegmentsResults['growth']> = {
  ...about, profiles: [10, 20], days: [], instances: [], segments: 200, rate: 1_000, seconds: 30, warmUpSeconds: 15,
  byProfiles: [run, { ...run, profiles: 20, startSeconds: NaN, rssMb: NaN, microsPerActivity: NaN, latency: { p50: NaN, p99: NaN, count: 0 }, failure: 'segments died' }], byDays: [], byInstances: [],
};

describe('the section about many segments', () => {
  it('says of each goal whether it was reached, and nothing of what was not measured', () => {
    const text = segmentsSection({ cost, backfill }).join('\n');
    expect(text).toContain('| cost of an event, from 20 to 1,000 segments | under 1.5 times | 1.30 times | reached |');
    expect(text).toContain('| backfill of one segment over 10,000 activities | under 5 s | 6.50 s | **missed** |');
    expect(text).toContain('| backfill of 200 segments over 10,000 activities | under 120 s | 60.00 s | reached |');
    expect(text).not.toContain('events/s |');
    expect(text).not.toMatch(/undefined|NaN/);
  });

  it('holds the slowest preview to its goal, by the median of its rounds, and templates to none', () => {
    const text = segmentsSection({ preview }).join('\n');
    expect(text).toContain('| preview of a segment over 10,000 activities, the slowest of 2 | under 2,000 ms | 1,300 ms | reached |');
    expect(text).toContain('The median of 2 files with one segment is 1,250 ms, that of 1 template with 12 segments is 3,000 ms.');
    expect(text).toContain('| buyers | 1 | 25 | 1,200 ms | 4,000 ms |  |');
    const refused = { name: 'all', segments: 0, members: 0, ms: [10], refused: 'too_costly' };
    expect(segmentsSection({ preview: { ...preview, files: [...preview.files, refused] } }).join('\n')).toContain('the slowest of 3 | under 2,000 ms | refused | **missed** |');
  });

  it('shows how far it grew, and what broke', () => {
    // As it comes back from the file.
    const text = segmentsSection({ growth: JSON.parse(JSON.stringify(growth)) as typeof growth }).join('\n');
    expect(text).toContain('| 20 | 30 | 1 | 50 |  |  |  |  |  | segments died |');
    expect(text).toContain('images/segments-days.svg');
    expect(drawGrowth(growth)['segments-profiles-latency.svg']).toContain('<polyline');
  });
});
