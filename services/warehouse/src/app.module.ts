// Wiring of the warehouse: clients, the tables of all products, and the loop that fills them.
import helmet from '@fastify/helmet';
import { Module } from '@nestjs/common';
import { loadProducts } from '@tideway/contracts';
import { QuarantineReader, checkClickHouse, createClickHouse } from '@tideway/clickhouse';
import { IntakeErrors } from '@tideway/intake';
import { Publisher, SchemaRegistry, checkKafka, createKafka, ensureTopics } from '@tideway/kafka';
import { preparedLoop, untilDone, type ServiceDefinition } from '@tideway/service';
import type { FastifyInstance } from 'fastify';
import { configShape } from './config.js';
import { Ingest } from './ingest.js';
import { pipeline } from './pipeline.js';
import { QUARANTINE_KEYS, QuarantineController } from './quarantine.controller.js';
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
    const publisher = new Publisher({ kafka, registry, products: quarantined, service: 'warehouse', logger: service.logger, metrics: service.metrics, replicationFactor: config.KAFKA_REPLICATION_FACTOR, maxMessageBytes: config.KAFKA_MAX_MESSAGE_BYTES, quarantineBytesPerHour: config.QUARANTINE_BYTES_PER_HOUR });
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
    return {
      module: WarehouseModule,
      controllers: [QuarantineController],
      providers: [{ provide: QuarantineReader, useValue: new QuarantineReader(clickhouse) }, { provide: QUARANTINE_KEYS, useValue: config.QUARANTINE_KEYS ?? [] }],
    };
  },
  async prepare(app, { logger, metrics }) {
    await (app.getHttpAdapter().getInstance() as unknown as FastifyInstance).register(helmet);
    app.useGlobalFilters(new IntakeErrors(logger, metrics.counter('tideway_intake_refused_requests_total', 'Requests refused as a whole, by code', ['code']), 0));
  },
};
