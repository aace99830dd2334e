// When and on what something was measured, which stands above every result.
import type { Machine } from '../machine.js';
import { decimal } from './table.js';

export interface About {
  /** ISO 8601. */
  date: string;
  machine: Machine;
  /** Load average of the machine before. */
  loadBefore: number;
  /** Share (0 to 1) of the processor time that the host gave to other machines; absent where that is not known. */
  stolen?: number;
}

const NOTABLE = 0.02;

/** When and on what something was measured, as a sentence; `kafkaRan` where it was measured with Kafka and without ClickHouse. */
export function about({ date, machine, loadBefore, stolen = 0 }: About, kafkaRan = machine.versions.clickhouse !== undefined): string {
  const { cores, processor, memoryGb, system, versions: { node, java, kafka, registry, clickhouse } } = machine;
  return `Measured on ${date}: ${cores} cores (${processor}), ${memoryGb} GB, ${system}; Node ${node}${kafkaRan ? `, Java ${java}, Kafka ${kafka}, ${registry}` : ''}${clickhouse === undefined ? '' : `, ClickHouse ${clickhouse}`}. Load average before: ${decimal(loadBefore, 2)}.${stolenText(stolen)}`;
}

/** Says it where it is enough to matter. */
export function stolenText(stolen = 0): string {
  return stolen < NOTABLE ? '' : ` The host gave ${decimal(stolen * 100)} % of the processor time to other machines meanwhile.`;
}
