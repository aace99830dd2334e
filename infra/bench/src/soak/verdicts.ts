// What a soak shows of its samples: figures by process, group and table, and whether each promise was kept.
import type { Finding } from '@tideway/mesh';
import { LEAST_SHARE } from '../held/rule.js';
import { bySixths, lagGrows, slope, span, type Change } from '../trend.js';
import type { SoakSample } from './sample.js';

/**
 * Memory counts as flat where the median of the last sixth, without what is remembered of each event, is above that of the second
 * one by no more than this: a tenth, or so many megabytes, whichever is more. A collector that runs later than it did before moves less than that; a leak of an
 * hour that is worth finding moves more.
 */
export const FLAT_MEMORY = { share: 0.1, mb: 32 };
/** A table with more active parts than this is on the way to parts_to_delay_insert, 1000, at which ClickHouse slows inserts down. */
export const MOST_PARTS = 300;
/** How many more parts there may be in all at the end; merges of large parts come in steps. */
export const FLAT_PARTS = { share: 0.25, parts: 20 };

export interface MemoryFigures extends Change {
  process: string;
  /** Least-squares slope from the second sixth on. */
  mbPerHour: number;
  flat: boolean;
  /** What a service remembers of each event for a time, of that. */
  remembered?: Change;
  /** Heap in use after full collections, of a service of the mesh. */
  lives?: Change & { mbPerHour: number };
}

export interface SoakFigures {
  memory: MemoryFigures[];
  lag: (Change & { group: string; max: number; flat: boolean })[];
  parts: Change & { max: number; mostOfATable: number; table: string; bounded: boolean };
  takenPerSecond: number;
  rows: number;
  kafkaMb: number;
  clickhouseMb: number;
}

export function figuresOf(samples: readonly SoakSample[], eventsPerSecond: number): SoakFigures {
  const [first, last] = [samples[0]!, samples.at(-1)!];
  return {
    memory: Object.keys(last.rssMb).map((process) => memoryOf(samples, process)),
    lag: Object.keys(last.lag).map((group) => {
      const values = samples.map(({ lag }) => lag[group] ?? 0);
      const change = bySixths(values);
      return { group, ...change, max: Math.max(...values), flat: !lagGrows(change, eventsPerSecond) };
    }),
    parts: partsOf(samples),
    takenPerSecond: (last.taken - first.taken) / (last.seconds - first.seconds),
    rows: last.rows,
    kafkaMb: last.kafkaMb,
    clickhouseMb: last.clickhouseMb,
  };
}

function memoryOf(samples: readonly SoakSample[], process: string): MemoryFigures {
  const of = (kind: 'rssMb' | 'livesMb' | 'rememberedMb') => {
    const measured = samples.filter((sample) => Number.isFinite(sample[kind][process]));
    const steady = span(measured, 1 / 6, 1);
    return { ...bySixths(measured.map((sample) => sample[kind][process]!)), mbPerHour: slope(steady.map(({ seconds }) => seconds / 3600), steady.map((sample) => sample[kind][process]!)) };
  };
  const rss = of('rssMb');
  const has = (kind: 'livesMb' | 'rememberedMb') => samples.some((sample) => Number.isFinite(sample[kind][process]));
  const remembered = has('rememberedMb') ? of('rememberedMb') : undefined;
  const grown = rss.after - rss.before - (remembered ? remembered.after - remembered.before : 0);
  return { process, ...rss, flat: isFlat(rss.before, grown), ...(remembered && { remembered: { before: remembered.before, after: remembered.after } }), ...(has('livesMb') && { lives: of('livesMb') }) };
}

const isFlat = (before: number, grown: number) => grown <= Math.max(before * FLAT_MEMORY.share, FLAT_MEMORY.mb);

const partsInAll = ({ parts }: SoakSample) => Object.values(parts).reduce((sum, n) => sum + n, 0);

function partsOf(samples: readonly SoakSample[]): SoakFigures['parts'] {
  const all = samples.map(partsInAll);
  const change = bySixths(all);
  let [table, mostOfATable] = ['', 0];
  for (const { parts } of samples) for (const [name, n] of Object.entries(parts)) if (n > mostOfATable) [table, mostOfATable] = [name, n];
  const bounded = mostOfATable <= MOST_PARTS && change.after - change.before <= Math.max(change.before * FLAT_PARTS.share, FLAT_PARTS.parts);
  return { ...change, max: Math.max(...all), mostOfATable, table, bounded };
}

/** A verdict for each promise that figures tell of. The measurement itself, `bench`, keeps what it has seen until the end. */
export function verdictsOf({ memory, lag, parts, takenPerSecond }: SoakFigures, eventsPerSecond: number): Finding[] {
  const change = ({ before, after }: Change) => `${Math.round(before)} to ${Math.round(after)}`;
  const grown = memory.filter(({ process, flat }) => !flat && process !== 'bench');
  const leaking = memory.flatMap(({ process, lives }) => (lives && !isFlat(lives.before, lives.after - lives.before) ? [`of ${process}, from ${change(lives)} MB`] : []));
  const behind = lag.filter(({ flat }) => !flat);
  const grew = ({ process, remembered, ...rss }: MemoryFigures) => `${process} grew from ${change(rss)} MB${remembered ? `, of which it remembers ${change(remembered)} MB` : ''}`;
  return [
    { name: 'memory flat', ok: grown.length === 0, detail: grown.map(grew).join('; ') || `of ${memory.length} processes, none but the measurement itself grew by more than ${FLAT_MEMORY.share * 100} % or ${FLAT_MEMORY.mb} MB beside what it remembers of each event` },
    { name: 'what lives flat', ok: leaking.length === 0, detail: leaking.join('; ') || `after full collections, the heap in use of no service grew by more than ${FLAT_MEMORY.share * 100} % or ${FLAT_MEMORY.mb} MB` },
    { name: 'lag flat', ok: behind.length === 0, detail: behind.map((one) => `${one.group} from ${change(one)} records`).join('; ') || `of ${lag.length} groups, none fell back by more than a second of events` },
    { name: 'parts bounded', ok: parts.bounded, detail: `${change(parts)} active parts, ${parts.max} at most; ${parts.mostOfATable} of ${parts.table} at most` },
    { name: 'rate held', ok: takenPerSecond >= eventsPerSecond * LEAST_SHARE, detail: `took in ${((takenPerSecond / eventsPerSecond) * 100).toFixed(1)} % of ${eventsPerSecond} events/s` },
  ];
}
