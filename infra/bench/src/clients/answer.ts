// The frame of a client's program: takes the order from its arguments, prints the answer as its last line.
import { errorText } from '@tideway/service';
import { percentile } from '../statistics.js';
import type { Answer, Latency, Order, Path } from './paths.js';

/** A client that has not come to its end by then has failed. */
const TIMEOUT_MS = 600_000;

/** Runs what the order asks for, and ends the process. */
export function answer<Client extends string>(tasks: Record<Client, Partial<Record<Path, (order: Order) => Promise<Answer>>>>): void {
  const [client, text] = process.argv.slice(2);
  const order = JSON.parse(text!) as Order;
  const end = (code: number, line: string) => process.stdout.write(`${line}\n`, () => process.exit(code));
  setTimeout(() => end(1, `${order.path} was not done within ${TIMEOUT_MS / 1000} s`), TIMEOUT_MS);
  const task = tasks[client as Client][order.path];
  if (!task) return void end(1, `${client} does not do ${order.path}`);
  task(order).then((result) => end(0, JSON.stringify(result)), (error: unknown) => end(1, error instanceof Error ? error.stack! : errorText(error)));
}

/** Seconds since `begin`, of performance.now(). */
export const secondsSince = (begin: number) => (performance.now() - begin) / 1000;

export function latencyOf(values: number[]): Latency {
  return { p50: percentile(values, 0.5)!, p99: percentile(values, 0.99)! };
}

/** One record a time: the next is sent when the last has been acknowledged and has come. */
export async function oneByOne(count: number, arrivals: Arrivals, send: (i: number) => Promise<unknown>): Promise<Answer> {
  const [acknowledged, arrived]: [number[], number[]] = [[], []];
  const start = performance.now();
  for (let i = 0; i < count; i += 1) {
    const begin = performance.now();
    const coming = arrivals.next().then(() => arrived.push(performance.now() - begin));
    await send(i);
    acknowledged.push(performance.now() - begin);
    await coming;
  }
  return { seconds: secondsSince(start), records: count, acknowledged: latencyOf(acknowledged), arrived: latencyOf(arrived) };
}

/** Where a consumer tells that a record has come. */
export class Arrivals {
  #resolve: () => void = () => undefined;

  next(): Promise<void> {
    return new Promise((resolve) => (this.#resolve = resolve));
  }

  come(): void {
    this.#resolve();
  }
}
