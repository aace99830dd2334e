// A schema registry that is away: for services that know all schemas they need, and for one that has just started.
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunFault } from './fault.js';

/** Caches are warm: nobody need notice. */
export const registryWarm: RunFault = async ({ arena }, { seconds }) => {
  const [proxy] = arena.proxies('registry');
  proxy!.set({ mode: 'cut' });
  await sleep(seconds * 1_000);
  proxy!.set({ mode: 'pass' });
};

/** A service starts while the registry is away: its caches are cold, and it has to wait. */
export const registryCold: RunFault = async ({ arena }, { target, seconds }) => {
  const [proxy] = arena.proxies('registry');
  proxy!.set({ mode: 'cut' });
  arena.signal(target, 'SIGKILL');
  await sleep(seconds * 1_000);
  proxy!.set({ mode: 'pass' });
};
