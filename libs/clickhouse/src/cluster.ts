// The same tables for a ClickHouse of several servers: replicated, sharded by Kafka's partition, and under the names that services know.
//
// Untested here, as the embedded ClickHouse is one server: docs/scale.md says what holds and what has to be looked at.
import type { Product } from '@tideway/contracts';
import { literal, quoted } from './columns.js';
import { HISTORY_SETTINGS, REPLICATED_SETTINGS, bisectTable, historyTable, storageTable, tableName } from './tables.js';
import { productViews, type View } from './views.js';

export interface Cluster {
  /** As the servers' configuration has it: `remote_servers`. */
  name: string;
  /** Of the tables in Keeper; `{shard}` and `{replica}` are the servers' own macros. */
  keeperPath: string;
}

export const KEEPER_PATH = '/clickhouse/tables';

/** A statement of ALTER or CREATE that reaches every server. */
const onCluster = ({ name }: Cluster) => `ON CLUSTER ${quoted(name)}`;

/**
 * The part of a table that one shard has, and the whole under the product's name, of which services insert and read. A
 * record's key chooses its partition, and the partition its shard: all of a key is in one shard, where FINAL finds the
 * last of it. A block is split in the same way each time it is sent, and each shard knows its part by the token; by a
 * hash of the key, every block would have a part, and make a part of its own, in every shard.
 * https://clickhouse.com/docs/engines/table-engines/mergetree-family/replication
 * https://clickhouse.com/docs/engines/table-engines/special/distributed
 */
export function clusterTable(product: Product, cluster: Cluster, settings: string[] = []): string[] {
  const { columns, engine, layout } = storageTable(product);
  const local = `${quoted(product.database)}.${quoted(localName(product))}`;
  return [
    `CREATE TABLE IF NOT EXISTS ${local} ${onCluster(cluster)} (${columns.join(', ')}) ENGINE = ${replicated(engine, product, cluster)} ${layout} SETTINGS ${[...REPLICATED_SETTINGS, ...settings].join(', ')}`,
    `CREATE TABLE IF NOT EXISTS ${tableName(product)} ${onCluster(cluster)} AS ${local} ENGINE = Distributed(${[cluster.name, product.database, localName(product)].map(literal).join(', ')}, _partition)`,
  ];
}

const localName = ({ table }: Product) => `${table}_local`;

/** `ReplacingMergeTree(a, b)` as ReplicatedReplacingMergeTree with its place in Keeper before its own parameters. */
function replicated(engine: string, { database, table }: Product, { keeperPath }: Cluster): string {
  const [, family, parameters = ''] = /^(\w+)(?:\((.*)\))?$/.exec(engine)!;
  const place = [`${keeperPath}/{shard}/${database}/${table}`, '{replica}'].map(literal);
  return `Replicated${family}(${[...place, ...(parameters === '' ? [] : [parameters])].join(', ')})`;
}

/** CREATE OR REPLACE VIEW ... on every server; the statement's own comments stay. */
export function clusterView(query: string, cluster: Cluster): string {
  return query.replace(/^(CREATE OR REPLACE VIEW [^\s(]+)/m, `$1 ${onCluster(cluster)}`);
}

/** What users of the services are given: see docs/scale.md. Names of the settings: https://clickhouse.com/docs/operations/settings/settings */
const PROFILES: Record<string, string[]> = {
  // An insert is answered when a majority of its shard's replicas has it, not when it is on its way.
  tideway_writer: ['distributed_foreground_insert = 1', "insert_quorum = 'auto'", 'insert_quorum_parallel = 1', 'prefer_localhost_replica = 0'],
  // Segments reads what it has inserted: of whichever replica, everything that was answered must be there.
  tideway_segments: ['distributed_foreground_insert = 1', "insert_quorum = 'auto'", 'insert_quorum_parallel = 0', 'select_sequential_consistency = 1', 'prefer_localhost_replica = 0'],
};

/** All statements, in the order in which they can be run: databases, tables, views of products, further views, profiles of settings. */
export function clusterDdl(products: Product[], views: readonly View[], cluster: Cluster): string[] {
  const activities = products.find(({ id }) => id === 'customer.activities')!;
  const databases = new Set([...products.map(({ database }) => database), historyTable(activities).database]);
  return [
    ...[...databases].map((database) => `CREATE DATABASE IF NOT EXISTS ${quoted(database)} ${onCluster(cluster)}`),
    ...products.flatMap((product) => [...clusterTable(product, cluster), `CREATE TABLE IF NOT EXISTS ${bisectTable(product)} ${onCluster(cluster)} AS ${tableName(product)} ENGINE = Null`]),
    ...clusterTable(historyTable(activities), cluster, HISTORY_SETTINGS),
    ...[...productViews(products), ...views].map(({ query }) => clusterView(query, cluster)),
    ...Object.entries(PROFILES).map(([name, settings]) => `CREATE SETTINGS PROFILE IF NOT EXISTS ${name} ${onCluster(cluster)} SETTINGS ${settings.join(', ')}`),
  ];
}
