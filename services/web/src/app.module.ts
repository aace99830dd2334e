// Wiring of the web service: the publisher of its products, and its routes.
import { Module } from '@nestjs/common';
import { loadProducts } from '@tideway/contracts';
import { Intake, intakeLimits, prepareIntake, type BodyLimits } from '@tideway/intake';
import { Publisher, SchemaRegistry, checkKafka, createKafka } from '@tideway/kafka';
import type { ServiceDefinition } from '@tideway/service';
import { configShape } from './config.js';
import { MAX_BATCH_BYTES, Pipeline } from './pipeline.js';
import { SegmentController } from './segment.controller.js';
import { TidewayJsController } from './tideway-js/tideway-js.controller.js';

@Module({})
class WebModule {}

// analytics.js sends JSON as text/plain, so that browsers ask no permission first.
const BODY: BodyLimits = { maxBodyBytes: MAX_BATCH_BYTES, contentTypes: ['application/json', 'text/plain'] };

export const web: ServiceDefinition<typeof configShape> = {
  name: 'web',
  config: configShape,
  async module(config, service) {
    const { logger, metrics, health } = service;
    const kafka = createKafka(config, 'web', logger);
    const registry = new SchemaRegistry(config);
    const products = loadProducts().filter(({ domain, id }) => domain === 'web' || id === 'operations.quarantine');
    const publisher = new Publisher({
      kafka, registry, products, service: 'web', logger, metrics,
      replicationFactor: config.KAFKA_REPLICATION_FACTOR, maxMessageBytes: config.KAFKA_MAX_MESSAGE_BYTES,
    });
    const intake = new Intake({ publisher, logger, metrics, ...intakeLimits(config) });
    health.add('kafka', () => checkKafka(kafka));
    health.add('registry', () => registry.check());
    service.onClose.push(() => publisher.disconnect());
    return {
      module: WebModule,
      controllers: [SegmentController, TidewayJsController],
      providers: [{ provide: Pipeline, useValue: new Pipeline(intake, config.WEB_WRITE_KEYS) }, { provide: Intake, useValue: intake }],
    };
  },
  async prepare(app, service) {
    // Retry-After is for the snippet: scripts see no header of another site that is not named.
    app.enableCors({ origin: '*', methods: ['POST'], allowedHeaders: ['authorization', 'content-type'], exposedHeaders: ['retry-after'], maxAge: 86_400 });
    await prepareIntake(app, service, app.get(Intake).inFlight, BODY);
  },
};
