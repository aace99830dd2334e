import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { render } from './render.js';
import { readResults, withHeld, writeResults, type Results } from './results.js';
import { decimal, table } from './table.js';

const about = {
  date: '2026-11-21', loadBefore: 0.123,
  machine: { cores: 2, processor: 'A processor', memoryGb: 24, system: 'Linux 6 x64', versions: { node: '24.9.0', java: '17.0.1', kafka: '4.3.1', registry: 'Apicurio 3.0.9', clickhouse: '26.7' } },
};

function contender(name: string, seconds: number, cpuSeconds: number) {
  return { name, seconds, cpuSeconds, mergeCpuSeconds: 0.1234567, rounds: [{ seconds, cpuSeconds, cpu: { clickhouse: 2, warehouse: 1.5 }, mergeCpuSeconds: 0.1234567, parts: 6, checksum: '1' }] };
}

function warehouse(seconds: number, cpuSeconds: number): Results {
  return { warehouse: { ...about, records: 1_000_000, rounds: 1, sameRows: true, contenders: [contender('engine', 14, 15), contender('tideway', seconds, cpuSeconds), contender('engine-tuned', 7, 10)] } };
}

function latency(p50: number, p99: number, takenPerSecond: number): Results {
  const run = {
    eventsPerSecond: 500, seconds: 60, warmUpSeconds: 20, clickhouseVersion: '26.7', takenPerSecond, lag: [3, 0, 12], catchUpSeconds: 1.25, differences: [], answerMs: { p50: 3, p99: 9 },
    histogram: { p50, p99, count: 900 }, observed: { p50: p50 + 5, p99: p99 - 5, max: 800, count: 900 },
    processes: [{ name: 'kafka-1', cores: 0.21, rssMb: 300 }, { name: 'load', cores: 0.1, rssMb: 80 }],
  };
  return { latency: { ...about, runs: [run] } };
}

const timings = { requests: 240, fromDue: { p50: 4, p99: 44, max: 90 }, fromSend: { p50: 3, p99: 33, max: 80 }, behind: { p50: 0.4, p99: 1.25, max: 22 }, waited: { p50: 0, p99: 3, max: 9 } };

function held(highest: number | undefined): Results {
  const tried = { eventsPerSecond: 2_000, takenPerSecond: 1_990, lag: [5, 1_000, 7], p99Ms: 640, commitP99Ms: 600, consumerP99Ms: 640, behindMs: { p99: 2, max: 30 }, cores: 1.9, reasons: [] };
  const missed = { eventsPerSecond: 4_000, takenPerSecond: 3_000, lag: [5, 90_000, 200_000], p99Ms: NaN, commitP99Ms: NaN, cores: 1.99, reasons: ['took in 75.0 %', 'p99 4000 ms'] };
  return { held: [{ ...about, definitions: { traits: 98, segments: 239 }, from: 1_000, to: 6_000, resolution: 250, seconds: 60, warmUpSeconds: 30, limitMs: 700, ...(highest === undefined ? {} : { highest }), tries: [missed, tried], clickhouseVersion: '26.7' }] };
}

function soak(): Results {
  const memory = [{ process: 'segments', before: 310.4, after: 318, mbPerHour: -2.25, flat: true, lives: { before: 80, after: 81, mbPerHour: 1 } }, { process: 'kafka-1', before: 400, after: 480, mbPerHour: 96, flat: false },
    { process: 'customer', before: 200, after: 260, mbPerHour: 60, flat: true, remembered: { before: 10, after: 68 }, lives: { before: 60, after: 62, mbPerHour: 2 } }];
  const figures = {
    memory, lag: [{ group: 'warehouse', before: 300, after: 310, max: 2_000, flat: true }], rows: 16_000_000, kafkaMb: 2_100, clickhouseMb: 1_400, takenPerSecond: 1_249,
    parts: { before: 90, after: 95, max: 130, mostOfATable: 22, table: 'segments.activities', bounded: true },
  };
  return {
    soak: {
      ...about, minutes: 60, rate: 1_250, people: 50_000, figures, timings, catchUpSeconds: 1.5, clickhouseVersion: '26.7', totals: { sent: 4_500_000, accepted: 4_400_000, quarantined: 45_000, rejected: 55_000, resends: 200_000 },
      findings: [{ name: 'memory flat', ok: false, detail: 'kafka-1 grew from 400 to 480 MB' }, { name: 'lag flat', ok: true, detail: 'of 4 groups, none' }],
      latency: { commitP50: { median: 60, worst: 90 }, commitP99: { median: 250, worst: 410 }, consumerP50: { median: 66, worst: 95 }, consumerP99: { median: 260, worst: 420 } },
    },
  };
}

