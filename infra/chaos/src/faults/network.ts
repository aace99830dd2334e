// Networks that misbehave, by the proxies between the services and everything that they talk to.
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProxyMode } from '../proxy.js';
import type { FaultContext, RunFault } from './fault.js';

export const cut: RunFault = (context, { target, seconds }) => within(context, target, seconds, { mode: 'cut' });
export const halfOpen: RunFault = (context, { target, seconds }) => within(context, target, seconds, { mode: 'half-open' });
export const oneWay: RunFault = (context, { target, seconds }) => within(context, target, seconds, { mode: 'one-way' });
export const slow: RunFault = (context, { target, seconds }) => within(context, target, seconds, { mode: 'slow', latencyMs: context.random.int(50, 200), bytesPerSecond: 100_000 });

async function within({ arena }: FaultContext, target: string, seconds: number, mode: ProxyMode): Promise<void> {
  const proxies = arena.proxies(target);
  for (const proxy of proxies) proxy.set(mode);
  await sleep(seconds * 1_000);
  for (const proxy of proxies) proxy.set({ mode: 'pass' });
}
