// Whether everything that was published has been processed, by Kafka's own offsets.
import type { Clients } from './clients.js';

/** Consumer groups of the mesh with the topics that each reads. */
function groupTopics({ products }: Clients): Map<string, string[]> {
  const activities = 'customer.activities.v1';
  const inputs = products.filter((p) => p.kind === 'event' && p.schema.fields.some((f) => f.name === 'identifiers')).map((p) => p.topic);
  return new Map([
    ['warehouse', products.map((p) => p.topic)],
    ['customer', inputs],
    ['segments', [activities, 'segments.handovers.v1']],
    ['personalization', [activities, 'segments.state.v1', 'personalization.handovers.v1']],
  ]);
}

/**
 * Records between the committed offset and the end, by group. Topics that transactions write end in a marker, which
 * no consumer commits: a distance of one there is none.
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
      let sum = 0;
      for (const { topic, partitions } of await admin.fetchOffsets({ groupId: group, topics })) {
        const end = await endOf(topic);
        const marker = isTransactional(topic) ? 1 : 0;
        for (const { partition, offset } of partitions) {
          const distance = (end.get(partition) ?? 0) - Math.max(0, Number(offset));
          sum += distance <= marker ? 0 : distance;
        }
      }
      lag[group] = sum;
    }
    return lag;
  } finally {
    await admin.disconnect();
  }
}

const isTransactional = (topic: string) => /^(customer|segments|personalization)\./.test(topic);
