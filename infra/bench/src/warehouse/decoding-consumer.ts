// What is usual in Node, to compare with: every record decoded by the registry's client and inserted as a line of JSON.
// A process of its own; at-least-once, as such consumers are.
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry';
import { createClickHouse } from '@tideway/clickhouse';
import { loadProducts, productOf } from '@tideway/contracts';
import { createKafka } from '@tideway/kafka';
import { clickhouseShape, createLogger, kafkaShape, loadConfig, registryShape } from '@tideway/service';

const config = loadConfig({ ...kafkaShape, ...registryShape, ...clickhouseShape });
const product = productOf(loadProducts(), 'bench.impressions');
const table = `${product.database}.${process.env['BENCH_TABLE']}`;
const registry = new SchemaRegistry({ host: config.SCHEMA_REGISTRY_URL });
const clickhouse = createClickHouse(config, 'bench');
const consumer = createKafka(config, 'bench', createLogger('bench', 'silent')).consumer({
  groupId: process.env['BENCH_GROUP']!, minBytes: 1024 * 1024, maxWaitTimeInMs: 250, maxBytesPerPartition: 4 * 1024 * 1024, maxBytes: 32 * 1024 * 1024,
});

await consumer.connect();
await consumer.subscribe({ topic: product.topic, fromBeginning: true });
await consumer.run({
  partitionsConsumedConcurrently: 6,
  async eachBatch({ batch: { messages, partition }, heartbeat }) {
    const values: object[] = [];
    for (const { value, offset } of messages) values.push({ _partition: partition, _offset: offset, ...((await registry.decode(value!)) as object) });
    // A whole number in a DateTime64(3) column counts milliseconds, as the records do.
    await clickhouse.insert({ table, values, format: 'JSONEachRow' });
    await heartbeat();
  },
});
process.on('SIGTERM', () => void consumer.disconnect().then(() => process.exit(0)));
