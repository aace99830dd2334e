// Whether everybody has left the segments that were removed, because they were removed, and nobody has entered since. Pure.
import type { SegmentsMemberships } from '@tideway/contracts';
import type { MembershipLog } from '@tideway/mesh';
import type { Write } from '../definitions/author.js';
import { verdict, type Verdict } from './verdict.js';

/** From a removal until the segment is written again. */
interface Removal {
  askedAt: number;
  answeredAt: number;
  alone: boolean;
  until: number;
}

/** A merged profile leaves everything, whatever else was removed in the meantime. */
const REASONS: readonly SegmentsMemberships['reason'][] = ['definition', 'merge'];

/** Of so many removals, some were of segments with members. */
const ENOUGH = 3;

/** The changes of memberships while a segment was removed. */
export class Removals {
  readonly #removals = new Map<string, Removal[]>();
  readonly #removed: ReadonlySet<string>;
  #left = 0;
  readonly #wrong: string[] = [];

  /** `writes` in their order. */
  constructor(private readonly writes: readonly Write[]) {
    const last = new Map<string, Write>();
    for (const write of writes) {
      const { name } = write.segment;
      last.set(name, write);
      const removals = this.#removals.get(name) ?? [];
      this.#removals.set(name, removals);
      if (write.what === 'remove') removals.push({ askedAt: write.askedAt, answeredAt: write.answeredAt, alone: write.alone, until: Infinity });
      else if (removals.length > 0) removals.at(-1)!.until = Math.min(removals.at(-1)!.until, write.askedAt);
    }
    this.#removed = new Set([...last].filter(([, { what }]) => what === 'remove').map(([name]) => name));
  }

  /** Takes any change of a membership. */
  add({ segment, change, reason, evaluated_at: at, profile_id: profileId }: SegmentsMemberships): void {
    const removal = this.#removals.get(segment)?.find(({ askedAt, until }) => at >= askedAt && at < until);
    if (!removal) return;
    if (change === 'exited' && reason === 'definition') this.#left += 1;
    // Until it is answered, some are evaluated by what was before; an instance that follows behind goes on with it, too.
    if (!removal.alone || at < removal.answeredAt) return;
    if (change === 'entered' || !REASONS.includes(reason)) this.#wrong.push(`${profileId} ${change} ${segment} for the reason ${reason}`);
  }

  /** Of the log that has the same changes. */
  verdict({ now }: Pick<MembershipLog, 'now'>): Verdict {
    const still: string[] = [];
    for (const [profileId, segments] of now) for (const segment of segments) if (this.#removed.has(segment)) still.push(`${profileId} in ${segment}`);
    const removals = this.writes.filter(({ what }) => what === 'remove').length;
    const problems = [
      ...(still.length > 0 ? [`${still.length} members are left (${still[0]})`] : []),
      ...(this.#wrong.length > 0 ? [`${this.#wrong.length} changes after a removal are not for it (${this.#wrong[0]})`] : []),
      ...(removals >= ENOUGH && this.#left === 0 ? ['nobody left for the reason definition'] : []),
    ];
    return verdict('removed segments', problems.length === 0, problems.join('; ') || `${removals} removals, left by ${this.#left} members for that reason; nobody is in any of the ${this.#removed.size} that are removed now`);
  }
}
