// Deaths and pauses at named points of a consumer's work: between an intent and its insert, a send and its commit.
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceName } from '@tideway/mesh';
import type { Arena } from '../arena.js';
import type { PatchName } from '../controls/patches.js';
import type { RunFault } from './fault.js';

const WAIT_MS = 15_000;

/** The service dies at the point, after some passages, and again after each restart, until the time is over. */
export const crash: RunFault = async (context, { target, seconds }) => {
  const { arena, random } = context;
  const { name, point } = parse(target);
  await arena.stopService(name);
  await startBroken(arena, name, `${point}#${random.int(1, 8)}`);
  const first = arena.pidOf(name);
  await until(() => arena.pidOf(name) !== first);
  await sleep(seconds * 1_000);
  await replace(arena, name);
};

/**
 * The service stops at the point as by SIGSTOP, with its work half done. Another instance takes over; then the first one
 * goes on as if nothing had happened, and must find that it may not.
 */
export const zombie: RunFault = async (context, { target, seconds }) => {
  const { arena, random } = context;
  const { name, point } = parse(target);
  await arena.stopService(name);
  await startBroken(arena, name, `${point}#${random.int(1, 8)}`, ['pause-at-point']);
  await until(() => arena.stateOf(name) === 'T');
  await arena.startService(name, 2);
  // Until the group has given it up, and the other instance is at work.
  await sleep(seconds * 1_000);
  arena.signal(name, 'SIGCONT');
  await sleep(2_000);
  await replace(arena, name);
  await arena.stopService(name, 2);
};

function parse(target: string): { name: ServiceName; point: string } {
  const [name, point] = target.split(' ') as [ServiceName, string];
  return { name, point };
}

/** Who dies before being ready for the first time is not started again: that is one way to be broken, too. */
async function startBroken(arena: Arena, name: ServiceName, crashAt: string, patches: PatchName[] = []): Promise<void> {
  const started = arena.startService(name, 1, { env: { TIDEWAY_CRASH_AT: crashAt }, patches }).catch(() => undefined);
  await Promise.race([started, sleep(WAIT_MS)]);
}

async function replace(arena: Arena, name: ServiceName): Promise<void> {
  if (arena.stateOf(name) === 'T') arena.signal(name, 'SIGKILL');
  await arena.stopService(name);
  await arena.startService(name).catch(async () => {
    // Slow to be ready, because what it needs is behind: a supervisor that gave up is asked again.
    await arena.stopService(name);
    await arena.startService(name);
  });
}

async function until(holds: () => boolean): Promise<boolean> {
  for (const deadline = Date.now() + WAIT_MS; Date.now() < deadline; await sleep(20)) if (holds()) return true;
  return false;
}

