// When and on what something was measured, which stands above every result.
import type { Machine } from '../machine.js';
import { decimal } from './table.js';

export interface About {
  /** ISO 8601. */
  date: string;
  machine: Machine;
  /** Load average of the machine before. */
  loadBefore: number;
}

/** When and on what something was measured, as a sentence; `kafkaRan` where it was measured with Kafka and without ClickHouse. */
export function about({ date, machine, loadBefore }: About, kafkaRan = machine.versions.clickhouse !== undefined): string {
  const { cores, processor, memoryGb, system, versions: { node, java, kafka, registry, clickhouse } } = machine;
  return `Measured on ${date}: ${cores} cores (${processor}), ${memoryGb} GB, ${system}; Node ${node}${kafkaRan ? `, Java ${java}, Kafka ${kafka}, ${registry}` : ''}${clickhouse === undefined ? '' : `, ClickHouse ${clickhouse}`}. Load average before: ${decimal(loadBefore, 2)}.`;
}
