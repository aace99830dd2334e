// What every kind of fault is given, and what it answers.
import type { Clients } from '@tideway/mesh';
import { createLogger, untilDone } from '@tideway/service';
import type { Arena } from '../arena.js';
import type { Author } from '../definitions/author.js';
import type { Evidence } from '../evidence.js';
import type { Ledger } from '../load/ledger.js';
import type { Load } from '../load/load.js';
import type { Random } from '../random.js';
import type { Fault } from '../schedule.js';

const silent = createLogger('chaos', 'silent');
const PATIENCE_MS = 180_000;

export interface FaultContext {
  arena: Arena;
  /** Connections that no fault of the network befalls. */
  clients: Clients;
  ledger: Ledger;
  load: Load;
  /** Changes definitions all the while. */
  author: Author;
  evidence: Evidence;
  random: Random;
  /** Takes a line for people. */
  say(line: string): void;
}

/**
 * Does a fault to the mesh and takes it back; resolves when nothing of it is left but what the mesh has to mend itself.
 * A `skipped` says why this machine cannot do it.
 */
export type RunFault = (context: FaultContext, fault: Fault) => Promise<{ skipped?: string } | void>;

/** What needs the schema registry, which may still be away by the fault before: tried again, as any client would, and given up after three minutes. */
export function patiently<T>(action: () => Promise<T>): Promise<T> {
  return untilDone('what a fault needs', silent, action, AbortSignal.timeout(PATIENCE_MS));
}
