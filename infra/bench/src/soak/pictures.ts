// The pictures of a soak, and its samples as a file: what docs/benchmarks.md shows of it besides figures.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { lineChart, type Series } from '../report/line-chart.js';
import type { Soak } from './run.js';
import type { SoakMinute } from './minutes.js';
import type { SoakSample } from './sample.js';

/** Below docs/images, with what each shows. */
export const PICTURES = {
  'soak-memory.svg': 'Resident memory by process',
  'soak-lag.svg': 'Lag by consumer group',
  'soak-parts.svg': 'Active parts in ClickHouse',
  'soak-latency.svg': 'Event to membership, and HTTP',
} as const;

export type LooksOfSoak = Pick<Soak, 'samples' | 'minutes'>;

/** Of the tables, how many have lines of their own. */
const TABLES_SHOWN = 6;

export function drawPictures({ samples, minutes }: LooksOfSoak): Record<keyof typeof PICTURES, string> {
  const chart = (name: keyof typeof PICTURES, y: string, series: Series[]) => lineChart({ title: PICTURES[name], x: 'minutes', y, series });
  return {
    'soak-memory.svg': chart('soak-memory.svg', 'MB', overSamples(samples, 'rssMb')),
    'soak-lag.svg': chart('soak-lag.svg', 'records', overSamples(samples, 'lag')),
    'soak-parts.svg': chart('soak-parts.svg', 'parts', partsLines(samples)),
    'soak-latency.svg': chart('soak-latency.svg', 'ms', [
      overMinutes(minutes, 'commit p50', ({ commit }) => commit.p50),
      overMinutes(minutes, 'commit p99', ({ commit }) => commit.p99),
      overMinutes(minutes, 'consumer p50', ({ consumer }) => consumer.p50),
      overMinutes(minutes, 'consumer p99', ({ consumer }) => consumer.p99),
      overMinutes(minutes, 'HTTP p99, sent', ({ http }) => http?.fromSend.p99 ?? NaN),
      overMinutes(minutes, 'HTTP p99, due', ({ http }) => http?.fromDue.p99 ?? NaN),
    ]),
  };
}

/** A line for each name, the highest at the end first. */
function overSamples(samples: readonly SoakSample[], of: 'rssMb' | 'lag' | 'parts'): Series[] {
  const last = samples.at(-1)?.[of] ?? {};
  const names = Object.keys(last).sort((a, b) => last[b]! - last[a]!);
  return names.map((name) => ({ name, points: samples.flatMap((sample) => (sample[of][name] === undefined ? [] : [[sample.seconds / 60, sample[of][name]] as const])) }));
}

function partsLines(samples: readonly SoakSample[]): Series[] {
  const all = samples.map(({ seconds, parts }) => [seconds / 60, Object.values(parts).reduce((sum, n) => sum + n, 0)] as const);
  return [{ name: 'all tables', points: all }, ...overSamples(samples, 'parts').slice(0, TABLES_SHOWN)];
}

function overMinutes(minutes: readonly SoakMinute[], name: string, pick: (minute: SoakMinute) => number): Series {
  return { name, points: minutes.map((minute) => [minute.minute, pick(minute)] as const).filter(([, value]) => Number.isFinite(value)) };
}

/** Writes docs/images/soak-*.svg, and docs/soak.ndjson: a line for each look and each minute. */
export function writePictures(docs: string, soak: LooksOfSoak): void {
  const images = path.join(docs, 'images');
  mkdirSync(images, { recursive: true });
  for (const [name, svg] of Object.entries(drawPictures(soak))) writeFileSync(path.join(images, name), svg);
  writeFileSync(path.join(docs, 'soak.ndjson'), [...soak.samples, ...soak.minutes].map((one) => `${JSON.stringify(one, rounded)}\n`).join(''));
}

/** A tenth is more than anybody looks for. */
const rounded = (_key: string, value: unknown) => (typeof value === 'number' ? Math.round(value * 10) / 10 : value);
