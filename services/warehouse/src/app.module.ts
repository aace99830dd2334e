// Wiring of the warehouse: clients, the tables of all products, and the loop that fills them.
import { Module } from '@nestjs/common';
import { loadProducts } from '@tideway/contracts';
import { checkClickHouse, createClickHouse } from '@tideway/clickhouse';
import { Publisher, SchemaRegistry, checkKafka, createKafka, ensureTopics } from '@tideway/kafka';
import { preparedLoop, untilDone, type ServiceDefinition } from '@tideway/service';
import { configShape } from './config.js';
import { Ingest } from './ingest.js';
import { pipeline } from './pipeline.js';
import { Tables } from './tables.js';

@Module({})
class WarehouseModule {}

export const warehouse: ServiceDefinition<typeof configShape> = {
  name: 'warehouse',
  config: configShape,
  async module(config, service) {
    const kafka = createKafka(config, 'warehouse', service.logger);
    const registry = new SchemaRegistry(config);
    const clickhouse = createClickHouse(config, 'tideway-warehouse');
    const products = loadProducts();
    const quarantined = products.filter((product) => product.id === 'operations.quarantine');
    const publisher = new Publisher({ kafka, registry, products: quarantined, service: 'warehouse', logger: service.logger, metrics: service.metrics, replicationFactor: config.KAFKA_REPLICATION_FACTOR, maxMessageBytes: config.KAFKA_MAX_MESSAGE_BYTES });
    const tables = new Tables(clickhouse, products);
    const ingest = new Ingest({ clickhouse, registry, publisher, tables, logger: service.logger, metrics: service.metrics });
    const loop = pipeline(config, kafka, service, products, ingest);
    service.loops.push(preparedLoop(loop, () => untilDone('topics and tables', service.logger, async () => {
      await ensureTopics(kafka, products, [], config.KAFKA_REPLICATION_FACTOR);
      await tables.create();
      await ingest.identify(kafka);
    })));
    service.health.add('clickhouse', () => checkClickHouse(clickhouse));
    service.health.add('kafka', () => checkKafka(kafka));
    service.health.add('registry', () => registry.check());
    service.onClose.push(() => publisher.disconnect(), () => clickhouse.close());
    return { module: WarehouseModule };
  },
};
