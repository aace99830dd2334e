// Sends the simulator's native events over HTTP, in a process of its own, so that neither load nor measurement waits for
// the other. The parent's first message says what to send; what became of it goes back.
import { replay, simulate, type Targets, type Totals } from '@tideway/simulator';
import { percentile } from '../statistics.js';

export interface LoadOrder {
  targets: Targets;
  seed: number;
  events: number;
  eventsPerSecond: number;
}

export interface LoadResult {
  totals: Totals;
  /** From the first request to the last answer. */
  seconds: number;
  /** Of HTTP requests, in ms. */
  answerMs: { p50: number; p99: number };
}

process.once('message', (order: LoadOrder) => void send(order));
// Whoever asked for it is gone.
process.on('disconnect', () => process.exit(1));

async function send({ targets, seed, events, eventsPerSecond }: LoadOrder): Promise<void> {
  const answers: number[] = [];
  const begin = performance.now();
  const totals = await replay(simulate({ seed, events }), targets, { eventsPerSecond, onAnswer: (_request, { latencyMs }) => void answers.push(latencyMs) });
  const result: LoadResult = { totals, seconds: (performance.now() - begin) / 1000, answerMs: { p50: percentile(answers, 0.5)!, p99: percentile(answers, 0.99)! } };
  process.send!(result, () => process.exit(0));
}
