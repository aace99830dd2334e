// What is on the topics of this service, for tests.
import { loadProducts, productOf, type CustomerActivities, type ProductId, type SegmentsMemberships, type SegmentsState } from '@tideway/contracts';
import { Decoder, TransactionalProducer, readTopics, type Kafka, type KafkaMessage, type OffsetMetadata, type SchemaRegistry } from '@tideway/kafka';
import type { HistoryRange } from '../history.js';

export interface Row<T> {
  key: string;
  value: T | null;
  message: KafkaMessage;
}

export class Topics {
  readonly products = loadProducts();
  readonly activities = productOf(this.products, 'customer.activities');

  constructor(private readonly kafka: Kafka, private readonly registry: SchemaRegistry) {}

  /** Every record of a product, in order per partition. */
  async read<T>(id: ProductId): Promise<Row<T>[]> {
    const product = productOf(this.products, id);
    const decoder = new Decoder<T>(this.registry, product);
    const found: Row<T>[] = [];
    await readTopics(this.kafka, new Map([[product.topic, []]]), async ({ message }) => {
      found.push({ key: String(message.key), value: message.value ? await decoder.decode(message.value) : null, message });
    }, { isSettled: true });
    return found;
  }

  async changesOf(profileId: string): Promise<SegmentsMemberships[]> {
    return (await this.read<SegmentsMemberships>('segments.memberships')).filter(({ key }) => key === profileId).map(({ value }) => value!);
  }

  async states(): Promise<Map<string, SegmentsState>> {
    const found = new Map<string, SegmentsState>();
    for (const { key, value } of await this.read<SegmentsState>('segments.state')) {
      if (value) found.set(key, value);
      else found.delete(key);
    }
    return found;
  }

  async stateOf(profileId: string): Promise<SegmentsState | undefined> {
    return (await this.states()).get(profileId);
  }

  /** What the service has committed of a partition of activities. */
  async committed(partition: number): Promise<OffsetMetadata & { offset: number }> {
    const admin = this.kafka.admin();
    await admin.connect();
    const [topic] = await admin.fetchOffsets({ groupId: 'segments', topics: [this.activities.topic] });
    await admin.disconnect();
    const entry = topic!.partitions.find((p) => p.partition === partition)!;
    return { offset: Number(entry.offset), ...(JSON.parse(entry.metadata!) as OffsetMetadata) };
  }

  /** Commits the last activity of a partition, and that a range of it alone was begun. */
  async announceLast(partition: number): Promise<{ range: HistoryRange; message: KafkaMessage; activity: CustomerActivities }> {
    const { topic } = this.activities;
    let last: KafkaMessage | undefined;
    await readTopics(this.kafka, new Map([[topic, [partition]]]), ({ message }) => void (last = message), { isSettled: true });
    const from = Number(last!.offset);
    const { epoch } = await this.committed(partition);
    const producer = await TransactionalProducer.open(this.kafka, 'test-intent', 'segments');
    await producer.transact([], [{ topic, partition, offset: from + 1, metadata: JSON.stringify({ epoch, store: { next: from, to: from } }) }]);
    await producer.close();
    return { range: { topic, partition, epoch, from, to: from }, message: last!, activity: await new Decoder<CustomerActivities>(this.registry, this.activities).decode(last!.value) };
  }
}

/** Changes as sentences. */
export function told(changes: SegmentsMemberships[]): string[] {
  return changes.map(({ change, segment, reason }) => `${change} ${segment} (${reason})`);
}
