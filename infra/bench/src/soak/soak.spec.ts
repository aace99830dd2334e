import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { SoakMinute } from './minutes.js';
import { PICTURES, drawPictures, writePictures, type LooksOfSoak } from './pictures.js';
import { latencyOf, peopleFor } from './run.js';
import { bytesBelow, type SoakSample } from './sample.js';
import { figuresOf, verdictsOf } from './verdicts.js';

const RATE = 100;

/** An hour of looks in which everything is steady, but for what `change` says of each. */
function samplesOf(change: (minute: number, i: number) => Partial<SoakSample> = () => ({})): SoakSample[] {
  return Array.from({ length: 361 }, (_, i): SoakSample => ({
    seconds: i * 10, rssMb: { segments: 300 + (i % 5), 'kafka-1': 400 }, livesMb: { segments: 80 }, rememberedMb: {}, lag: { segments: i % 2 === 0 ? 90 : 0, warehouse: 40 },
    parts: { 'web.orders_v1': 12 + (i % 6), 'crm.consents_v1': 4 }, rows: i * 900, kafkaMb: i, clickhouseMb: i / 2, taken: i * 990, ...change(i / 6, i),
  }));
}

const verdict = (samples: SoakSample[], name: string) => verdictsOf(figuresOf(samples, RATE), RATE).find((one) => one.name === name)!;

describe('verdicts of a soak', () => {
  it('keep every promise of a steady hour', () => {
    expect(verdictsOf(figuresOf(samplesOf(), RATE), RATE).filter(({ ok }) => !ok)).toEqual([]);
  });

  it('do not count what the warm-up brings', () => {
    const warming = samplesOf((minute) => (minute < 10 ? { rssMb: { segments: 30 * minute, 'kafka-1': 400 }, parts: { 'web.orders_v1': 1 } } : {}));
    expect(verdict(warming, 'memory flat').ok).toBe(true);
    expect(verdict(warming, 'parts bounded').ok).toBe(true);
  });

  it('see a leak of a megabyte a minute, and name its process and slope', () => {
    const leaking = samplesOf((minute) => ({ rssMb: { segments: 200 + minute, 'kafka-1': 400 } }));
    expect(verdict(leaking, 'memory flat')).toEqual({ name: 'memory flat', ok: false, detail: 'segments grew from 215 to 255 MB' });
    const [segments, kafka] = figuresOf(leaking, RATE).memory;
    expect(segments).toMatchObject({ process: 'segments', flat: false, lives: { before: 80, after: 80, mbPerHour: 0 } });
    expect(segments!.mbPerHour).toBeCloseTo(60, 3);
    expect(kafka).toMatchObject({ process: 'kafka-1', flat: true, mbPerHour: 0 });
    expect(kafka).not.toHaveProperty('lives');
  });

  it('let a large process grow by a tenth, and a small one by 32 MB', () => {
    const grown = (from: number, to: number) => verdict(samplesOf((minute) => ({ rssMb: { one: minute < 40 ? from : to } })), 'memory flat').ok;
    expect([grown(1_000, 1_100), grown(1_000, 1_101), grown(100, 132), grown(100, 133)]).toEqual([true, false, true, false]);
  });

  it('let a service grow by what it remembers of each event, and no further', () => {
    const growing = (mbPerMinute: number) => samplesOf((minute) => ({ rssMb: { customer: 200 + mbPerMinute * minute }, rememberedMb: { customer: minute === 30 ? NaN : 2 * minute } }));
    expect(verdict(growing(2.5), 'memory flat').ok).toBe(true);
    expect(verdict(growing(3), 'memory flat')).toEqual({ name: 'memory flat', ok: false, detail: 'customer grew from 245 to 365 MB, of which it remembers 30 to 110 MB' });
  });

  it('see what lives grow, however little of memory it is', () => {
    const living = samplesOf((minute) => ({ livesMb: { segments: 50 + minute } }));
    expect(verdict(living, 'memory flat').ok).toBe(true);
    expect(verdict(living, 'what lives flat')).toEqual({ name: 'what lives flat', ok: false, detail: 'of segments, from 65 to 105 MB' });
  });

  it('see a lag that grows, and none that swings', () => {
    expect(verdict(samplesOf((minute) => ({ lag: { segments: minute * 3, warehouse: 0 } })), 'lag flat')).toEqual({ name: 'lag flat', ok: false, detail: 'segments from 45 to 165 records' });
    expect(verdict(samplesOf((_, i) => ({ lag: { segments: i % 7 === 0 ? 90_000 : 0 } })), 'lag flat').ok).toBe(true);
  });

  it('see parts that add up, in all or in one table', () => {
    expect(verdict(samplesOf((minute) => ({ parts: { a: 10 + minute, b: minute } })), 'parts bounded')).toMatchObject({ ok: false });
    expect(verdict(samplesOf((_, i) => ({ parts: { a: i === 200 ? 301 : 20 } })), 'parts bounded')).toEqual({ name: 'parts bounded', ok: false, detail: '20 to 20 active parts, 301 at most; 301 of a at most' });
  });

  it('see what was not taken in', () => {
    expect(verdict(samplesOf((_, i) => ({ taken: i * 970 })), 'rate held')).toEqual({ name: 'rate held', ok: false, detail: 'took in 97.0 % of 100 events/s' });
  });
});

