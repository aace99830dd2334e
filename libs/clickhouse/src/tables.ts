// Tables and views of data products, from their contracts.
import { loadIdentifierPriorities } from './identifier-priorities.js';
import { hasIdentifiers, versionField, type Product } from '@tideway/contracts';
import { columnDefinition, columnOf, literal, quoted } from './columns.js';

/** Columns that say where a row comes from; they stand first in every storage table. */
const ORIGIN_COLUMNS = ['`_partition` Int32', '`_offset` Int64'];
const ORIGIN_NAMES = ['_partition', '_offset', '_inserted_at', '_deleted'];

/**
 * Inserts are small and frequent. Merges of ten parts at once spare a third of what an insert costs; a base of 20 instead of 5
 * keeps them from taking a part of some megabytes with every ten small ones, again and again, which was two thirds of
 * ClickHouse's time. Tables have about 20 parts more for it. As many tokens are remembered as blocks may be late.
 */
const DEDUPLICATION_WINDOW = 10_000;
const MERGES = ['min_parts_to_merge_at_once = 10', 'merge_selector_base = 20'];
const SETTINGS = [`non_replicated_deduplication_window = ${DEDUPLICATION_WINDOW}`, ...MERGES];
/** The same where the table is replicated: tokens are kept for as long as two weeks, if there are not more of them. */
export const REPLICATED_SETTINGS = [`replicated_deduplication_window = ${DEDUPLICATION_WINDOW}`, 'replicated_deduplication_window_seconds = 1209600', ...MERGES];

/** `database.table` of the storage table, quoted. */
export function tableName(product: Product): string {
  return `${quoted(product.database)}.${quoted(product.table)}`;
}

/** What a storage table is, whatever stores it. */
export interface StorageTable {
  /** Definitions, in their order. */
  columns: string[];
  /** Of the MergeTree family, without brackets where it has no parameters: ReplacingMergeTree(...). */
  engine: string;
  /** PARTITION BY, ORDER BY and TTL. */
  layout: string;
}

/** A product, or rows of one that are stored otherwise. */
export type Stored = Product & {
  /** All rows are in one partition of the table, whenever they came. */
  unpartitioned?: true;
};

/** The storage table of a product, as its contract has it. */
export function storageTable(product: Stored): StorageTable {
  const columns = [...ORIGIN_COLUMNS, ...product.schema.fields.map((field) => columnDefinition(columnOf(field))), "`_inserted_at` DateTime64(3, 'UTC') DEFAULT now64(3)"];
  const ttl = tableTtl(product);
  const kept = ttl === undefined ? '' : ` TTL ${ttl}`;
  if (product.kind === 'event') return { columns, engine: 'MergeTree', layout: `${monthly(product)}ORDER BY (${eventOrder(product)})${kept}` };
  return {
    columns: [...columns, '`_deleted` UInt8 DEFAULT 0'], engine: `ReplacingMergeTree(${versionField(product) ?? '_offset'}, _deleted)`,
    layout: `ORDER BY (${product.key.map(quoted).join(', ')})${kept}`,
  };
}

/** CREATE TABLE of a product's storage table, and of the Null table that refused blocks are bisected into. `settings` are MergeTree's, beside those that every table has. */
export function createTable(product: Stored, settings: string[] = []): string[] {
  const { columns, engine, layout } = storageTable(product);
  return [
    `CREATE TABLE IF NOT EXISTS ${tableName(product)} (${columns.join(', ')}) ENGINE = ${engine} ${layout} SETTINGS ${[...SETTINGS, ...settings].join(', ')}`,
    `CREATE TABLE IF NOT EXISTS ${bisectTable(product)} AS ${tableName(product)} ENGINE = Null`,
  ];
}

/**
 * Activities once more, of the segments service alone, which is the only writer of its rows: read by profile, a few rows each.
 * They stand together, as merges bring them together: by months, a profile's rows would be looked for in every part of every month.
 */
export const historyTable = (activities: Product): Stored => ({ ...activities, database: 'segments', table: 'activities', view: 'activities', unpartitioned: true });
/**
 * Bytes that are compressed together, at least: as many as usual (64 KiB) would be those of thirty marks in most columns, all of
 * which are to be unpacked for one (https://clickhouse.com/docs/reference/settings/merge-tree-settings/min).
 */
