// One pass over the topics of event products: what Kafka acknowledged and kept, by offset, id and key.
import { productOf, type Product } from '@tideway/contracts';
import { Decoder, readBounds, readTopics } from '@tideway/kafka';
import type { Clients } from '@tideway/mesh';

/** Offsets of one partition that hold a record, in sums that a table's rows are compared with. */
export interface PartitionSums {
  /** First offset that is still there. */
  low: number;
  /** First offset that was not read: time goes on adding records. */
  end: number;
  records: number;
  offsetSum: number;
}

export interface ScannedEvent {
  id: string;
  key: string;
  partition: number;
  offset: number;
}

export interface Scan {
  /** By topic and partition. */
  sums: Map<string, Map<number, PartitionSums>>;
  /** Events of the domains' products in the order of each partition, by topic. */
  events: Map<string, ScannedEvent[]>;
  /** `origin` of each activity that was made of a record, by key (the profile), in order. */
  activityOrigins: Map<string, string[]>;
  /** How often each activity_id is on its topic. */
  activityIds: Map<string, number>;
}

/** What is known beside the topics. */
export interface Known {
  /** By `topic:partition:offset`: these records are in no table. */
  poisoned: { has(origin: string): boolean };
  /** Records that retention has deleted, by topic, in the order of each partition. */
  deleted: ReadonlyMap<string, readonly ScannedEvent[]>;
}

const ACTIVITIES = 'customer.activities';

/** Reads everything that is there now, and begins each topic's events with those that are not there any more. Rejects with RetryableError in an outage. */
export async function scanTopics(clients: Clients, { poisoned, deleted }: Known): Promise<Scan> {
  const products = clients.products.filter(({ kind }) => kind === 'event');
  const byTopic = new Map(products.map((product) => [product.topic, product]));
  const decoders = new Map(products.filter((product) => product.id === ACTIVITIES || isDomains(product)).map((product) => [product.topic, new Decoder<Record<string, string>>(clients.registry, product)]));
  const scan: Scan = { sums: await lowOffsets(clients, products, deleted), events: new Map([...deleted].map(([topic, events]) => [topic, [...events]])), activityOrigins: new Map(), activityIds: new Map() };
  await readTopics(clients.kafka, new Map(products.map(({ topic }) => [topic, []])), async ({ topic, partition, message: { key, value, offset } }) => {
    const sums = scan.sums.get(topic)!.get(partition)!;
    if (Number(offset) < sums.low) return;
    sums.end = Number(offset) + 1;
    if (poisoned.has(`${topic}:${partition}:${offset}`)) return;
    sums.records += 1;
    sums.offsetSum += Number(offset);
    const record = await decoders.get(topic)?.decode(value);
    if (!record) return;
    if (byTopic.get(topic)!.id === ACTIVITIES) addActivity(scan, String(key), record);
    else scan.events.set(topic, pushed(scan.events.get(topic), { id: record['event_id']!, key: String(key), partition, offset: Number(offset) }));
  });
  return scan;
}

/** Products of a domain's own: what native payloads become. */
export function isDomains({ domain, kind }: Product): boolean {
  return kind === 'event' && !['customer', 'segments', 'personalization', 'operations'].includes(domain);
}

/**
 * Kafka notes the begin of a log every minute (`log.flush.start.offset.checkpoint.interval.ms`): what was deleted less than that before it was
 * killed stands again.
 */
async function lowOffsets({ kafka }: Clients, products: Product[], deleted: Known['deleted']): Promise<Scan['sums']> {
  const bounds = await readBounds(kafka, products.map(({ topic }) => topic));
  return new Map([...bounds].map(([topic, partitions]) => [topic, new Map([...partitions].map(([partition, { low: noted }]) => {
    const gone = (deleted.get(topic) ?? []).filter((event) => event.partition === partition).map(({ offset }) => offset + 1);
    const low = Math.max(noted, ...gone);
    return [partition, { low, end: low, records: 0, offsetSum: 0 }];
  }))]));
}

function addActivity(scan: Scan, key: string, { activity_id, origin, product }: Record<string, string>): void {
  scan.activityIds.set(activity_id!, (scan.activityIds.get(activity_id!) ?? 0) + 1);
  // What customer tells of its own accord is not made of a record: after a merge, the decision in force has the origin that it was taken by.
  if (product!.startsWith('customer.')) return;
  scan.activityOrigins.set(key, pushed(scan.activityOrigins.get(key), origin!));
}

function pushed<T>(list: T[] | undefined, entry: T): T[] {
  if (!list) return [entry];
  list.push(entry);
  return list;
}

/** Storage table of the activities product in the segments service's database, which has its offsets. */
export function activitiesTopic(clients: Clients): string {
  return productOf(clients.products, ACTIVITIES).topic;
}
