// What the topic of memberships comes to, record by record: who is in what now, who was at one time, why it changed, and
// whether every change follows from the one before. Pure.
import type { SegmentsMemberships } from '@tideway/contracts';

export type Reason = SegmentsMemberships['reason'];

/** Segments by profile. */
export type Sets = Map<string, Set<string>>;

/** Time (ms) at which a change counts: timers change members at their time, everything else at the evaluation. */
const effectiveAt = (m: Pick<SegmentsMemberships, 'reason' | 'caused_at' | 'evaluated_at'>) => (m.reason === 'time' ? m.caused_at : m.evaluated_at);

export class MembershipLog {
  changes = 0;
  /** Changes that do not alternate, or leave out a number. */
  broken = 0;
  /** Changes by what caused them. */
  readonly reasons: Map<Reason, number> = new Map();
  /** Members by the last change of all. */
  readonly now: Sets = new Map();
  /** Members as of `frozen`. */
  readonly then: Sets = new Map();
  /**
   * Profiles that time was changing at `frozen`: their timer was due, and they were evaluated after it, by then also for what
   * came due in between. What they were at that very moment, the topic does not say.
   */
  readonly underWay = new Set<string>();
  readonly #sequences = new Map<string, number>();
  /** A decoder makes a new text for each name; a million of them would stay. */
  readonly #names = new Map<string, string>();

  /** `frozen` in ms. */
  constructor(private readonly frozen: number) {}

  /** Takes the next record of its partition. */
  add(change: SegmentsMemberships): void {
    const { profile_id: profileId, sequence, reason } = change;
    const segment = this.#name(change.segment);
    const entered = change.change === 'entered';
    this.changes += 1;
    this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + 1);
    if ((this.now.get(profileId)?.has(segment) ?? false) === entered || sequence !== (this.#sequences.get(profileId) ?? 0) + 1) this.broken += 1;
    this.#sequences.set(profileId, sequence);
    put(this.now, profileId, segment, entered);
    if (effectiveAt(change) <= this.frozen) {
      put(this.then, profileId, segment, entered);
      if (change.evaluated_at > this.frozen) this.underWay.add(profileId);
    }
  }

  #name(name: string): string {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    this.#names.set(name, name);
    return name;
  }
}

function put(sets: Sets, profileId: string, segment: string, entered: boolean): void {
  const set = sets.get(profileId);
  if (entered) {
    if (set) set.add(segment);
    else sets.set(profileId, new Set([segment]));
    return;
  }
  set?.delete(segment);
  if (set?.size === 0) sets.delete(profileId);
}

/** How many memberships there are. */
export function sizeOf(sets: Sets): number {
  let size = 0;
  for (const set of sets.values()) size += set.size;
  return size;
}

/** Memberships that only one side has, as `profile segment`; `but` leaves out profiles. */
export function differences(left: Sets, right: ReadonlyMap<string, readonly string[]>, but: ReadonlySet<string> = new Set()): { missing: string[]; extra: string[] } {
  const missing: string[] = [];
  const extra: string[] = [];
  for (const [profileId, segments] of left) {
    if (but.has(profileId)) continue;
    const others = new Set(right.get(profileId));
    for (const segment of segments) if (!others.has(segment)) missing.push(`${profileId} ${segment}`);
  }
  for (const [profileId, segments] of right) {
    if (but.has(profileId)) continue;
    const mine = left.get(profileId);
    for (const segment of segments) if (!mine?.has(segment)) extra.push(`${profileId} ${segment}`);
  }
  return { missing, extra };
}
