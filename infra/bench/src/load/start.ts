// Starts the load generator in a process of its own.
import { fork } from 'node:child_process';
import path from 'node:path';
import { workspaceRoot } from '@tideway/embedded';
import type { LoadMessage, LoadOrder, LoadResult } from './generator.js';
import type { LoadTimings } from './timings.js';

export interface RunningLoad {
  pid: number;
  /** Rejects where the generator ends before its time. */
  result: Promise<LoadResult>;
  /** Resolves when the order's `timedAfterSeconds` are over; never without. */
  timed: Promise<void>;
  /** Rejects with it, and never resolves: what is measured under load is raced against it. */
  failed: Promise<never>;
  stop(): void;
}

/**
 * Options of V8 (`node --v8-options`) with which a process keeps little of what it needs no more: its memory tells what it holds. Making
 * requests takes 1.8 times the processor time.
 */
export const LITTLE_GARBAGE = ['--max-semi-space-size=4', '--heap-growing-percent=50'];

/** `onReport` is called every `reportEverySeconds` of the order; `v8Options` are of the generator's process. */
export function startLoad(order: LoadOrder, onReport: (timings: LoadTimings) => void = () => undefined, v8Options: string[] = []): RunningLoad {
  const child = fork(path.join(workspaceRoot, 'infra/bench/dist/load/generator.js'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv: [...process.execArgv, ...v8Options] });
  const timed = Promise.withResolvers<void>();
  const result = new Promise<LoadResult>((resolve, reject) => {
    child.on('message', (message: LoadMessage) => {
      if (message.type === 'end') resolve(message.result);
      else if (message.type === 'timed') timed.resolve();
      else onReport(message.timings);
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => reject(new Error(`the load ended before its time (${signal ?? code}): the run does not count`)));
  });
  const failed = result.then(() => new Promise<never>(() => undefined));
  // Whoever awaits them reports it.
  failed.catch(() => undefined);
  child.send(order);
  return { pid: child.pid!, result, timed: timed.promise, failed, stop: () => void child.kill('SIGKILL') };
}
