// Wiring of the segments service: definitions, the history in ClickHouse, the loop over partitions of profiles, and the API.
import { createHash } from 'node:crypto';
import { Module } from '@nestjs/common';
import { loadProducts } from '@tideway/contracts';
import { checkClickHouse, createClickHouse } from '@tideway/clickhouse';
import { SchemaRegistry, checkKafka, createKafka, ensureTopics } from '@tideway/kafka';
import { errorText, preparedLoop, untilDone, type ServiceDefinition } from '@tideway/service';
import { prepareApi, segmentsApi } from './api/api.js';
import { savedDefinitions } from './api/saved-definitions.js';
import { configShape } from './config.js';
import { compileMembersSql, compileTraitsSql, createEvaluator, loadDefinitions, type Definitions } from './evaluate/index.js';
import { Formats } from './formats.js';
import { History } from './history.js';
import { Inputs } from './inputs.js';
import { pipeline } from './pipeline.js';
import { ownTopics } from './topics.js';
import { createViews } from './views.js';

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
    const definitions = loadDefinitions();
    const closing = new AbortController();
    const evaluator = createEvaluator(definitions);
    const history = new History(clickhouse, registry, formats.activitiesProduct, evaluator.relevantColumns, service.metrics);
    const loop = pipeline(config, kafka, service, {
      formats, inputs: new Inputs(formats), history, evaluator,
      segments: new Map(definitions.segments.map(({ name, version, purpose }) => [name, { version, purpose }])),
      definitions: fingerprint(definitions),
      cacheProfiles: config.SEGMENTS_CACHE_PROFILES,
    });
    service.loops.push(preparedLoop(loop, () => untilDone('topics, schemas and tables', service.logger, async () => {
      await ensureTopics(kafka, products, ownTopics(products), config.KAFKA_REPLICATION_FACTOR);
      await formats.register(registry);
      await history.prepare(kafka);
      // The warehouse makes the table that the views join: they are no reason to wait.
      void untilDone('views for analysts', service.logger, () => createViews(clickhouse, definitions), closing.signal).catch((error: unknown) => {
        if (!closing.signal.aborted) service.logger.error({ error: errorText(error) }, 'analysts have no views segments.members_at and traits_at');
      });
    })));
    service.health.add('kafka', () => checkKafka(kafka));
    service.health.add('registry', () => registry.check());
    service.health.add('clickhouse', () => checkClickHouse(clickhouse));
    service.onClose.push(() => clickhouse.close(), async () => closing.abort());
    return { module: SegmentsModule, ...segmentsApi(config, service, { kafka, registry, products, saved: savedDefinitions(definitions, evaluator) }) };
  },
  prepare: prepareApi,
};

/** Changes when what is computed changes, and not with a comment: the SQL says all that a definition means. */
function fingerprint(definitions: Definitions): string {
  const source = { activities: 'activities' };
  const versions = definitions.segments.map(({ name, version }) => `${name} ${version}`);
  const meaning = [...versions, compileMembersSql(definitions, source)(), compileTraitsSql(definitions, source)];
  return createHash('sha256').update(meaning.join('\n')).digest('hex').slice(0, 16);
}
