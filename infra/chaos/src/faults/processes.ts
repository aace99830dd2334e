// Processes that die, and processes that stop for a while without knowing it.
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunFault } from './fault.js';

/** kill -9; the supervisor starts what died again. */
export const kill: RunFault = async ({ arena }, { target }) => {
  arena.signal(target, 'SIGKILL');
};

/** SIGSTOP, and SIGCONT after a time in which the process may have been given up for dead by everybody else. */
export const pause: RunFault = async ({ arena }, { target, seconds }) => {
  arena.signal(target, 'SIGSTOP');
  await sleep(seconds * 1_000);
  arena.signal(target, 'SIGCONT');
};
