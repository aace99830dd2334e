// One block into its table: an insert per writer schema under the block's token; what cannot be a row goes to quarantine.
import type { Kafka } from 'kafkajs';
import { DataRefusedError, clickhouseError, insertDatums, tableName, type ClickHouseClient, type Datum } from '@tideway/clickhouse';
import type { Product } from '@tideway/contracts';
import { quarantineRecord, type Block, type KafkaMessage, type Publisher, type SchemaRegistry, type WriterSchema } from '@tideway/kafka';
import { PermanentError, crashPoint, type Logger, type Metrics } from '@tideway/service';
import { findRefused } from './bisect.js';
import { splitBlock, wholeDatums, type Poison } from './datums.js';
import type { Tables } from './tables.js';

export interface IngestParts {
  clickhouse: ClickHouseClient;
  registry: SchemaRegistry;
  publisher: Publisher;
  tables: Tables;
  logger: Logger;
  metrics: Metrics;
}

/** Delays that are observed of one block. */
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

  /** Reads the cluster's id, which is part of every token: offsets mean nothing outside of their cluster. */
  async identify(kafka: Kafka): Promise<void> {
    const admin = kafka.admin();
    await admin.connect();
    this.#cluster = (await admin.describeCluster()).clusterId;
    await admin.disconnect();
  }

  /** Inserts a block; called with the same range again, it adds nothing. Rejects with RetryableError in an outage. */
  async block(product: Product, block: Block): Promise<void> {
    const { bySchema, tombstones, poison } = splitBlock(block);
    for (const [schemaId, datums] of bySchema) {
      const writer = await this.#writer(schemaId, datums, poison);
      if (writer) await this.#insert(product, block, writer, wholeDatums(writer, datums, poison), poison);
    }
    if (tombstones.length > 0) await this.#tombstones(product, block, tombstones, poison);
    if (poison.length > 0) await this.#quarantine(product, block, poison);
    this.#observeDelays(product, block);
  }

  /** Of a large block, evenly chosen records stand for all: to observe each costs more than to walk it. */
  #observeDelays(product: Product, { messages }: Block): void {
    const now = Date.now();
    const step = Math.ceil(messages.length / MAX_OBSERVED);
    for (let i = 0; i < messages.length; i += step) this.#eventToRow.observe({ product: product.id }, (now - Number(messages[i]!.timestamp)) / 1000);
  }

  async #writer(schemaId: number, datums: Datum[], poison: Poison[]): Promise<WriterSchema | undefined> {
    try {
      return await this.#parts.registry.writer(schemaId);
    } catch (error) {
      if (!(error instanceof PermanentError)) throw error;
      poison.push(...datums.map(({ offset, datum }) => ({ offset, original: datum, code: 'unknown_schema', message: `the registry has no schema ${schemaId}` })));
      return undefined;
    }
  }

  async #insert(product: Product, block: Block, writer: WriterSchema, datums: Datum[], poison: Poison[]): Promise<void> {
    const { clickhouse, tables, logger } = this.#parts;
    if (datums.length === 0) return;
    await tables.fit(product, writer);
    const insert = { table: tableName(product), schema: writer.schema, partition: block.partition, token: `${this.#token(block)}/${writer.id}` };
    const stop = this.#duration.startTimer({ product: product.id });
    crashPoint('before-insert');
    try {
      await insertDatums(clickhouse, { ...insert, datums });
    } catch (error) {
      if (!(error instanceof DataRefusedError)) throw error;
      logger.warn({ topic: block.topic, partition: block.partition, from: block.from, to: block.to, error: error.message }, 'block refused: looking for the record');
      const refused = await findRefused(clickhouse, product, writer.schema, block.partition, datums);
      poison.push(...refused.map(({ datum, reason }) => ({ offset: datum.offset, original: datum.datum, code: 'refused_by_clickhouse', message: reason })));
      const bad = new Set(refused.map(({ datum }) => datum));
      await insertDatums(clickhouse, { ...insert, datums: datums.filter((datum) => !bad.has(datum)) });
    }
    crashPoint('after-insert');
    stop();
    this.#rows.inc({ product: product.id }, datums.length);
  }

  /** A tombstone of an entity deletes its row: the key's fields are in the record's key, joined with `|`. */
  async #tombstones(product: Product, block: Block, tombstones: KafkaMessage[], poison: Poison[]): Promise<void> {
    if (product.kind === 'event') {
      poison.push(...tombstones.map(({ offset }) => ({ offset: Number(offset), original: Buffer.alloc(0), code: 'empty_value', message: 'an event has no value' })));
      return;
    }
    const values = tombstones.map(({ key, offset }) => {
      const parts = String(key).split('|');
      return { _partition: block.partition, _offset: Number(offset), _deleted: 1, ...Object.fromEntries(product.key.map((field, i) => [field, parts[i] ?? ''])) };
    });
    try {
      await this.#parts.clickhouse.insert({ table: tableName(product), values, format: 'JSONEachRow', clickhouse_settings: { insert_deduplication_token: `${this.#token(block)}/tombstones`, insert_deduplicate: 1 } });
    } catch (error) {
      throw clickhouseError(error, `deleting rows of ${product.id}`);
    }
  }

  #token({ topic, epoch, partition, from, to }: Block): string {
    return [this.#cluster, topic, epoch, partition, from, to].join('/');
  }

  async #quarantine(product: Product, block: Block, poison: Poison[]): Promise<void> {
    const values = new Map(block.messages.map((message) => [Number(message.offset), message.value]));
    const records = poison.map(({ offset, original, code, message }) => quarantineRecord({
      service: 'warehouse', stage: 'insert', product: product.id, rejection: { code, message },
      origin: `${block.topic}:${block.partition}:${offset}`, original: values.get(offset) ?? original,
    }));
    await this.#parts.publisher.publish('operations.quarantine', records);
    for (const { code } of poison) this.#quarantined.inc({ product: product.id, code });
  }
}
