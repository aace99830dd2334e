// Idempotent inserts: a block carries a deduplication token, so that the same block inserted again adds nothing.
import { Readable } from 'node:stream';
import type { AvroRecordSchema } from '@tideway/contracts';
import { avroFile, type Datum } from './avro-file.js';
import { clickhouseError, type ClickHouseClient } from './client.js';
import { withinPatience } from './patience.js';

/** Rows per insert stay below this, so that one insert is one block and its token covers all of it. */
export const MAX_INSERT_ROWS = 1_000_000;

export interface InsertDatums {
  /** Quoted `database.table`. */
  table: string;
  schema: AvroRecordSchema;
  /** Fields of the schema that the table has; all where left out. */
  columns?: string[];
  datums: Datum[];
  /** The same for the same rows, always; undefined where nothing is kept (a Null table). */
  token?: string;
}

/** Inserts undecoded datums. Rejects with DataRefusedError where ClickHouse refuses the rows, RetryableError else. */
export async function insertDatums(client: ClickHouseClient, { table, schema, columns: known, datums, token }: InsertDatums): Promise<void> {
  const fields = schema.fields.map((field) => field.name).filter((name) => known?.includes(name) ?? true);
  const columns = ['_partition', '_offset', ...fields].map((name) => `\`${name}\``).join(', ');
  try {
    await withinPatience(client, `insert into ${table}`, async (marks) => {
      const result = await client.exec({
        query: `INSERT INTO ${table} (${columns}) FORMAT Avro`,
        values: Readable.from([avroFile(schema, datums)], { objectMode: false }),
        ...marks,
        clickhouse_settings: {
          async_insert: 0,
          insert_deduplicate: 1,
          deduplicate_blocks_in_dependent_materialized_views: 1,
          input_format_avro_allow_missing_fields: 1,
          max_insert_block_size: String(MAX_INSERT_ROWS),
          min_insert_block_size_rows: String(MAX_INSERT_ROWS),
          min_insert_block_size_bytes: '0',
          max_insert_threads: '1',
          ...(token === undefined ? {} : { insert_deduplication_token: token }),
        },
      });
      for await (const chunk of result.stream) void chunk;
    });
  } catch (error) {
    throw clickhouseError(error, `insert into ${table}`);
  }
}

export interface InsertRows {
  /** Quoted `database.table`. */
  table: string;
  /** Objects by column. */
  rows: object[];
  /** The same for the same rows, always. */
  token: string;
}

/** Inserts a few rows as JSON. Rejects as insertDatums does. */
export async function insertRows(client: ClickHouseClient, { table, rows, token }: InsertRows): Promise<void> {
  try {
    await withinPatience(client, `insert of rows into ${table}`, (marks) => client.insert({
      table, values: rows, format: 'JSONEachRow', ...marks,
      clickhouse_settings: { insert_deduplicate: 1, insert_deduplication_token: token },
    }));
  } catch (error) {
    throw clickhouseError(error, `insert of rows into ${table}`);
  }
}
