// A soak: the whole mesh for long at a steady rate, looked at every ten seconds, and every promise checked at its end.
import { setTimeout as sleep } from 'node:timers/promises';
import { checkMemberships, checkOnce, checkProfiles, checkTotals, waitForLagZero, type Clients, type Finding, type Workplace } from '@tideway/mesh';
import { errorText } from '@tideway/service';
import type { LoadResult } from '../load/generator.js';
import { startMeshUnderLoad, type MeshUnderLoad } from '../load/mesh-under-load.js';
import { POPULATION } from '../load/population.js';
import { LITTLE_GARBAGE } from '../load/start.js';
import type { LoadTimings } from '../load/timings.js';
import { versionOf } from '../latency/run.js';
import { sumOf } from '../latency/window.js';
import { median } from '../statistics.js';
import { Minutes, type SoakMinute } from './minutes.js';
import { takeSample, type SoakSample } from './sample.js';
import { figuresOf, verdictsOf, type SoakFigures } from './verdicts.js';

export interface SoakOptions {
  minutes: number;
  /** Events a second. */
  rate: number;
  /** Default: peopleFor(). */
  people?: number;
  /** Memory of the profiles that segments keep in it, per partition; without, as the service has it. */
  cacheMb?: number;
}

export interface SoakResult extends SoakOptions {
  people: number;
  figures: SoakFigures;
  /** Medians and the worst of all minutes, in ms; undefined where no minute was complete. */
  latency?: Record<'commitP50' | 'commitP99' | 'consumerP50' | 'consumerP99', { median: number; worst: number }>;
  /** Of all requests. */
  timings: LoadTimings;
  catchUpSeconds: number;
  totals: { sent: number; accepted: number; quarantined: number; rejected: number; resends: number };
  findings: Finding[];
  clickhouseVersion: string;
}

export interface Soak {
  result: SoakResult;
  samples: SoakSample[];
  minutes: SoakMinute[];
}

const SAMPLE_SECONDS = 10;
const SAMPLES_PER_MINUTE = 60 / SAMPLE_SECONDS;
/** The load goes on for longer than is looked at, so that its end is not. */
const AFTER_SECONDS = 10;
const FINISH_TIMEOUT_MS = 600_000;
/** Events until everybody has come once, for each person: measured 12 for 20,000 people, 15 for 140. */
const EVENTS_PER_NEWCOMER = 15;
const MOST_PEOPLE = 50_000;
const LEAST_PEOPLE = 100;

/**
 * A fixed population that all comes within the first sixth: from then on nobody is new, and what grows is not the number of
 * profiles. 50,000 at most, which takes 8 minutes at 1,250 events a second.
 */
export function peopleFor({ minutes, rate }: SoakOptions): number {
  const fit = (rate * minutes * 60) / 6 / EVENTS_PER_NEWCOMER;
  return Math.round(Math.min(MOST_PEOPLE, Math.max(LEAST_PEOPLE, fit)));
}

/** Rejects where the load fails; what else goes wrong is among the findings. */
export async function runSoak(workplace: Workplace, options: SoakOptions, onProgress: (line: string) => void): Promise<Soak> {
  const { minutes, rate, people = peopleFor(options), cacheMb } = options;
  const http: LoadTimings[] = [];
  const simulation = { ...POPULATION, people, everybodyFirst: true, events: rate * (60 * minutes + AFTER_SECONDS) };
  const under = await startMeshUnderLoad(workplace, 'soak', { simulation, eventsPerSecond: rate, reportEverySeconds: 60 }, onProgress, (timings) => http.push(timings), { v8Options: LITTLE_GARBAGE, ...(cacheMb === undefined ? {} : { env: { SEGMENTS_CACHE_MB: String(cacheMb) } }) });
  try {
    onProgress(`${rate} events/s of ${people} people for ${minutes} min…`);
    const begin = under.pids();
    const byMinute = new Minutes(under, http);
    const { samples, missed } = await Promise.race([watch(under, byMinute, minutes, onProgress), under.load.failed]);
    const load = await under.load.result;
    const ended = performance.now();
    const alive = aliveFinding(begin, under);
    onProgress('waiting until everything is processed…');
    const drained = await finding('processed', () => waitForLagZero(under.clients, FINISH_TIMEOUT_MS, () => undefined).then(() => 'everything that was sent'));
    const catchUpSeconds = (performance.now() - ended) / 1000;
    let all: SoakMinute[] = [];
    const stored = await finding('events of memberships', async () => {
      all = await byMinute.all();
      return 'every event that changed a membership has its row';
    });
    onProgress('checking that nothing is missing or doubled…');
    const checks = await allChecks(under.clients, load);
    const figures = figuresOf(samples, rate);
    const looks: Finding = { name: 'looks', ok: missed.length === 0, detail: missed[0] ?? `${samples.length} looks, one every ${SAMPLE_SECONDS} s` };
    const findings = [...verdictsOf(figures, rate), scheduleFinding(load), alive, looks, drained, stored, ...checks];
    const { sent, accepted, quarantined, rejected, resends } = load.totals;
    const result: SoakResult = {
      minutes, rate, people, ...(cacheMb === undefined ? {} : { cacheMb }), figures, timings: load.timings, catchUpSeconds, totals: { sent, accepted, quarantined, rejected, resends }, findings,
      clickhouseVersion: await versionOf(under.clients), ...(all.length > 0 ? { latency: latencyOf(all) } : {}),
    };
    return { result, samples, minutes: all };
  } finally {
    await under.stop();
  }
}

