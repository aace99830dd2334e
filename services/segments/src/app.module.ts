// Wiring of the segments service: definitions, the history in ClickHouse, the loop over partitions of profiles, and the API.
import { Module } from '@nestjs/common';
import { loadProducts, schemasDir } from '@tideway/contracts';
import { checkClickHouse, createClickHouse, historyTable, tableName } from '@tideway/clickhouse';
import { SchemaRegistry, checkKafka, createKafka, ensureTopics } from '@tideway/kafka';
import { preparedLoop, untilDone, type ServiceDefinition } from '@tideway/service';
import { prepareApi, segmentsApi } from './api/api.js';
import { configShape } from './config.js';
import { Formats } from './formats.js';
import { History } from './history.js';
import { Inputs } from './inputs.js';
import { LiveDefinitions } from './live-definitions.js';
import { NomineeSource } from './nominees.js';
import { RankKeeper } from './rank-keeper.js';
import { pipeline } from './pipeline.js';
import { ownTopics } from './topics.js';
import { DefinitionViews } from './views.js';

@Module({})
class SegmentsModule {}

export const segments: ServiceDefinition<typeof configShape> = {
  name: 'segments',
  config: configShape,
  async module(config, service) {
    const kafka = createKafka(config, 'segments', service.logger);
    const registry = new SchemaRegistry(config);
    const clickhouse = createClickHouse(config, 'tideway-segments');
    const products = loadProducts();
    const formats = new Formats(products, registry);
    const definitions = new LiveDefinitions(service.logger, service.metrics, schemasDir(), products);
    const closing = new AbortController();
    const history = new History(clickhouse, registry, formats.activitiesProduct, service.metrics);
    const nominees = new NomineeSource(clickhouse, tableName(historyTable(formats.activitiesProduct)), service.logger, closing.signal);
    const loop = pipeline(config, kafka, service, {
      formats, inputs: new Inputs(formats), history, nominees,
      definitions,
    });
    const ranks = new RankKeeper(clickhouse, definitions, service.logger);
    const views = new DefinitionViews(clickhouse, service.logger, closing.signal);
    definitions.onChange(() => views.renew(definitions.compiled.definitions));
    service.loops.push(
      // First what was written: profiles must not be brought to definitions that are not in force.
      definitions.follow(kafka, service, async () => {
        await ensureTopics(kafka, products, ownTopics(products), config.KAFKA_REPLICATION_FACTOR);
      }),
      preparedLoop(loop, () => untilDone('topics, schemas and tables', service.logger, async () => {
        await definitions.read;
        await formats.register(registry);
        await history.prepare(kafka);
        await ranks.prepare();
        // The warehouse makes the table that the views join: they are no reason to wait.
        views.renew(definitions.compiled.definitions);
      })),
      preparedLoop(ranks, () => definitions.read),
    );
    service.health.add('kafka', () => checkKafka(kafka));
    service.health.add('registry', () => registry.check());
    service.health.add('clickhouse', () => checkClickHouse(clickhouse));
    service.onClose.push(() => clickhouse.close(), async () => closing.abort());
    return { module: SegmentsModule, ...segmentsApi(config, service, { kafka, registry, products, definitions }) };
  },
  prepare: prepareApi,
};
