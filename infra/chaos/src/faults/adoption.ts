// A definition that is written, raised or removed over HTTP while the service that brings people to it dies: whoever was
// evaluated, and whoever was not, must come to the same in the end.
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunFault } from './fault.js';
import { crash } from './points.js';

/** From the request, or from its answer, to the death: between nothing done and everybody evaluated. */
const WITHIN_MS = 1_500;

/** `kill` comes at any moment of it; at a named point, the service dies again and again while it adopts. */
export const adoption: RunFault = async (context, fault) => {
  const { arena, author, random } = context;
  const [name, how] = fault.target.split(' ') as [string, string];
  if (how !== 'kill') {
    const changed = sleep(random.int(0, WITHIN_MS)).then(() => author.change());
    await crash(context, fault);
    return changed;
  }
  const changed = author.change();
  if (random.fraction() < 0.5) await changed;
  await sleep(random.int(0, WITHIN_MS));
  arena.signal(name, 'SIGKILL');
  return changed;
};