/** Looks every ten seconds until the load's time is over. A look that fails is told, and the soak goes on. */
async function watch(under: MeshUnderLoad, byMinute: Minutes, minutes: number, onProgress: (line: string) => void): Promise<{ samples: SoakSample[]; missed: string[] }> {
  const samples: SoakSample[] = [];
  const missed: string[] = [];
  const begin = performance.now();
  const until = async (seconds: number) => sleep(Math.max(0, begin + seconds * 1000 - performance.now()));
  for (let n = 0; n <= minutes * SAMPLES_PER_MINUTE; n++) {
    await until(n * SAMPLE_SECONDS);
    try {
      samples.push(await takeSample(under, (performance.now() - begin) / 1000));
      if (n === 0) await byMinute.begin();
      else if (n % SAMPLES_PER_MINUTE === 0) {
        const minute = await byMinute.end();
        onProgress(progressLine(n / SAMPLES_PER_MINUTE, samples, minute));
      }
    } catch (error) {
      missed.push(errorText(error));
    }
  }
  return { samples, missed };
}

function progressLine(minute: number, samples: SoakSample[], latest: SoakMinute | undefined): string {
  const sample = samples.at(-1)!;
  const earlier = samples.at(-1 - SAMPLES_PER_MINUTE) ?? samples[0]!;
  const taken = (sample.taken - earlier.taken) / (sample.seconds - earlier.seconds || 1);
  const p99 = latest && Number.isFinite(latest.consumer.p99) ? `, p99 ${Math.round(latest.consumer.p99)} ms` : '';
  return `minute ${minute}: ${Math.round(taken)} events/s, ${Math.round(sumOf(sample.rssMb))} MB, lag ${sumOf(sample.lag)}, ${sumOf(sample.parts)} parts, ${sample.rows} rows${p99}`;
}

/** What `check` says; where it rejects, that is the finding. */
async function finding(name: string, check: () => Promise<string>): Promise<Finding> {
  return check().then((detail) => ({ name, ok: true, detail }), (error: unknown) => ({ name, ok: false, detail: errorText(error) }));
}

/** Timers that were due have fired by then, and what they changed is stored. */
const SETTLED_MS = 1_500;

/** The same checks as `npm start -- --exit` makes, of a mesh that was empty before; one that cannot be made hides no other. */
async function allChecks(clients: Clients, { totals }: LoadResult): Promise<Finding[]> {
  const frozen = Date.now();
  await sleep(SETTLED_MS);
  const checks: [string, () => Promise<Finding[]>][] = [
    ['totals', () => checkTotals(clients, { events: 0, quarantined: 0 }, totals)],
    ['once in views', () => checkOnce(clients)],
    ['memberships', () => checkMemberships(clients, frozen)],
    ['profiles', async () => [await checkProfiles(clients)]],
  ];
  const findings: Finding[] = [];
  for (const [name, check] of checks) findings.push(...(await check().catch((error: unknown) => [{ name, ok: false, detail: `could not be checked: ${errorText(error)}` }])));
  return findings;
}

function scheduleFinding({ timings: { behind }, keptSchedule }: LoadResult): Finding {
  return { name: 'schedule', ok: keptSchedule, detail: `the generator was behind by ${behind.p99.toFixed(1)} ms (p99), ${behind.max.toFixed(0)} ms at most${keptSchedule ? '' : ': the run does not count'}` };
}

function aliveFinding(begin: Record<string, number>, under: MeshUnderLoad): Finding {
  // The load may have ended by now, as it should.
  const now = under.pids();
  const gone = Object.entries(begin).filter(([name, pid]) => now[name] !== pid).map(([name]) => name);
  return { name: 'processes', ok: gone.length === 0, detail: gone.length === 0 ? `the same ${Object.keys(begin).length} from begin to end` : `died, and were started again: ${gone.join(', ')}` };
}

export function latencyOf(minutes: readonly SoakMinute[]): NonNullable<SoakResult['latency']> {
  const over = (pick: (minute: SoakMinute) => number) => {
    const values = minutes.map(pick).filter(Number.isFinite);
    return values.length === 0 ? { median: NaN, worst: NaN } : { median: median(values), worst: Math.max(...values) };
  };
  return { commitP50: over(({ commit }) => commit.p50), commitP99: over(({ commit }) => commit.p99), consumerP50: over(({ consumer }) => consumer.p50), consumerP99: over(({ consumer }) => consumer.p99) };
}
