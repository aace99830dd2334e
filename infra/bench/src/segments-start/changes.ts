// Follows segments.memberships.v1 as any consumer would, with the times of every change.
import { productOf, type SegmentsMemberships } from '@tideway/contracts';
import { tailTopics, type Clients } from '@tideway/mesh';

export interface ChangeSeen extends Pick<SegmentsMemberships, 'profile_id' | 'segment' | 'change' | 'reason' | 'caused_at' | 'evaluated_at'> {
  /** Time (ms) at which the consumer had it, after the commit. */
  at: number;
}

/** Calls `onChange` for each change from now on, committed ones only, until the returned function is called. */
export async function followChanges(clients: Clients, onChange: (change: ChangeSeen) => void): Promise<() => Promise<void>> {
  return tailTopics(clients, [productOf(clients.products, 'segments.memberships')], ({ value }) => {
    const { profile_id, segment, change, reason, caused_at, evaluated_at } = value as unknown as SegmentsMemberships;
    onChange({ profile_id, segment, change, reason, caused_at, evaluated_at, at: Date.now() });
  });
}
