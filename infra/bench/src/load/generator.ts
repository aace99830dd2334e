// Sends the simulator's native events over HTTP, in a process of its own, so that neither load nor measurement waits for
// the other. The parent's first message says what to send; what became of it goes back.
import { replay, simulate, type NativeRequest, type SimulatorOptions, type Targets, type Totals } from '@tideway/simulator';
import { trackRequests, type CallsOptions } from '../intake/calls.js';
import { Timings, keptSchedule, type LoadTimings } from './timings.js';

export interface LoadOrder {
  targets: Targets;
  /** The people of a shop; or `calls`, all of one kind. */
  simulation?: SimulatorOptions;
  calls?: CallsOptions;
  /** Open loop at this pace; undefined: as fast as answers come. */
  eventsPerSecond?: number;
  /** Takes no further request after so many seconds. */
  seconds?: number;
  /** Requests in flight where answers set the pace. */
  concurrency?: number;
  /** The timings of the result, and `timed`, leave out answers that came within so many seconds of the first request. */
  timedAfterSeconds?: number;
  /** Reports this often what came since the last report. */
  reportEverySeconds?: number;
  /** Says in each address what is to be answered, for a server that looks at nothing else. */
  answersInPath?: boolean;
}

export interface LoadResult {
  totals: Totals;
  /** From the first request to the last answer. */
  seconds: number;
  /** Of this process, in that time. */
  cpuSeconds: number;
  timings: LoadTimings;
  /** Without the time before `timedAfterSeconds`: events that were answered, until the last answer. */
  timed: { events: number; seconds: number; cpuSeconds: number };
  /** Whether the run counts: the generator was not further behind than MOST_BEHIND_MS. */
  keptSchedule: boolean;
}

/** `timed`: from now on it is timed. */
export type LoadMessage = { type: 'report'; timings: LoadTimings } | { type: 'timed' } | { type: 'end'; result: LoadResult };

process.once('message', (order: LoadOrder) => void run(order));
// Whoever asked for it is gone.
process.on('disconnect', () => process.exit(1));

const tell = (message: LoadMessage, then = () => {}) => void process.send!(message, then);

async function run(order: LoadOrder): Promise<void> {
  const { targets, eventsPerSecond, seconds, concurrency, timedAfterSeconds, reportEverySeconds, answersInPath = false } = order;
  const all = new Timings();
  const recent = new Timings();
  const report = () => {
    tell({ type: 'report', timings: recent.summary() });
    recent.reset();
  };
  const reporting = reportEverySeconds === undefined ? undefined : setInterval(report, reportEverySeconds * 1000);
  let begin = now();
  let timed = begin;
  let timedEvents = 0;
  const beginTimed = () => {
    all.reset();
    timed = now();
    timedEvents = 0;
    tell({ type: 'timed' });
  };
  function* requests(): Generator<NativeRequest> {
    let begun = false;
    for (const request of requestsOf(order)) {
      if (!begun) {
        begun = true;
        begin = timed = now();
        if (timedAfterSeconds !== undefined) setTimeout(beginTimed, timedAfterSeconds * 1000).unref();
      }
      if (seconds !== undefined && performance.now() - begin.at >= seconds * 1000) return;
      yield answersInPath ? withAnswer(request) : request;
    }
  }
  const totals = await replay(requests(), targets, {
    eventsPerSecond,
    concurrency,
    onAnswer: (request, _answer, timing) => {
      all.record(timing);
      timedEvents += request.events;
      if (reporting !== undefined) recent.record(timing);
    },
  });
  clearInterval(reporting);
  const timings = all.summary();
  const result: LoadResult = { totals, ...since(begin), timings, timed: { events: timedEvents, ...since(timed) }, keptSchedule: keptSchedule(timings) };
  if (reporting !== undefined) report();
  tell({ type: 'end', result }, () => process.exit(0));
}

function requestsOf({ simulation, calls }: LoadOrder): Generator<NativeRequest> {
  if (calls !== undefined) return trackRequests(calls);
  if (simulation === undefined) throw new Error('an order of load needs a simulation, or calls');
  return simulate(simulation);
}

interface Moment {
  /** Of performance.now(). */
  at: number;
  cpu: NodeJS.CpuUsage;
}

const now = (): Moment => ({ at: performance.now(), cpu: process.cpuUsage() });

function since({ at, cpu }: Moment): { seconds: number; cpuSeconds: number } {
  const { user, system } = process.cpuUsage(cpu);
  return { seconds: (performance.now() - at) / 1000, cpuSeconds: (user + system) / 1e6 };
}

function withAnswer(request: NativeRequest): NativeRequest {
  const { accepted, quarantined, rejected } = request.expected;
  const mark = request.path.includes('?') ? '&' : '?';
  return { ...request, path: `${request.path}${mark}answer=${accepted},${quarantined},${rejected}` };
}
