// Rows that go from a profile of this partition to another profile: of one that was merged away all of them, of one that
// was split those of the identifiers that left. They are handed over when ClickHouse has them.
import { readSplit } from '@tideway/contracts';
import type { Before } from './membership.js';
import type { Outbox } from './outbox.js';
import { headersOf, type Restored, type SplitOff } from './restore.js';
import { divided, leaving, rowsOf, staying } from './shares.js';
import type { Handover } from './topics.js';
import type { Work } from './work.js';

type Sink = Pick<Outbox, 'handover' | 'sameState' | 'tombstone'>;

export class HandingOver {
  /** Of all splits those that have something to send: asked in every turn, and splits are kept for good. */
  readonly #splitsDue = new Map<SplitOff, string>();

  constructor(private readonly restored: Restored) {
    for (const [profileId, known] of restored.splits) for (const split of known) if (split.handover) this.#splitsDue.set(split, profileId);
  }

  /** All that was due when the partition was opened waits for the rows below `end`; whether there is any. */
  waitFor(end: number): boolean {
    const due = [...this.restored.due.values(), ...this.#splitsDue.keys()];
    for (const one of due) one.after = end;
    return due.length > 0;
  }

  /** Whether something can be sent, where everything below `next` is in ClickHouse. */
  isReady(next: number): boolean {
    return [...this.restored.due.values(), ...this.#splitsDue.keys()].some(({ after }) => after! <= next);
  }

  /** Sends what can be sent, as `isReady` has it. */
  send(outbox: Sink, next: number): void {
    const { due, stored } = this.restored;
    const sent = new Set<string>();
    for (const [profileId, { into, handover, after }] of due) {
      if (after > next) continue;
      outbox.handover(into, handover);
      due.delete(profileId);
      sent.add(profileId);
    }
    for (const [split, profileId] of this.#splitsDue) {
      if (split.after! > next) continue;
      outbox.handover(split.into, split.handover!);
      delete split.handover;
      this.#splitsDue.delete(split);
      sent.add(profileId);
    }
    for (const profileId of sent) {
      const state = stored.get(profileId);
      if (state) outbox.sameState(profileId, state, headersOf(this.restored, profileId));
      else outbox.tombstone(profileId, headersOf(this.restored, profileId));
    }
  }

  /**
   * Gives the state of a profile without the rows of the identifiers that leave it in this turn, which wait for ClickHouse to
   * have those below `after`. What is handed to it is divided with all who left: an earlier merge may come to be known last.
   */
  takeApart(before: Before, work: Work, after: number, outbox: Sink): Before {
    const { splits } = this.restored;
    const { profile_id: profileId } = before;
    let { shares } = before;
    for (const activity of work.splits) {
      const { into, left } = readSplit(activity)!;
      const rows = rowsOf({ ...before, shares });
      const handover: Handover = { aliases: [], shares: leaving(rows, left), reason: 'split', causedAt: activity.occurred_at, origin: activity.origin };
      const split: SplitOff = { into, left, handover, after };
      splits.set(profileId, [...(splits.get(profileId) ?? []), split]);
      this.#splitsDue.set(split, profileId);
      shares = staying(rows, left);
    }
    const known = splits.get(profileId);
    if (known) work.handovers = work.handovers.map((handover) => divide(handover, known, outbox));
    return { ...before, shares };
  }
}

/** Sends the parts of those who left, and gives the rest. */
function divide(handover: Handover, splits: readonly SplitOff[], outbox: Sink): Handover {
  const { rest, parts } = divided(handover, splits);
  for (const part of parts) outbox.handover(part.into, part.handover);
  return rest;
}
