// The page says where we lose, and what differs at the end.
import { describe, expect, it } from '@jest/globals';
import type { ReaderResult } from '../streams/run.js';
import type { Results } from './results.js';
import { streamsSection } from './streams.js';

type Streams = NonNullable<Results['streams']>;

function reader(name: 'segments' | 'streams', scale: number, more: Partial<ReaderResult> = {}): ReaderResult {
  const delays = { count: 100, p50: 40 * scale, p99: 100 * scale, max: 200 * scale };
  return {
    backlog: { seconds: 10 * scale, cpu: { [name]: 8 * scale, 'kafka-1': 2 }, ...(name === 'segments' ? { storedSeconds: 10 * scale + 1 } : {}) },
    live: { byActivity: delays, byTime: delays, cores: 0.2 * scale, rssMb: 300 * scale, lag: 0 },
    recovery: { firstMs: 2_000 * scale, currentMs: 3_000 * scale, longestMs: 2_500 * scale }, changes: 500, broken: 0, ...more,
  };
}

function measured(tideway: ReaderResult, streams: ReaderResult, more: Partial<Streams> = {}): string {
  return streamsSection({
    date: '2026-11-21', loadBefore: 0.1, machine: { cores: 2, processor: 'A processor', memoryGb: 24, system: 'Linux', versions: { node: '24', java: '17', kafka: '4.3.1', registry: 'Apicurio', clickhouse: '26' } },
    records: 100_000, people: 1_000, rate: 500, seconds: 30, warmUpSeconds: 10, readers: { tideway, streams }, shared: { 'kafka-1': 0.3 },
    comparison: { members: { 'high-intent': 12 }, different: 0 }, slowestPublishMs: 30, settings: { threads: 2, commitMs: 100, heapMb: 512 }, clickhouseVersion: '26', ...more,
  }).join('\n');
}

const row = (text: string, start: string) => text.split('\n').find((line) => line.startsWith(`| ${start}`));

describe('the section on Kafka Streams', () => {
  it('says by how much we are better', () => {
    const text = measured(reader('segments', 1), reader('streams', 2));
    expect(row(text, 'backlog: activities/s')).toBe('| backlog: activities/s | 10,000 | 5,000 | 2.00 x |');
    expect(row(text, 'live: event to membership p99')).toBe('| live: event to membership p99 | 100 ms | 200 ms | 2.00 x |');
    expect(text).toContain('We lose at none of these.');
    expect(text).toContain('`npm run bench -- streams --records 100000 --people 1000 --rate 500 --seconds 30 --warm-up 10`');
  });

  it('names every figure at which we lose', () => {
    const text = measured(reader('segments', 2), reader('streams', 1));
    expect(row(text, 'backlog: activities/s')).toBe('| backlog: activities/s | 5,000 | 10,000 | **0.50 x** |');
    expect(text).toContain('**We lose at**: backlog: activities/s (5,000 against 10,000); ');
    expect(text.split('**We lose at**')[1]!.split(';')).toHaveLength(12);
  });

  it('loses where we did not come back, and wins where they did not', () => {
    const [back, gone] = [reader('streams', 1), reader('segments', 1, { recovery: undefined })];
    expect(row(measured(gone, back), 'kill -9: first')).toBe('| kill -9: first change again after | none | 2.0 s | **lost** |');
    expect(measured(reader('segments', 1), reader('streams', 1, { recovery: undefined }))).toContain('We lose at none of these.');
  });

  it('does not count where Kafka kept the publisher waiting', () => {
    expect(measured(reader('segments', 1), reader('streams', 1), { slowestPublishMs: 1_001 })).toContain('**The run does not count**');
    expect(measured(reader('segments', 1), reader('streams', 1), { slowestPublishMs: 1_000 })).not.toContain('does not count');
  });

  it('says who has other members, and whose changes were lost or doubled', () => {
    expect(measured(reader('segments', 1), reader('streams', 1))).toContain('At the end both have the same members (high-intent 12). Numbers of changes have no gap and no repeat');
    const text = measured(reader('segments', 1), reader('streams', 1, { broken: 3 }), { comparison: { members: { 'high-intent': 12 }, different: 2, example: 'a is in x' } });
    expect(text).toContain('**At the end 2 profiles are in different segments**: a is in x.');
    expect(text).toContain('at 0 profiles for us, at 3 for Streams');
  });
});
