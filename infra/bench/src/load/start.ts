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

/** `onReport` is called every `reportEverySeconds` of the order. */
export function startLoad(order: LoadOrder, onReport: (timings: LoadTimings) => void = () => undefined): RunningLoad {
  const child = fork(path.join(workspaceRoot, 'infra/bench/dist/load/generator.js'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
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
