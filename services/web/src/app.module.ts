// Wiring of the web service: the publisher of its products, and its routes.
import { Module } from '@nestjs/common';
import { loadProducts } from '@tideway/contracts';
import { Intake, intakeLimits, prepareIntake, replayRoute, type BodyLimits } from '@tideway/intake';
import { Publisher, SchemaRegistry, checkKafka, createKafka } from '@tideway/kafka';
import type { ServiceDefinition } from '@tideway/service';
import { CloudEventsController } from './cloudevents.controller.js';
import { configShape } from './config.js';
import { corsOf } from './cors.js';
import { Ga4Controller } from './ga4.controller.js';
import { MAX_BATCH_BYTES, Pipeline } from './pipeline.js';
import { replaySources } from './replay.js';
import { SegmentController } from './segment.controller.js';
import { SnowplowController } from './snowplow.controller.js';
import { CLOUDEVENTS_TYPES } from './sources/index.js';
import { TidewayJsController } from './tideway-js/tideway-js.controller.js';

@Module({})
class WebModule {}

// analytics.js sends JSON as text/plain, so that browsers ask no permission first.
const BODY: BodyLimits = { maxBodyBytes: MAX_BATCH_BYTES, contentTypes: ['application/json', 'text/plain', ...CLOUDEVENTS_TYPES] };

export const web: ServiceDefinition<typeof configShape> = {
  name: 'web',
  config: configShape,
  async module(config, service) {
    const { logger, metrics, health } = service;
    const kafka = createKafka(config, 'web', logger);
    const registry = new SchemaRegistry(config);
    const products = loadProducts().filter(({ domain }) => domain === 'web' || domain === 'operations');
    const publisher = new Publisher({
      kafka, registry, products, service: 'web', logger, metrics,
      replicationFactor: config.KAFKA_REPLICATION_FACTOR, maxMessageBytes: config.KAFKA_MAX_MESSAGE_BYTES, quarantineBytesPerHour: config.QUARANTINE_BYTES_PER_HOUR,
    });
    const intake = new Intake({ publisher, logger, metrics, ...intakeLimits(config) });
    const replays = replayRoute({ service: 'web', sources: replaySources, products, registry, publisher, metrics, keys: config.QUARANTINE_KEYS });
    health.add('kafka', () => checkKafka(kafka).then(() => publisher.connect()));
    health.add('registry', () => registry.check());
    service.onClose.push(() => publisher.disconnect());
    return {
      module: WebModule,
      controllers: [SegmentController, Ga4Controller, SnowplowController, CloudEventsController, TidewayJsController, ...replays.controllers],
      providers: [{ provide: Pipeline, useValue: new Pipeline(intake, config) }, { provide: Intake, useValue: intake }, ...replays.providers],
    };
  },
  async prepare(app, service) {
    app.enableCors({ delegator: corsOf });
    await prepareIntake(app, service, app.get(Intake).inFlight, BODY);
  },
};
