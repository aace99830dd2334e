// Whether everything that was published has been processed, by Kafka's own offsets.
import { hasIdentifiers } from '@tideway/contracts';
import { readTopics, type OffsetMetadata } from '@tideway/kafka';
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

/**
 * Records between the committed offset and the end, by group. Transactions end in markers that no consumer commits:
 * where only those may be left, the rest of the partition is read.
 */
export async function lagByGroup(clients: Clients): Promise<Record<string, number>> {
  const admin = clients.kafka.admin();
  await admin.connect();
  try {
    const ends = new Map<string, Map<number, number>>();
    const endOf = async (topic: string) => {
      if (!ends.has(topic)) ends.set(topic, new Map((await admin.fetchTopicOffsets(topic)).map((p) => [p.partition, Number(p.high)])));
      return ends.get(topic)!;
    };
    const lag: Record<string, number> = {};
    for (const [group, topics] of groupTopics(clients)) {
      let certain = 0;
      const doubtful = new Map<string, number>();
      for (const { topic, partitions } of await admin.fetchOffsets({ groupId: group, topics })) {
        const end = await endOf(topic);
        for (const { partition, offset, metadata } of partitions) {
          certain += unstored(Number(offset), metadata);
          const committed = Math.max(0, Number(offset));
          const distance = (end.get(partition) ?? 0) - committed;
          if (!isTransactional(topic) || distance > MARKERS) certain += distance;
          else if (distance > 1) doubtful.set(`${topic}/${partition}`, committed);
        }
      }
      lag[group] = certain > 0 ? certain : await countRecords(clients, doubtful);
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

async function countRecords({ kafka }: Clients, from: Map<string, number>): Promise<number> {
  if (from.size === 0) return 0;
  const wanted = new Map<string, number[]>();
  for (const key of from.keys()) {
    const [topic, partition] = key.split('/') as [string, string];
    wanted.set(topic, [...(wanted.get(topic) ?? []), Number(partition)]);
  }
  let records = 0;
  await readTopics(kafka, wanted, () => {
    records += 1;
  }, from);
  return records;
}
