// A consumer that is away while much more comes in than otherwise: what it finds afterwards is larger than what it takes at once.
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunFault } from './fault.js';

const EVENTS_PER_SECOND = 1_500;

export const backlog: RunFault = async ({ arena, load }, { target, seconds }) => {
  arena.signal(target, 'SIGSTOP');
  load.pace(EVENTS_PER_SECOND);
  await sleep(seconds * 1_000);
  load.pace();
  arena.signal(target, 'SIGCONT');
};
