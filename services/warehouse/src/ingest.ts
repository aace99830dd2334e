// Blocks of one product into its table: an insert per writer schema under a token of their ranges; what cannot be a row
// goes to quarantine.
import { createHash } from 'node:crypto';
import type { Kafka } from 'kafkajs';
import { DataRefusedError, insertDatums, insertRows, tableName, type ClickHouseClient, type Datum } from '@tideway/clickhouse';
import type { Product } from '@tideway/contracts';
import { clusterId, quarantineRecord, type Block, type Publisher, type SchemaRegistry, type WriterSchema } from '@tideway/kafka';
import { PermanentError, crashPoint, type Logger, type Metrics } from '@tideway/service';
import { findRefused } from './bisect.js';
import { bytesOf, splitBlocks, wholeDatums, type Poison, type Tombstone } from './datums.js';
import { tombstoneRow } from './tombstone-row.js';
import type { Tables } from './tables.js';

export interface IngestParts {
  clickhouse: ClickHouseClient;
  registry: SchemaRegistry;
  publisher: Publisher;
  tables: Tables;
  logger: Logger;
  metrics: Metrics;
}

/** Delays that are observed of the blocks that go together. */
const MAX_OBSERVED = 500;

export class Ingest {
  readonly #parts: IngestParts;
  readonly #rows;
  readonly #duration;
  readonly #eventToRow;
  readonly #quarantined;
  #cluster = '';

  constructor(parts: IngestParts) {
    this.#parts = parts;
    const { metrics } = parts;
    this.#rows = metrics.counter('tideway_rows_inserted_total', 'Rows inserted, redone blocks included', ['product']);
    this.#duration = metrics.seconds('tideway_insert_duration_seconds', 'Time of one insert', ['product']);
    this.#eventToRow = metrics.seconds('tideway_event_to_row_seconds', 'From the record on its topic to the row', ['product']);
    this.#quarantined = metrics.counter('tideway_quarantined_total', 'Records that could not become rows', ['product', 'code']);
  }

  /** Reads the cluster's id, which is part of every token. */
  async identify(kafka: Kafka): Promise<void> {
    this.#cluster = await clusterId(kafka);
  }

  /** Inserts blocks of one product; called with the same ranges again, it adds nothing. Rejects with RetryableError in an outage. */
  async blocks(product: Product, blocks: Block[]): Promise<void> {
    const token = this.#token(blocks);
    const { bySchema, tombstones, poison } = splitBlocks(blocks);
    for (const [schemaId, datums] of bySchema) {
      const writer = await this.#writer(schemaId, datums, poison);
      if (writer) await this.#insert(product, token, writer, wholeDatums(writer, datums, poison), poison);
    }
    if (tombstones.length > 0) await this.#tombstones(product, token, tombstones, poison);
    if (poison.length > 0) await this.#quarantine(product, blocks, poison);
    this.#observeDelays(product, blocks);
  }

  /** Of large blocks, evenly chosen records stand for all: to observe each costs more than to walk it. */
  #observeDelays(product: Product, blocks: Block[]): void {
    const now = Date.now();
    const step = Math.ceil(blocks.reduce((sum, { messages }) => sum + messages.length, 0) / MAX_OBSERVED);
    for (const { messages } of blocks) {
      for (let i = 0; i < messages.length; i += step) this.#eventToRow.observe({ product: product.id }, (now - Number(messages[i]!.timestamp)) / 1000);
    }
  }

  async #writer(schemaId: number, datums: Datum[], poison: Poison[]): Promise<WriterSchema | undefined> {
    try {
      return await this.#parts.registry.writer(schemaId);
    } catch (error) {
      if (!(error instanceof PermanentError)) throw error;
      poison.push(...datums.map((datum) => ({ partition: datum.partition, offset: datum.offset, original: bytesOf(datum), code: 'unknown_schema', message: `the registry has no schema ${schemaId}` })));
      return undefined;
    }
  }

  async #insert(product: Product, token: string, writer: WriterSchema, datums: Datum[], poison: Poison[]): Promise<void> {
    const { clickhouse, tables, logger } = this.#parts;
    if (datums.length === 0) return;
    await tables.fit(product, writer);
    const insert = { table: tableName(product), schema: writer.schema, token: `${token}/${writer.id}` };
    const stop = this.#duration.startTimer({ product: product.id });
    crashPoint('before-insert');
    try {
      await insertDatums(clickhouse, { ...insert, datums });
    } catch (error) {
      if (!(error instanceof DataRefusedError)) throw error;
      logger.warn({ topic: product.topic, error: error.message }, 'blocks refused: looking for the record');
      const refused = await findRefused(clickhouse, product, writer.schema, datums);
      poison.push(...refused.map(({ datum, reason }) => ({ partition: datum.partition, offset: datum.offset, original: bytesOf(datum), code: 'refused_by_clickhouse', message: reason })));
      const bad = new Set(refused.map(({ datum }) => datum));
      await insertDatums(clickhouse, { ...insert, datums: datums.filter((datum) => !bad.has(datum)) });
    }
    crashPoint('after-insert');
    stop();
    this.#rows.inc({ product: product.id }, datums.length);
  }

  async #tombstones(product: Product, token: string, tombstones: Tombstone[], poison: Poison[]): Promise<void> {
    if (product.kind === 'event') {
      poison.push(...tombstones.map(({ partition, offset }) => ({ partition, offset, original: Buffer.alloc(0), code: 'empty_value', message: 'an event has no value' })));
      return;
    }
    await insertRows(this.#parts.clickhouse, { table: tableName(product), rows: tombstones.map((tombstone) => tombstoneRow(product, tombstone)), token: `${token}/tombstones` });
  }

  /** Cluster, topic, and a hash of what went together: partitions, their incarnations and offsets. */
  #token(blocks: Block[]): string {
    const ranges = blocks.map(({ partition, epoch, from, to }) => [partition, epoch, from, to]).sort(([a], [b]) => a! - b!);
    return [this.#cluster, blocks[0]!.topic, createHash('sha256').update(JSON.stringify(ranges)).digest('hex')].join('/');
  }

  async #quarantine(product: Product, blocks: Block[], poison: Poison[]): Promise<void> {
    const values = new Map(blocks.flatMap(({ partition, messages }) => messages.map((message) => [`${partition}:${message.offset}`, message.value] as const)));
    const records = poison.map(({ partition, offset, original, code, message }) => quarantineRecord({
      service: 'warehouse', stage: 'insert', product: product.id, rejection: { code, message },
      origin: `${product.topic}:${partition}:${offset}`, original: values.get(`${partition}:${offset}`) ?? original,
    }));
    await this.#parts.publisher.publish('operations.quarantine', records);
    for (const { code } of poison) this.#quarantined.inc({ product: product.id, code });
  }
}
