// What was sent to the mesh, and what was answered, summed over the simulator's replays and the demonstration.
import type { Totals } from '@tideway/simulator';

export interface SentTotals {
  sent: number;
  accepted: number;
  quarantined: number;
  rejected: number;
  /** Deliberate repeats among the accepted events. */
  resends: number;
  /** Rows of ad reports that replace one that was sent before. */
  restated: number;
  differences: string[];
}

export function emptyTotals(): SentTotals {
  return { sent: 0, accepted: 0, quarantined: 0, rejected: 0, resends: 0, restated: 0, differences: [] };
}

export function addTotals(a: SentTotals, b: SentTotals | Totals): SentTotals {
  return {
    sent: a.sent + b.sent, accepted: a.accepted + b.accepted, quarantined: a.quarantined + b.quarantined,
    rejected: a.rejected + b.rejected, resends: a.resends + b.resends, restated: a.restated + ('restated' in b ? b.restated : 0), differences: [...a.differences, ...b.differences],
  };
}
