// The ways that are compared: ClickHouse's Kafka engine, the warehouse service, and what is usual in Node.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { bisectTable, columnDefinition, columnOf, createTable, quoted } from '@tideway/clickhouse';
import { Supervisor, nodeBinary, workspaceRoot, type Platform } from '@tideway/embedded';
import type { Workplace } from '@tideway/mesh';
import type { Bed, Contender, Running } from './contender.js';

export interface Place {
  workplace: Workplace;
  /** Folder for TIDEWAY_SCHEMAS, with the product in it. */
  schemas: string;
  platform: Platform;
}

/** As ClickHouse has it: one consumer. */
const ENGINE_DEFAULT: string[] = [];
/** One consumer per core, everything else as ClickHouse has it. */
const ENGINE_PLAIN = ['kafka_num_consumers = 2'];
/** As fast as it was found to get here: a thread for each consumer, and blocks that do not wait long for the last records. */
const ENGINE_TUNED = ['kafka_num_consumers = 2', 'kafka_thread_per_consumer = 1', 'kafka_flush_interval_ms = 500'];

/** The contenders, in the order in which they take turns. */
export function contenders(bed: Bed, place: Place): Contender[] {
  return [engineWith('engine-default', ENGINE_DEFAULT, bed, place), engineWith('engine', ENGINE_PLAIN, bed, place), tideway(bed, place), engineWith('engine-tuned', ENGINE_TUNED, bed, place), json(bed, place)];
}

/** Makes a table like the product's storage table, empty. */
export async function makeTable({ clickhouse, product }: Pick<Bed, 'clickhouse' | 'product'>, table: string): Promise<void> {
  const named = { ...product, table };
  await clickhouse.command({ query: `CREATE DATABASE IF NOT EXISTS ${quoted(product.database)}` });
  for (const name of [`${quoted(product.database)}.${quoted(table)}`, bisectTable(named)]) await clickhouse.command({ query: `DROP TABLE IF EXISTS ${name} SYNC` });
  for (const query of createTable(named)) await clickhouse.command({ query });
}

/**
 * ClickHouse's own: a table of the Kafka engine that decodes Confluent Avro, and a materialized view into the table
 * (https://clickhouse.com/docs/engines/table-engines/integrations/kafka).
 */
export function engineWith(name: string, extra: string[], bed: Bed, { platform }: Place): Contender {
  const { product, clickhouse } = bed;
  const table = 'impressions_by_engine';
  const [queue, view, target] = ['impressions_queue', 'impressions_from_queue', table].map((part) => `${quoted(product.database)}.${part}`);
  const drop = async () => {
    for (const made of [view, queue]) await clickhouse.command({ query: `DROP TABLE IF EXISTS ${made} SYNC` });
  };
  const create = async (group: string) => {
    const settings = [
      `kafka_broker_list = '${platform.env['KAFKA_BROKERS']}'`, `kafka_topic_list = '${product.topic}'`, `kafka_group_name = '${group}'`,
      "kafka_format = 'AvroConfluent'", `format_avro_schema_registry_url = '${platform.env['SCHEMA_REGISTRY_URL']}'`, ...extra,
    ];
    const columns = product.schema.fields.map((field) => columnDefinition({ name: field.name, type: columnOf(field).type }));
    const names = product.schema.fields.map((field) => quoted(field.name)).join(', ');
    await clickhouse.command({ query: `CREATE TABLE ${queue} (${columns.join(', ')}) ENGINE = Kafka SETTINGS ${settings.join(', ')}` });
    await clickhouse.command({ query: `CREATE MATERIALIZED VIEW ${view} TO ${target} AS SELECT toInt32(_partition) AS _partition, toInt64(_offset) AS _offset, ${names} FROM ${queue}` });
  };
  return { name, table, prepare: () => makeTable(bed, table), start: (group) => ({ started: create(group), died: new Promise(() => undefined), pids: () => ({}), stop: drop }) };
}

/** The warehouse service itself, with its own defaults. It reads every product's topic, of which the others are empty. */
function tideway(bed: Bed, place: Place): Contender {
  const { table } = bed.product;
  const script = path.join(workspaceRoot, 'services/warehouse/dist/main.js');
  return { name: 'tideway', table, prepare: () => makeTable(bed, table), start: (group) => startNode('warehouse', script, { WAREHOUSE_GROUP: group }, place) };
}

/** Every record decoded, and inserted as a line of JSON. */
function json(bed: Bed, place: Place): Contender {
  const table = 'impressions_by_json';
  const script = path.join(import.meta.dirname, 'decoding-consumer.js');
  return { name: 'json', table, prepare: () => makeTable(bed, table), start: (group) => startNode('decoding-consumer', script, { BENCH_GROUP: group, BENCH_TABLE: table }, place) };
}

/** A process that runs until it is stopped. BENCH_NODE_FLAGS is for who wants to know what it does: `--cpu-prof --cpu-prof-dir=…`. */
function startNode(name: string, script: string, env: Record<string, string>, { workplace, schemas, platform }: Place): Running {
  const died = Promise.withResolvers<void>();
  // Whoever awaits it reports it.
  died.promise.catch(() => undefined);
  const logFile = path.join(workplace.dir, 'logs', `${name}.log`);
  const supervisor = new Supervisor((event) => {
    if (event.type === 'exited' && !event.expected) died.reject(new Error(`${name} ended (${event.signal ?? event.code}): ${readFileSync(logFile, 'utf8').slice(-1_000)}`));
  });
  const flags = (process.env['BENCH_NODE_FLAGS'] ?? '').split(' ').filter(Boolean);
  const started = supervisor.start({
    name,
    command: nodeBinary(),
    args: [...flags, script],
    env: { ...process.env, ...platform.env, TIDEWAY_SCHEMAS: schemas, ...env },
    logFile,
  });
  return { started, died: died.promise, pids: () => supervisor.pids(), stop: workplace.onClose(() => supervisor.stop()) };
}
