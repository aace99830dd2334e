import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { render } from './render.js';
import { readResults, writeResults, type Results } from './results.js';
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