const lineOf = (text: string, start: string) => text.split('\n').find((line) => line.startsWith(`| ${start}`));

describe('render', () => {
  it('says of each goal whether it is reached', () => {
    const text = render(warehouse(4, 4));
    expect(lineOf(text, 'rows/s against the Kafka engine with two consumers')).toBe('| rows/s against the Kafka engine with two consumers | 3.5 times | 3.50 times | reached |');
    expect(lineOf(text, 'CPU against the Kafka engine with two consumers')).toBe('| CPU against the Kafka engine with two consumers | at most 40 % | 27 % | reached |');
    expect(lineOf(text, 'rows/s against the tuned Kafka engine')).toBe('| rows/s against the tuned Kafka engine | 3.5 times | 1.75 times | **missed** |');
    expect(lineOf(text, 'CPU against the tuned Kafka engine')).toBe('| CPU against the tuned Kafka engine | at most 40 % | 40 % | reached |');
  });

  it('gives rows a second, the machine and the command', () => {
    const text = render(warehouse(4, 4));
    expect(lineOf(text, 'Tideway')).toContain('| 4.00 | 250,000 | 4.00 | 2.00 | 1.50 | 0.12 | 4.00 | 4.00 |');
    expect(text).toContain('2 cores (A processor), 24 GB, Linux 6 x64; Node 24.9.0, Java 17.0.1, Kafka 4.3.1, Apicurio 3.0.9, ClickHouse 26.7. Load average before: 0.12.');
    expect(text).toContain('`npm run bench -- warehouse --records 1000000 --rounds 1`');
  });

  it('warns where the contenders stored different rows', () => {
    const results = warehouse(4, 4);
    results.warehouse!.sameRows = false;
    expect(render(results)).toContain('**The tables did not hold the same rows**');
  });

  it('takes the slower of both measurements of latency', () => {
    const text = render(latency(146, 699, 500));
    expect(lineOf(text, 'p50 at 500')).toBe('| p50 at 500 events/s, the slower of both | under 150 ms | 151 ms | **missed** |');
    expect(lineOf(text, 'p99 at 500')).toBe('| p99 at 500 events/s, the slower of both | under 700 ms | 699 ms | reached |');
  });

  it('says where the rate was not held, and which answers were wrong', () => {
    const results = latency(80, 200, 480);
    results.latency!.runs[0]!.differences = ['request 7: web /v1/batch was refused'];
    expect(lineOf(render(results), 'rate of 500')).toContain('| 96.0 % | **missed** |');
    expect(render(results)).toContain('At 500 events/s, 1 answers were not as expected, the first: request 7: web /v1/batch was refused.');
  });

  it('says what the generator can do, and where it is a bottleneck', () => {
    const figures = { eventsPerSecond: 40_000, cpuMicrosPerEvent: 21.55, cores: 0.86, timings };
    const result = (keptSchedule: boolean) => render({ load: { ...about, rate: 6_000, seconds: 20, most: figures, paced: { ...figures, eventsPerSecond: 5_999, keptSchedule } } });
    expect(lineOf(result(true), 'as fast as answers come')).toBe('| as fast as answers come | 40,000 | 21.6 µs | 0.86 |  |  |  |');
    expect(lineOf(result(true), 'open loop at 6,000')).toBe('| open loop at 6,000 events/s | 5,999 | 21.6 µs | 0.86 | 44.0 ms | 1.3 ms | 22.0 ms |');
    expect(result(true)).not.toContain('is a bottleneck there');
    expect(result(false)).toContain('**At 6,000 events/s the generator was behind by more than its bound**');
  });

  it('gives the highest rate that is held, and every try by its rate', () => {
    const text = render(held(2_000));
    expect(text).toContain('**Held: 2,000 events/s**, to 250;');
    expect(lineOf(text, '2,000')).toBe('| 2,000 | 99.5 % | 600 ms | 640 ms | 5, 1,000, 7 | 2 ms | 1.90 | held |');
    expect(lineOf(text, '4,000')).toBe('| 4,000 | 75.0 % |  |  | 5, 90,000, 200,000 |  | 1.99 | **not held**: took in 75.0 %; p99 4000 ms |');
    expect(text.indexOf('| 2,000 |')).toBeLessThan(text.indexOf('| 4,000 |'));
    expect(render(held(6_000))).toContain('**Held: at least 6,000 events/s**');
    expect(lineOf(render(held(undefined)), 'events/s held with this')).toBe('| events/s held with this project\'s 239 segments, 98 traits | 3,000 | none that was tried | **missed** |');
  });

  it('keeps the rates of other numbers of segments', () => {
    const [all] = held(1_000).held!;
    const few = { ...all!, segments: 20, definitions: { traits: 60, segments: 20 }, highest: 3_000 };
    expect(withHeld(withHeld([all!], few), { ...all!, highest: 1_500 }).map(({ highest }) => highest)).toEqual([3_000, 1_500]);
    const text = render({ held: [few, all!] });
    expect(lineOf(text, 'events/s held with other 20')).toContain('| 3,000 | 3,000 | reached |');
    expect(text).toContain('--limit 700 --segments 20`');
  });

  it('says of each promise of a soak whether it was kept, with figures and pictures', () => {
    const text = render(soak());
    expect(lineOf(text, 'memory flat')).toBe('| memory flat | **missed** | kafka-1 grew from 400 to 480 MB |');
    expect(lineOf(text, 'lag flat')).toBe('| lag flat | kept | of 4 groups, none |');
    expect(lineOf(text, 'segments')).toBe('| segments | 310 MB | 318 MB | -2.3 |  |  | 80 MB | 81 MB | 1.0 |');
    expect(lineOf(text, 'kafka-1')).toBe('| kafka-1 | 400 MB | 480 MB | 96.0 |  |  |  |  |  |');
    expect(lineOf(text, 'customer')).toBe('| customer | 200 MB | 260 MB | 60.0 | 10 MB | 68 MB | 60 MB | 62 MB | 2.0 |');
    expect(lineOf(text, 'warehouse')).toBe('| warehouse | 300 | 310 | 2,000 |');
    expect(lineOf(text, 'commit p99')).toBe('| commit p99 | 250 ms | 410 ms |');
    expect(text).toContain('p99 44 ms from the moment at which they were due, 33 ms from that of sending; the generator was behind by 1 ms (p99), 22 ms at most.');
    for (const picture of ['memory', 'lag', 'parts', 'latency']) expect(text).toContain(`(images/soak-${picture}.svg)`);
    expect(text).toContain('`npm run bench -- soak --minutes 60 --rate 1250 --people 50000`');
  });

  it('says where a run does not count because the generator was behind', () => {
    const results = latency(80, 200, 500);
    Object.assign(results.latency!.runs[0]!, { keptSchedule: false, timings: { ...timings, behind: { p50: 1, p99: 400, max: 2_000 } } });
    expect(render(results)).toContain('**The run at 500 events/s does not count**: the load generator was behind by 400 ms (p99), 2,000 ms at most.');
  });

  it('leaves out what was not measured', () => {
    expect(render(latency(80, 200, 500))).not.toContain('Kafka into ClickHouse');
    expect(render({})).not.toContain('##');
  });
});

describe('results', () => {
  it('are kept for the next run beside the page', () => {
    const docs = mkdtempSync(path.join(os.tmpdir(), 'tideway-bench-'));
    expect(readResults(docs)).toEqual({});
    writeResults(docs, warehouse(4, 4));
    const kept = readResults(docs);
    expect(kept.warehouse).toMatchObject({ records: 1_000_000, loadBefore: 0.123, contenders: [{ mergeCpuSeconds: 0.123 }, {}, {}] });
    expect(readFileSync(path.join(docs, 'benchmarks.md'), 'utf8')).toBe(`${render(kept)}\n`);
    rmSync(docs, { recursive: true });
  });
});

describe('table', () => {
  it('puts columns of numbers to the right, and escapes bars', () => {
    expect(table(['a|b', 'n'], [['x', '1,000'], ['y', '2.5 ms']])).toBe('| a\\|b | n |\n| --- | ---: |\n| x | 1,000 |\n| y | 2.5 ms |');
  });

  it('groups thousands and keeps digits', () => {
    expect([decimal(1_234_567.89), decimal(2, 2), decimal(0.005, 1)]).toEqual(['1,234,568', '2.00', '0.0']);
  });
});
