// Sends the simulator's native events over HTTP, in a process of its own, so that neither load nor measurement waits for
// the other. The parent's first message says what to send; what became of it goes back.
import { replay, simulate, type NativeRequest, type SimulatorOptions, type Targets, type Totals } from '@tideway/simulator';
import { Timings, keptSchedule, type LoadTimings } from './timings.js';

export interface LoadOrder {
  targets: Targets;
  simulation: SimulatorOptions;
  /** Open loop at this pace; undefined: as fast as answers come. */
  eventsPerSecond?: number;
  /** Takes no further request after so many seconds. */
  seconds?: number;
  /** Requests in flight where answers set the pace. */
  concurrency?: number;
  /** The timings of the result leave out answers that came within so many seconds of the first request. */
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
  /** Whether the run counts: the generator was not further behind than MOST_BEHIND_MS. */
  keptSchedule: boolean;
}

export type LoadMessage = { type: 'report'; timings: LoadTimings } | { type: 'end'; result: LoadResult };

process.once('message', (order: LoadOrder) => void run(order));
// Whoever asked for it is gone.
process.on('disconnect', () => process.exit(1));

const tell = (message: LoadMessage, then = () => {}) => void process.send!(message, then);

async function run({ targets, simulation, eventsPerSecond, seconds, concurrency, timedAfterSeconds, reportEverySeconds, answersInPath = false }: LoadOrder): Promise<void> {
  const all = new Timings();
  const recent = new Timings();
  const report = () => {
    tell({ type: 'report', timings: recent.summary() });
    recent.reset();
  };
  const reporting = reportEverySeconds === undefined ? undefined : setInterval(report, reportEverySeconds * 1000);
  let begin = 0;
  let cpuAtBegin = process.cpuUsage();
  function* requests(): Generator<NativeRequest> {
    for (const request of simulate(simulation)) {
      if (begin === 0) {
        begin = performance.now();
        if (timedAfterSeconds !== undefined) setTimeout(() => all.reset(), timedAfterSeconds * 1000).unref();
        cpuAtBegin = process.cpuUsage();
      }
      if (seconds !== undefined && performance.now() - begin >= seconds * 1000) return;
      yield answersInPath ? withAnswer(request) : request;
    }
  }
  const totals = await replay(requests(), targets, {
    eventsPerSecond,
    concurrency,
    onAnswer: (_request, _answer, timing) => {
      all.record(timing);
      if (reporting !== undefined) recent.record(timing);
    },
  });
  clearInterval(reporting);
  const { user, system } = process.cpuUsage(cpuAtBegin);
  const timings = all.summary();
  const result: LoadResult = { totals, seconds: (performance.now() - begin) / 1000, cpuSeconds: (user + system) / 1e6, timings, keptSchedule: keptSchedule(timings) };
  if (reporting !== undefined) report();
  tell({ type: 'end', result }, () => process.exit(0));
}

function withAnswer(request: NativeRequest): NativeRequest {
  const { accepted, quarantined, rejected } = request.expected;
  const mark = request.path.includes('?') ? '&' : '?';
  return { ...request, path: `${request.path}${mark}answer=${accepted},${quarantined},${rejected}` };
}
