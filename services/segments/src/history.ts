// The activities of this service's partitions in ClickHouse: written in ranges of offsets, read back for profiles that
// are not in memory. This service is the only writer of its rows.
import { COMPRESSED_TOGETHER, HISTORY_SETTINGS, clickhouseError, columnDefinition, columnOf, createTable, historyTable, insertDatums, tableName, withinPatience, type ClickHouseClient, type Datum } from '@tideway/clickhouse';
import type { Product } from '@tideway/contracts';
import { clusterId, locateWire, offsetOf, type Kafka, type KafkaMessage, type SchemaRegistry } from '@tideway/kafka';
import { crashPoint, type Metrics } from '@tideway/service';
import { RANKS_TABLE, kindsSql, rowToActivity, type Accumulator, type Activity } from './evaluate/index.js';

/** ClickHouse refuses a query parameter of more than 128 KiB (http_max_field_value_size): about 3,300 ids. */
const PROFILES_PER_QUERY = 2_000;

/** Boundaries between shares of everybody: see evaluate/ranks.ts. A handful of rows a day. */
export const RANKS_DDL = `CREATE TABLE IF NOT EXISTS ${RANKS_TABLE} (
  rank String, effective_at DateTime64(3, 'UTC'), boundaries Array(Int64), people UInt64
) ENGINE = MergeTree ORDER BY (rank, effective_at) SETTINGS non_replicated_deduplication_window = 10000`;

/** An activity as it goes to ClickHouse, undecoded, and as it is evaluated. */
export interface HistoryRow extends Datum {
  schemaId: number;
  activity: Activity;
}

/** Offsets from..to of one partition, inserted as one. */
export interface HistoryRange {
  topic: string;
  partition: number;
  epoch: number;
  from: number;
  to: number;
}

export class History {
  readonly #table: Product;
  readonly #duration;
  #cluster = '';

  constructor(private readonly clickhouse: ClickHouseClient, private readonly registry: SchemaRegistry, activities: Product, metrics?: Metrics) {
    this.#table = historyTable(activities);
    this.#duration = metrics?.seconds('tideway_history_duration_seconds', 'Time of one insert of activities into ClickHouse, or of one read of profiles that are not in memory', ['operation']);
  }

  /** Creates the table, and reads the cluster's id, which is part of every token. */
  async prepare(kafka: Kafka): Promise<void> {
    try {
      await this.clickhouse.command({ query: 'CREATE DATABASE IF NOT EXISTS segments' });
      await this.clickhouse.command({ query: createTable(this.#table, HISTORY_SETTINGS)[0]! });
      await this.clickhouse.command({ query: RANKS_DDL });
      // A table of an older version has not got the fields that came since.
      const columns = this.#table.schema.fields.map((field) => `ADD COLUMN IF NOT EXISTS ${columnDefinition(columnOf(field))}`);
      await this.clickhouse.command({ query: `ALTER TABLE ${tableName(this.#table)} ${columns.join(', ')}` });
      // Parts that are there already change as they are merged.
      await this.clickhouse.command({ query: `ALTER TABLE ${tableName(this.#table)} MODIFY SETTING ${COMPRESSED_TOGETHER}` });
    } catch (error) {
      throw clickhouseError(error, 'creating segments.activities');
    }
    this.#cluster = await clusterId(kafka);
  }

  /** The row of an activity that came in `message`. */
  row(partition: number, message: KafkaMessage, activity: Activity): HistoryRow {
    return { partition, offset: offsetOf(message), activity, ...locateWire(message)! };
  }

  /** Inserts a range; the same range again adds nothing. Rejects with RetryableError in an outage. */
  async insert({ topic, partition, epoch, from, to }: HistoryRange, rows: HistoryRow[]): Promise<void> {
    for (const [schemaId, datums] of Map.groupBy(rows, (row) => row.schemaId)) {
      const { schema } = await this.registry.writer(schemaId);
      const stop = this.#duration?.startTimer({ operation: 'insert' });
      crashPoint('before-insert');
      await insertDatums(this.clickhouse, {
        table: tableName(this.#table), schema, columns: this.#table.schema.fields.map((field) => field.name),
        datums, token: [this.#cluster, topic, epoch, partition, from, to, schemaId].join('/'),
      });
      crashPoint('after-insert');
      stop?.();
    }
  }

  /**
   * Activities of these profiles, by the profile_id that they were recorded with; of `partition` only those below
   * offset `below`. Of each the columns that are asked for; with `of`, only those that some of these may hold. Rejects with
   * RetryableError.
   */
  async read(profileIds: string[], columns: readonly string[], partition: number, below: number, of?: readonly Accumulator[]): Promise<Map<string, Activity[]>> {
    const found = new Map<string, Activity[]>();
    const stop = this.#duration?.startTimer({ operation: 'read' });
    try {
      for (let from = 0; from < profileIds.length; from += PROFILES_PER_QUERY) {
        const ids = profileIds.slice(from, from + PROFILES_PER_QUERY);
        const activities = await withinPatience(this.clickhouse, 'reading activities', (signal) => this.#query(ids, columns, partition, below, signal, of));
        for (const activity of activities) {
          const list = found.get(activity.profile_id);
          if (list) list.push(activity);
          else found.set(activity.profile_id, [activity]);
        }
      }
    } catch (error) {
      throw clickhouseError(error, 'reading activities of profiles');
    }
    stop?.();
    return found;
  }

  async #query(ids: string[], wanted: readonly string[], partition: number, below: number, signal: AbortSignal, of?: readonly Accumulator[]): Promise<Activity[]> {
    const columns = [...new Set(['profile_id', ...wanted])];
    const result = await this.clickhouse.query({
      query: `SELECT ${columns.map((name) => `\`${name}\``).join(', ')} FROM ${tableName(this.#table)} WHERE profile_id IN {ids:Array(UUID)} AND (_partition != {partition:Int32} OR _offset < {below:Int64})${of ? ` AND ${kindsSql(of)}` : ''}`,
      query_params: { ids, partition, below },
      format: 'JSONCompactEachRow',
      abort_signal: signal,
    });
    const activities: Activity[] = [];
    // Row by row: the text of long histories together may be longer than a string can be.
    for await (const rows of result.stream<unknown[]>()) {
      for (const row of rows) activities.push(rowToActivity(row.json(), columns));
    }
    return activities;
  }
}
