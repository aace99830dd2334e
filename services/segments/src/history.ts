// The activities of this service's partitions in ClickHouse: written block by block, read back for profiles that are
// not in memory. ClickHouse holds exactly what was processed, and this service is the only writer of its rows.
import { clickhouseError, createTable, insertDatums, tableName, type ClickHouseClient, type Datum } from '@tideway/clickhouse';
import type { Product } from '@tideway/contracts';
import { readWire, type Block, type Kafka, type SchemaRegistry } from '@tideway/kafka';
import { crashPoint } from '@tideway/service';
import { rowToActivity, type Activity } from './evaluate/index.js';

/** Where the rows stand: the product's columns, in a table of this service. */
export function historyTable(activities: Product): Product {
  return { ...activities, database: 'segments', table: 'activities', view: 'activities' };
}

export class History {
  readonly #table: Product;
  #cluster = '';

  constructor(private readonly clickhouse: ClickHouseClient, private readonly registry: SchemaRegistry, activities: Product, private readonly columns: readonly string[]) {
    this.#table = historyTable(activities);
  }

  /** Creates the table, and reads the cluster's id, which is part of every token. */
  async prepare(kafka: Kafka): Promise<void> {
    try {
      await this.clickhouse.command({ query: 'CREATE DATABASE IF NOT EXISTS segments' });
      await this.clickhouse.command({ query: createTable(this.#table)[0]! });
    } catch (error) {
      throw clickhouseError(error, 'creating segments.activities');
    }
    const admin = kafka.admin();
    await admin.connect();
    this.#cluster = (await admin.describeCluster()).clusterId;
    await admin.disconnect();
  }

  /** Inserts a block; the same block again adds nothing. Rejects with RetryableError in an outage. */
  async insert(block: Block): Promise<void> {
    const bySchema = Map.groupBy(block.messages.flatMap((message) => {
      const wire = readWire(message.value);
      return wire ? [{ offset: Number(message.offset), ...wire }] : [];
    }), (row) => row.schemaId);
    const { topic, partition, epoch, from, to } = block;
    for (const [schemaId, rows] of bySchema) {
      const { schema } = await this.registry.writer(schemaId);
      crashPoint('before-insert');
      await insertDatums(this.clickhouse, {
        table: tableName(this.#table), schema, columns: this.#table.schema.fields.map((field) => field.name), partition,
        datums: rows as Datum[], token: [this.#cluster, topic, epoch, partition, from, to, schemaId].join('/'),
      });
      crashPoint('after-insert');
    }
  }

  /** All activities of these profiles, by the profile_id that they were recorded with. */
  async read(profileIds: string[]): Promise<Map<string, Activity[]>> {
    const found = new Map<string, Activity[]>();
    if (profileIds.length === 0) return found;
    const columns = [...new Set(['profile_id', ...this.columns])];
    try {
      const result = await this.clickhouse.query({
        query: `SELECT ${columns.map((name) => `\`${name}\``).join(', ')} FROM ${tableName(this.#table)} WHERE profile_id IN {ids:Array(UUID)}`,
        query_params: { ids: profileIds },
        format: 'JSONCompactEachRow',
      });
      for (const row of await result.json<unknown[]>()) {
        const activity = rowToActivity(row, columns);
        const list = found.get(activity.profile_id);
        if (list) list.push(activity);
        else found.set(activity.profile_id, [activity]);
      }
    } catch (error) {
      throw clickhouseError(error, 'reading activities of profiles');
    }
    return found;
  }
}
