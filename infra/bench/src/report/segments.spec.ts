import { describe, expect, it } from '@jest/globals';
import { render } from './render.js';
import type { Results } from './results.js';

const about = {
  date: '2026-11-21', loadBefore: 0.1, clickhouseVersion: '26.7',
  machine: { cores: 2, processor: 'A processor', memoryGb: 24, system: 'Linux 6 x64', versions: { node: '24.9.0', java: '17.0.1', kafka: '4.3.1', registry: 'Apicurio 3.0.9', clickhouse: '26.7' } },
};
const start = (allSeconds: number, rssMb: number) => ({ readySeconds: 1.5, firstSeconds: 2, allSeconds, cpuSeconds: 3, rssMb, mostRssMb: rssMb + 50, heapMb: 60 });

function started(allSeconds: number): Results {
  return { segmentsStart: { ...about, profiles: 500_000, empty: start(2, 200), full: start(allSeconds, 450), stateBytes: 220.4 } };
}

function timers(max: number): Results {
  return { segmentsTimers: { ...about, profiles: 1_000_000, timers: 100_000, spreadSeconds: 60, evaluatedMs: { p50: 100, p99: 200, max: 300 }, seenMs: { p50: 150, p99: 400, max }, cores: 0.5, platformCores: 0.45 } };
}

describe('what is written of segments', () => {
  it('says of a start whether it was in time, and what a million profiles take', () => {
    const page = render(started(7.25));
    expect(page).toContain('| evaluating again with 500,000 profiles | under 10 s | 7.3 s | reached |');
    expect(page).toContain('| 500,000 | 1.50 s | 2.00 s | 7.25 s | 3.0 | 450 MB | 500 MB | 60 MB |');
    expect(page).toContain('A million profiles take 500 MB');
    expect(page).toContain('segments-start --profiles 500000`');
  });

  it('names a start that took too long', () => {
    expect(render(started(10))).toContain('| under 10 s | 10.0 s | **missed** |');
  });

  it('holds the latest of all timers against the goal', () => {
    expect(render(timers(2_000))).toContain('| within 2,000 ms | 2,000 ms | reached |');
    expect(render(timers(2_001))).toContain('| within 2,000 ms | 2,001 ms | **missed** |');
    expect(render(timers(900))).toContain('| committed, and with a consumer | 150 ms | 400 ms | 900 ms |');
  });
});
