// Whether Kafka acknowledged every partition that a send went to. kafkajs keeps one response per broker over its
// retries, so that a partition which moves to a broker that has answered already is dropped without an error
// (https://github.com/tulios/kafkajs/issues/1303): what it returns is compared with what was to be sent.
import { Partitioners, type ICustomPartitioner, type RecordMetadata } from 'kafkajs';
import { RetryableError } from '@tideway/service';

export class SentPartitions {
  readonly #chosen = new Set<string>();

  /** Kafka's default partitioner (murmur2, as the Java client's), noting what it chooses. */
  readonly partitioner: ICustomPartitioner = () => {
    const choose = Partitioners.DefaultPartitioner();
    return (args) => {
      const partition = choose(args);
      this.#chosen.add(`${args.topic}/${partition}`);
      return partition;
    };
  };

  /** Runs one send at a time; rejects with RetryableError where a partition that was chosen was not acknowledged. */
  async check(send: () => Promise<RecordMetadata[]>): Promise<void> {
    this.#chosen.clear();
    for (const { topicName, partition } of await send()) this.#chosen.delete(`${topicName}/${partition}`);
    if (this.#chosen.size > 0) throw new RetryableError(`no acknowledgement for ${[...this.#chosen].join(', ')}`);
  }
}
