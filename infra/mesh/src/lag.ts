// Whether everything that was published has been processed, by Kafka's own offsets.
import { hasIdentifiers } from '@tideway/contracts';
import { readBounds, readTopics, type OffsetMetadata } from '@tideway/kafka';
import type { Clients } from './clients.js';

/** Consumer groups of the mesh with the topics that each reads. */
function groupTopics({ products }: Clients): Map<string, string[]> {
  const activities = 'customer.activities.v1';
  const inputs = products.filter(hasIdentifiers).map((p) => p.topic);
  return new Map([
    ['warehouse', products.map((p) => p.topic)],
    ['sessions', ['web.page-views.v1', 'web.custom-events.v1', 'web.ecommerce-events.v1', 'web.orders.v1']],
    ['customer', inputs],
    ['segments', [activities, 'segments.handovers.v1']],
    ['personalization', [activities, 'segments.state.v1', 'personalization.handovers.v1']],
  ]);
}

/** Where partitions end, by topic. */
export type Ends = ReadonlyMap<string, ReadonlyMap<number, number>>;

/** Where every topic that a group of the mesh reads ends now. */
export async function endsOf(clients: Clients): Promise<Ends> {
  const bounds = await readBounds(clients.kafka, [...new Set([...groupTopics(clients).values()].flat())]);
  return new Map([...bounds].map(([topic, partitions]) => [topic, new Map([...partitions].map(([partition, { high }]) => [partition, high]))]));
}

/** Topics that time alone goes on writing to: who leaves a segment when a window is over. */
const isWrittenByTime = (topic: string) => /^(segments|personalization)\.(?!handovers)/.test(topic);

/** Whether nothing has come in between two times; what follows from time alone is not looked at. */
export function isQuiet(before: Ends, after: Ends): boolean {
  return [...after].every(([topic, ends]) => isWrittenByTime(topic) || [...ends].every(([partition, end]) => before.get(topic)?.get(partition) === end));
}

/**
 * Records between the committed offset and the end, or those `ends`, by group. Transactions end in markers that no consumer
 * commits: where only those may be left, the rest of the partition is read.
 */
export async function lagByGroup(clients: Clients, ends?: Ends): Promise<Record<string, number>> {
  const until = ends ?? (await endsOf(clients));
  const admin = clients.kafka.admin();
  await admin.connect();
  try {
    const lag: Record<string, number> = {};
    for (const [group, topics] of groupTopics(clients)) {
      let certain = 0;
      const doubtful = new Map<string, number>();
      for (const { topic, partitions } of await admin.fetchOffsets({ groupId: group, topics })) {
        const end = until.get(topic);
        for (const { partition, offset, metadata } of partitions) {
          certain += unstored(Number(offset), metadata);
          const committed = Math.max(0, Number(offset));
          const distance = (end?.get(partition) ?? 0) - committed;
          if (!isTransactional(topic) || distance > MARKERS) certain += Math.max(0, distance);
          else if (distance > 1) doubtful.set(`${topic}/${partition}`, committed);
        }
      }
      lag[group] = certain > 0 ? certain : await countRecords(clients, doubtful, until);
    }
    return lag;
  } finally {
    await admin.disconnect();
  }
}

/** Offsets that are committed, and not yet in the store that follows behind. */
function unstored(committed: number, metadata: string | null): number {
  const { store } = (metadata ? JSON.parse(metadata) : {}) as Partial<OffsetMetadata>;
  return store ? committed - store.next : 0;
}

/** Markers of several writers can stand together at the end; as many as this are looked through. */
const MARKERS = 50;
const isTransactional = (topic: string) => /^(web\.sessions|customer|segments|personalization)\./.test(topic);

async function countRecords({ kafka }: Clients, from: Map<string, number>, ends: Ends): Promise<number> {
  if (from.size === 0) return 0;
  const wanted = new Map<string, number[]>();
  const until = new Map<string, number>();
  for (const key of from.keys()) {
    const [topic, partition] = key.split('/') as [string, string];
    wanted.set(topic, [...(wanted.get(topic) ?? []), Number(partition)]);
    until.set(key, ends.get(topic)!.get(Number(partition))!);
  }
  let records = 0;
  await readTopics(kafka, wanted, () => {
    records += 1;
  }, { from, until });
  return records;
}
