// Negative controls: runs of deliberately broken builds, in which the checker must find what is wrong. A checker that
// finds nothing there proves nothing elsewhere.
import type { Fault } from '../schedule.js';
import type { PatchName } from './patches.js';

export interface Control {
  patch: PatchName;
  /** One line for people. */
  about: string;
  /** Faults that the broken build does not survive. */
  faults: Fault[];
  /** Checks of which at least one must fail. */
  finds: readonly string[];
}

/** Seconds between the faults of a control: less than they take. */
const EVERY = 1;

function faultsOf(kind: Fault['kind'], seconds: number, targets: readonly string[]): Fault[] {
  return targets.map((target, i) => ({ at: 1 + i * EVERY, kind, target, seconds, seed: i }));
}

export const CONTROLS = {
  'no-intent': {
    patch: 'no-intent', about: 'blocks into ClickHouse without intents', finds: ['once in tables'],
    faults: faultsOf('crash', 3, ['warehouse after-insert', 'warehouse after-insert']),
  },
  // What was inserted when the process died is inserted again, whatever else happens: one crash shows it.
  'no-token': {
    patch: 'no-token', about: 'inserts without deduplication tokens', finds: ['once in tables'],
    faults: faultsOf('crash', 3, ['warehouse after-insert']),
  },
  'no-fencing': {
    patch: 'no-fencing', about: 'transactions that fence nobody', finds: ['one activity an event', 'order of activities', 'alternation'],
    faults: faultsOf('zombie', 9, ['customer before-commit', 'customer before-send', 'segments before-commit']),
  },
} satisfies Record<string, Control>;

export type ControlName = keyof typeof CONTROLS;
