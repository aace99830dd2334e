// The partitions that a loop has stopped because their position is lost: told by a metric, the log and readiness.
import type { Logger, Metrics } from '@tideway/service';
import type { PositionLostError } from './positions.js';

export class StoppedPartitions {
  readonly #stopped = new Map<string, PositionLostError>();
  readonly #logger: Logger;
  readonly #gauge;

  constructor(logger: Logger, metrics: Metrics) {
    this.#logger = logger;
    this.#gauge = metrics.gauge('tideway_partition_stopped', '1 where a partition is stopped because its position is lost', ['topic', 'partition']);
  }

  add(error: PositionLostError): void {
    const { topic, partition } = error;
    this.#stopped.set(`${topic}/${partition}`, error);
    this.#gauge.set({ topic, partition: String(partition) }, 1);
    this.#logger.error({ topic, partition, error: error.message }, 'partition stopped: records may be lost, see docs/operation.md');
  }

  /** Forgets all of them, and returns them by topic: after an assignment each is looked at anew, by whoever has it then. */
  clear(): { topic: string; partitions: number[] }[] {
    const errors = [...this.#stopped.values()];
    for (const { topic, partition } of errors) this.#gauge.remove({ topic, partition: String(partition) });
    this.#stopped.clear();
    return errors.map(({ topic, partition }) => ({ topic, partitions: [partition] }));
  }

  /** What a person has to see to; undefined where nothing is stopped. */
  problem(): string | undefined {
    return this.#stopped.size === 0 ? undefined : [...this.#stopped.values()].map(({ message }) => message).join('; ');
  }
}
