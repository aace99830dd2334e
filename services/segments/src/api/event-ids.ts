// Ids of server-sent events: the offsets to go on at, by partition, as `0:1520,1:988`.
import { badRequest } from '@tideway/intake';

/** Next offset to read, by partition. */
export type Offsets = Map<number, number>;

export function eventId(offsets: ReadonlyMap<number, number>): string {
  return [...offsets].sort(([a], [b]) => a - b).map(([partition, offset]) => `${partition}:${offset}`).join(',');
}

/** The offsets of a Last-Event-ID. Throws IntakeError 400 for what is none of ours. */
export function offsetsOf(id: string): Offsets {
  const offsets: Offsets = new Map();
  for (const part of id.split(',')) {
    const match = /^(\d{1,5}):(\d{1,15})$/.exec(part.trim());
    if (!match) throw badRequest('format', 'last-event-id', 'last-event-id must be the id of the last event that you got, such as 0:1520,1:988; leave it out to begin now');
    offsets.set(Number(match[1]), Number(match[2]));
  }
  return offsets;
}
