// Whether Kafka acknowledged every partition that a send went to. kafkajs keeps one response per broker over its
// retries, so that a partition which moves to a broker that has answered already is dropped without an error
// (https://github.com/tulios/kafkajs/issues/1303): what it returns is compared with what was to be sent. And where one
// broker fails while another is still answering, its retry sends to both, with new sequence numbers: that is counted.
import { Partitioners, type ICustomPartitioner, type Producer, type RecordMetadata } from 'kafkajs';
import { RetryableError } from '@tideway/service';
import { partitionOf } from './partitioner.js';

/** https://kafka.apache.org/protocol#protocol_api_keys */
const PRODUCE = 0;

export class SentPartitions {
  readonly #chosen = new Set<string>();
  /** Produce requests that were answered, by broker. */
  readonly #requests = new Map<string, number>();

  /** Counts what `producer` sends from now on. */
  watch(producer: Producer): void {
    producer.on(producer.events.REQUEST, ({ payload: { apiKey, broker } }) => {
      if (apiKey === PRODUCE) this.#requests.set(broker, (this.#requests.get(broker) ?? 0) + 1);
    });
  }

  /** Kafka's default partitioner (murmur2, as the Java client's), noting what it chooses. */
  readonly partitioner: ICustomPartitioner = () => {
    const spread = Partitioners.DefaultPartitioner();
    return (args) => {
      const { message: { partition: named, key }, partitionMetadata } = args;
      const partition = named ?? (key === null || key === undefined ? spread(args) : partitionOf(key, partitionMetadata.length));
      this.#chosen.add(`${args.topic}/${partition}`);
      return partition;
    };
  };

  /**
   * Runs one send at a time; rejects with RetryableError where a partition that was chosen was not acknowledged, or a
   * broker that is watched was sent to twice: then records may stand twice, and only an abort takes them away.
   */
  async check(send: () => Promise<RecordMetadata[]>): Promise<void> {
    this.#chosen.clear();
    this.#requests.clear();
    for (const { topicName, partition } of await send()) this.#chosen.delete(`${topicName}/${partition}`);
    const twice = [...this.#requests].filter(([, count]) => count > 1).map(([broker]) => broker);
    if (twice.length > 0) throw new RetryableError(`records were sent twice to ${twice.join(', ')}`);
    if (this.#chosen.size > 0) throw new RetryableError(`no acknowledgement for ${[...this.#chosen].join(', ')}`);
  }
}
