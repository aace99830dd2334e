// What faults leave behind for the checker: records that no reader can read, losses that were told, and what a fault
// itself found to be wrong.
import type { ScannedEvent } from './checker/scan.js';
import type { Verdict } from './checker/verdict.js';

export interface Evidence {
  /** Services that read a poisoned record, by `topic:partition:offset`. */
  poisoned: Map<string, readonly string[]>;
  /** Records that retention has deleted, by topic, in the order of each partition: what followed from them is still checked. */
  deleted: Map<string, ScannedEvent[]>;
  /** Ids of events whose records were deleted before the warehouse had read them. */
  lostToWarehouse: Set<string>;
  /** What faults found out while they lasted. */
  verdicts: Verdict[];
}

export function noEvidence(): Evidence {
  return { poisoned: new Map(), deleted: new Map(), lostToWarehouse: new Set(), verdicts: [] };
}