export const COMPRESSED_TOGETHER = 'min_compress_block_size = 4096';
/** With marks as far apart as usual, a read of hundreds of profiles would be a scan of the table. */
export const HISTORY_SETTINGS = ['index_granularity = 256', COMPRESSED_TOGETHER];

/** The TTL expression of a product's rows, where its contract bounds how long tables keep them. */
function tableTtl({ tableRetentionMs }: Product): string | undefined {
  return tableRetentionMs === undefined ? undefined : `toDateTime(occurred_at) + INTERVAL ${tableRetentionMs / 1_000} SECOND`;
}

/**
 * What brings a table of an earlier version of the contract up to this one: columns that `present` (names by table)
 * does not have, and the TTL. Rows that are there already are not rewritten: merges drop what is over.
 */
export function upgradeTable(product: Product, present: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const columns = tableNames(product).flatMap((table) => {
    const added = product.schema.fields.filter(({ name }) => !present.get(table)?.has(name)).map((field) => `ADD COLUMN IF NOT EXISTS ${columnDefinition(columnOf(field))}`);
    return added.length === 0 ? [] : [`ALTER TABLE ${quoted(product.database)}.${quoted(table)} ${added.join(', ')}`];
  });
  const ttl = tableTtl(product);
  return [...columns, ...(ttl === undefined ? [] : [`ALTER TABLE ${tableName(product)} MODIFY TTL ${ttl} SETTINGS materialize_ttl_after_modify = 0`])];
}

/** The Null table with a product's columns. */
export function bisectTable(product: Product): string {
  return `${quoted(product.database)}.${quoted(tableNames(product)[1])}`;
}

/** The names of a product's tables in its database, in the order of {@link createTable}. */
export const tableNames = ({ table }: Product) => [table, `${table}_bisect`] as const;

/** Events are partitioned by the month in which they came; what has no received_at, by the month of its first timestamp. */
function monthly(product: Stored): string {
  if (product.unpartitioned) return '';
  const names = product.schema.fields.map((field) => field.name);
  return `PARTITION BY toYYYYMM(${quoted(['received_at', 'evaluated_at', 'occurred_at'].find((name) => names.includes(name))!)}) `;
}

function eventOrder(product: Product): string {
  const names = product.schema.fields.map((field) => field.name);
  const first = names.includes('profile_id') ? ['profile_id'] : [];
  const time = names.includes('occurred_at') ? 'occurred_at' : names.includes('evaluated_at') ? 'evaluated_at' : undefined;
  return [...new Set([...first, ...(time ? [time] : []), ...product.primaryKey])].map(quoted).join(', ');
}

/**
 * CREATE VIEW for analysts on the current major: each primary key once (the first that came), entities and
 * reports in their current state, and `profile_id` where the product has identifiers.
 */
export function createView(product: Product): string {
  const name = `${quoted(product.database)}.${quoted(product.view)}`;
  const hidden = ORIGIN_NAMES.filter((column) => product.kind !== 'event' || column !== '_deleted').map(quoted).join(', ');
  const once = product.kind === 'event'
    ? `SELECT * EXCEPT (${hidden}) FROM ${tableName(product)} ORDER BY _partition, _offset LIMIT 1 BY ${product.primaryKey.map(quoted).join(', ')}`
    : `SELECT * EXCEPT (${hidden}) FROM ${tableName(product)} FINAL`;
  if (!hasIdentifiers(product)) return `CREATE OR REPLACE VIEW ${name} AS ${once}`;
  return `CREATE OR REPLACE VIEW ${name} AS SELECT e.*, i.profile_id AS profile_id FROM (${once}) AS e `
    + `LEFT ANY JOIN customer.identities AS i ON i.identifier = ${primaryIdentifierExpression('e.identifiers')} SETTINGS join_use_nulls = 1`;
}

/** The identifier (`type:value`) that a record is attributed by, as the customer service chooses it: by priority. */
function primaryIdentifierExpression(map: string): string {
  const branches = loadIdentifierPriorities().map((type) => `mapContains(${map}, ${literal(type)}), concat(${literal(`${type}:`)}, ${map}[${literal(type)}])`);
  return `multiIf(${branches.join(', ')}, '')`;
}
