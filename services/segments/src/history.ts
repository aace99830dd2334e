// The activities of this service's partitions in ClickHouse: written in ranges of offsets, read back for profiles that
// are not in memory. This service is the only writer of its rows.
import { COMPRESSED_TOGETHER, ENDS_WITH_CLIENT, HISTORY_SETTINGS, clickhouseError, columnDefinition, columnOf, createTable, historyTable, insertDatums, tableName, withinPatience, type ClickHouseClient, type Datum, type RequestMarks } from '@tideway/clickhouse';
import type { Product } from '@tideway/contracts';
import { clusterId, locateWire, offsetOf, type Kafka, type KafkaMessage, type SchemaRegistry } from '@tideway/kafka';
import { crashPoint, type Metrics } from '@tideway/service';
import { RANKS_TABLE, rowReader, type Activity, type RowReader } from './evaluate/index.js';
import { Gathered } from './gathered.js';

/** ClickHouse refuses a query parameter of more than 128 KiB (http_max_field_value_size): about 3,300 ids. */
const PROFILES_PER_QUERY = 2_000;
/**
 * A query costs some milliseconds, whatever it asks for, and each partition asks in most of its turns: those that ask while two are under
 * way share the next.
 */
const READS_AT_ONCE = 2;
/** What is read ahead is more, and nobody waits for it. */
const READS_AHEAD_AT_ONCE = 1;

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

/** What one partition asks for. */
export interface ProfileRead {
  profileIds: string[];
  columns: readonly string[];
  condition: string;
  partition: number;
  /** Rows of that partition from this offset on are not wanted. */
  below: number;
}

/** A row of the table, and where its record stands. */
interface StoredRow {
  activity: Activity;
  partition: number;
  offset: number;
}

export class History {
  readonly #table: Product;
  readonly #duration;
  readonly #reads = new Gathered<ProfileRead, Map<string, Activity[]>>((requests) => this.#readAll(requests), READS_AT_ONCE);
  readonly #readsAhead = new Gathered<ProfileRead, Map<string, Activity[]>>((requests) => this.#readAll(requests), READS_AHEAD_AT_ONCE);
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
   * offset `below`. Of each the columns that are asked for (see rowReader), of rows that satisfy `condition`. What several partitions
   * ask for at a time is read together; what is read `ahead`, apart from what a turn waits for. Rejects with RetryableError.
   */
  read(request: ProfileRead, ahead: boolean): Promise<Map<string, Activity[]>> {
    return (ahead ? this.#readsAhead : this.#reads).add(request);
  }

  /** As definitions change, partitions may differ for a moment in what they read of a row. */
  async #readAll(requests: readonly ProfileRead[]): Promise<Map<string, Activity[]>[]> {
    const answers = new Map<ProfileRead, Map<string, Activity[]>>(requests.map((request) => [request, new Map()]));
    const alike = Map.groupBy(requests, ({ columns, condition }) => `${columns.join()} ${condition}`);
    await Promise.all([...alike.values()].map((some) => this.#readAlike(some, answers)));
    return [...answers.values()];
  }

  async #readAlike(requests: readonly ProfileRead[], answers: ReadonlyMap<ProfileRead, Map<string, Activity[]>>): Promise<void> {
    const { columns, condition } = requests[0]!;
    const reader = rowReader(['profile_id', ...columns]);
    const askers = new Map<string, ProfileRead[]>();
    for (const request of requests) for (const profileId of request.profileIds) askers.set(profileId, [...(askers.get(profileId) ?? []), request]);
    const profileIds = [...askers.keys()];
    const stop = this.#duration?.startTimer({ operation: 'read' });
    try {
      for (let from = 0; from < profileIds.length; from += PROFILES_PER_QUERY) {
        const ids = profileIds.slice(from, from + PROFILES_PER_QUERY);
        const rows = await withinPatience(this.clickhouse, 'reading activities', (marks) => this.#query(ids, reader, condition, marks));
        for (const { activity, partition, offset } of rows) {
          for (const asker of askers.get(activity.profile_id) ?? []) {
            if (partition === asker.partition && offset >= asker.below) continue;
            const found = answers.get(asker)!;
            const list = found.get(activity.profile_id);
            if (list) list.push(activity);
            else found.set(activity.profile_id, [activity]);
          }
        }
      }
    } catch (error) {
      throw clickhouseError(error, 'reading activities of profiles');
    }
    stop?.();
  }

  async #query(ids: string[], { sql, width, read }: RowReader, condition: string, marks: RequestMarks): Promise<StoredRow[]> {
    const result = await this.clickhouse.query({
      query: `SELECT ${sql}, _partition, _offset FROM ${tableName(this.#table)} WHERE profile_id IN {ids:Array(UUID)} AND ${condition}`,
      query_params: { ids },
      format: 'JSONCompactEachRow',
      ...marks,
      clickhouse_settings: ENDS_WITH_CLIENT,
    });
    const found: StoredRow[] = [];
    // Row by row: the text of long histories together may be longer than a string can be.
    for await (const rows of result.stream<unknown[]>()) {
      for (const row of rows) {
        const cells: unknown[] = row.json();
        found.push({ activity: read(cells), partition: Number(cells[width]), offset: Number(cells[width + 1]) });
      }
    }
    return found;
  }
}
