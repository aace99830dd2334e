// Instances that come and go: partitions change hands in mid-stream, again and again.
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceName } from '@tideway/mesh';
import { childName } from '../arena.js';
import type { RunFault } from './fault.js';

/** Two further instances join one after the other; one dies and comes back, then both leave. */
export const rebalance: RunFault = async ({ arena }, { target, seconds }) => {
  const name = target as ServiceName;
  await arena.startService(name, 2);
  await sleep((seconds * 1_000) / 2);
  await arena.startService(name, 3);
  await sleep((seconds * 1_000) / 2);
  arena.signal(childName(name, 2), 'SIGKILL');
  await sleep(1_500);
  await arena.stopService(name, 3);
  await arena.stopService(name, 2);
};