describe('peopleFor', () => {
  it('is who can come within the first sixth', () => {
    expect(peopleFor({ minutes: 60, rate: 1_250 })).toBe(50_000);
    expect(peopleFor({ minutes: 60, rate: 500 })).toBe(20_000);
    expect(peopleFor({ minutes: 1, rate: 1 })).toBe(100);
  });
});

const minute = (number: number, p99: number): SoakMinute => ({ minute: number, commit: { p50: 40, p99, count: 9 }, consumer: { p50: 45, p99: p99 + 5, max: 900, count: 9 } });

describe('latencyOf', () => {
  it('is the median and the worst of the minutes in which something changed', () => {
    expect(latencyOf([minute(1, 100), minute(2, NaN), minute(3, 300), minute(4, 120)])).toMatchObject({ commitP50: { median: 40, worst: 40 }, commitP99: { median: 120, worst: 300 }, consumerP99: { median: 125, worst: 305 } });
  });
});

describe('pictures of a soak', () => {
  const soak = { samples: samplesOf(), minutes: [minute(1, 100), minute(2, NaN), minute(3, 300)] } satisfies LooksOfSoak;

  it('draw a line for each process, group, table and percentile', () => {
    const drawn = drawPictures(soak);
    expect(Object.keys(drawn)).toEqual(Object.keys(PICTURES));
    for (const [name, legend] of Object.entries({ 'soak-memory.svg': ['kafka-1', 'segments'], 'soak-lag.svg': ['segments', 'warehouse'], 'soak-parts.svg': ['all tables', 'web.orders_v1'], 'soak-latency.svg': ['commit p99', 'HTTP p99, due'] })) {
      for (const text of legend) expect(drawn[name as keyof typeof PICTURES]).toContain(`>${text}</text>`);
    }
    expect(Object.values(drawn).join('')).not.toContain('NaN');
  });

  it('are written beside a line for each look and minute', () => {
    const docs = mkdtempSync(path.join(os.tmpdir(), 'tideway-soak-'));
    writePictures(docs, soak);
    expect(readFileSync(path.join(docs, 'images/soak-lag.svg'), 'utf8')).toBe(drawPictures(soak)['soak-lag.svg']);
    const lines = readFileSync(path.join(docs, 'soak.ndjson'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as SoakSample & SoakMinute);
    expect(lines.length).toBe(364);
    expect([lines[1]!.seconds, lines[1]!.rssMb['segments'], lines.at(-1)!.consumer.p99]).toEqual([10, 301, 305]);
    rmSync(docs, { recursive: true });
  });
});

describe('bytesBelow', () => {
  it('adds up what files take, however deep, and nothing for what is not there', async () => {
    const dir = mkdtempSync(path.join(os.tmpdir(), 'tideway-bytes-'));
    writeFileSync(path.join(dir, 'a'), Buffer.alloc(10_000, 1));
    const bytes = await bytesBelow(dir);
    expect(bytes).toBeGreaterThanOrEqual(10_000);
    expect(bytes).toBeLessThan(100_000);
    expect(await bytesBelow(path.join(dir, 'none'))).toBe(0);
    rmSync(dir, { recursive: true });
  });
});
