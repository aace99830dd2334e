// The warehouse's benchmark: one platform, one topic, the contenders in turn.
import path from 'node:path';
import { startPlatform } from '@tideway/embedded';
import { createClickHouse } from '@tideway/clickhouse';
import { SchemaRegistry, createKafka } from '@tideway/kafka';
import { clickhouseShape, createLogger, kafkaShape, loadConfig, registryShape } from '@tideway/service';
import { median } from '../statistics.js';
import type { Workplace } from '@tideway/mesh';
import { runRound, type Bed, type Round } from './contender.js';
import { commandSink, type SinkCommand } from './command-sink.js';
import { contenders, type Place } from './contenders.js';
import { addImpressions } from './impressions.js';
import { publishImpressions } from './publish.js';

export interface WarehouseOptions {
  records: number;
  rounds: number;
  /** Names of contenders; all where left out. */
  ways?: string[];
  /** Further ways, each a command. */
  sinks?: SinkCommand[];
}

export interface ContenderResult {
  name: string;
  rounds: Round[];
  /** Medians over the rounds. */
  seconds: number;
  cpuSeconds: number;
  mergeCpuSeconds: number;
}

export interface WarehouseResult extends WarehouseOptions {
  contenders: ContenderResult[];
  /** Whether all of them, in all rounds, stored the same rows. */
  sameRows: boolean;
  clickhouseVersion: string;
}

/** Rejects where a contender does not store exactly the records that were published. */
export async function runWarehouse(workplace: Workplace, { records, rounds, ways, sinks = [] }: WarehouseOptions, onProgress: (line: string) => void): Promise<WarehouseResult> {
  const starting = startPlatform({
    dir: path.join(workplace.dir, 'platform'), onProgress,
    clickhouseGrants: ['GRANT KAFKA ON *.*', 'GRANT TABLE ENGINE ON Kafka'], clickhouseReaches: ['kafka', 'registry'],
  });
  const [platform, stop] = await workplace.own(starting, (started) => started.stop());
  const config = loadConfig({ ...kafkaShape, ...registryShape, ...clickhouseShape }, platform.env);
  const clickhouse = createClickHouse(config, 'bench');
  try {
    const schemas = path.join(workplace.dir, 'schemas');
    const product = addImpressions(schemas);
    const kafka = createKafka(config, 'bench', createLogger('bench', 'silent'));
    onProgress(`Publishing ${records} records…`);
    await publishImpressions(kafka, new SchemaRegistry(config), product, records);
    const bed: Bed = { kafka, clickhouse, product, records, pids: () => platform.pids() };
    const place: Place = { workplace, schemas, platform };
    const known = contenders(bed, place).filter(({ name }) => ways?.includes(name) ?? true);
    const measured = [...known, ...sinks.map((sink) => commandSink(sink, bed, place))].map((contender) => ({ contender, rounds: [] as Round[] }));
    for (let round = 1; round <= rounds; round += 1) {
      for (const { contender, rounds: done } of measured) {
        const made = await runRound(bed, contender, `${contender.name}-${round}`);
        done.push(made);
        onProgress(`${contender.name}, round ${round} of ${rounds}: ${made.seconds.toFixed(2)} s, ${made.cpuSeconds.toFixed(2)} CPU-s`);
      }
    }
    const result = await clickhouse.query({ query: 'SELECT version()', format: 'TabSeparated' });
    return {
      records, rounds, ...(sinks.length > 0 ? { sinks } : {}), clickhouseVersion: (await result.text()).trim(),
      contenders: measured.map(({ contender, rounds: done }) => summary(contender.name, done)),
      sameRows: new Set(measured.flatMap(({ rounds: done }) => done.map(({ checksum }) => checksum))).size === 1,
    };
  } finally {
    await clickhouse.close();
    await stop();
  }
}

function summary(name: string, rounds: Round[]): ContenderResult {
  const of = (field: 'seconds' | 'cpuSeconds' | 'mergeCpuSeconds') => median(rounds.map((round) => round[field]));
  return { name, rounds, seconds: of('seconds'), cpuSeconds: of('cpuSeconds'), mergeCpuSeconds: of('mergeCpuSeconds') };
}
