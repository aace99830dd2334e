// Whether the events of one key are in the order in which they were sent, on their topic and as activities. Pure.
import type { Promised } from '../load/ledger.js';
import type { Scan, ScannedEvent } from './scan.js';
import { verdict, type Verdict } from './verdict.js';

/** On the domains' topics: of each key, first occurrences come in the order of sending. Resends come later, and do not count. */
export function checkTopicOrder(scan: Scan, promised: ReadonlyMap<string, Promised>): Verdict {
  let keys = 0;
  const broken: ScannedEvent[] = [];
  for (const events of scan.events.values()) {
    const seen = new Set<string>();
    const last = new Map<string, number>();
    for (const event of events) {
      const order = promised.get(event.id)?.order;
      if (order === undefined || seen.has(event.id)) continue;
      seen.add(event.id);
      if (order < (last.get(event.key) ?? -1)) broken.push(event);
      last.set(event.key, order);
    }
    keys += last.size;
  }
  const example = broken[0] ? ` (${broken[0].id} of key ${broken[0].key})` : '';
  return verdict('order per key', broken.length === 0, broken.length === 0 ? `${keys} keys, each in the order of sending` : `${broken.length} events come before earlier ones of their key${example}`);
}

/** On the activities' topic: each record of an input makes activities once, and those of one input partition come in its order. */
export function checkActivityOrder(scan: Scan): Verdict {
  let activities = 0;
  const broken: string[] = [];
  for (const [profileId, origins] of scan.activityOrigins) {
    const last = new Map<string, number>();
    for (const origin of origins) {
      const colon = origin.lastIndexOf(':');
      const [partition, offset] = [origin.slice(0, colon), Number(origin.slice(colon + 1))];
      const before = last.get(partition) ?? -1;
      if (offset < before) broken.push(`${origin} after ${before}, of profile ${profileId}`);
      last.set(partition, offset);
      activities += 1;
    }
  }
  return verdict('order of activities', broken.length === 0, broken.length === 0 ? `${activities} activities, each profile's in the order of its inputs` : `${broken.length} activities come after later ones (${broken[0]})`);
}
