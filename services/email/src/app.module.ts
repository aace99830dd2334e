// Wiring of the email service: the publisher of its products, and its routes.
import { Module } from '@nestjs/common';
import { loadProducts } from '@tideway/contracts';
import { Intake, intakeLimits, prepareIntake, replayRoute, type BodyLimits } from '@tideway/intake';
import { Publisher, SchemaRegistry, checkKafka, createKafka } from '@tideway/kafka';
import type { ServiceDefinition } from '@tideway/service';
import { configShape } from './config.js';
import { EmailController } from './email.controller.js';
import { Pipeline } from './pipeline.js';
import { replaySources } from './replay.js';

@Module({})
class EmailModule {}

// SNS sends JSON as text (https://docs.aws.amazon.com/sns/latest/dg/SendMessageToHttp.prepare.html).
const BODY: BodyLimits = { maxBodyBytes: 10 * 1024 * 1024, contentTypes: ['application/json', 'text/plain'] };

export const email: ServiceDefinition<typeof configShape> = {
  name: 'email',
  config: configShape,
  async module(config, service) {
    const { logger, metrics, health } = service;
    const kafka = createKafka(config, 'email', logger);
    const registry = new SchemaRegistry(config);
    const products = loadProducts().filter(({ domain }) => domain === 'email' || domain === 'operations');
    const publisher = new Publisher({
      kafka, registry, products, service: 'email', logger, metrics,
      replicationFactor: config.KAFKA_REPLICATION_FACTOR, maxMessageBytes: config.KAFKA_MAX_MESSAGE_BYTES, quarantineBytesPerHour: config.QUARANTINE_BYTES_PER_HOUR,
    });
    const intake = new Intake({ publisher, logger, metrics, ...intakeLimits(config) });
    const replays = replayRoute({ service: 'email', sources: replaySources, products, registry, publisher, metrics, keys: config.QUARANTINE_KEYS });
    health.add('kafka', () => checkKafka(kafka).then(() => publisher.connect()));
    health.add('registry', () => registry.check());
    service.onClose.push(() => publisher.disconnect());
    return {
      module: EmailModule,
      controllers: [EmailController, ...replays.controllers],
      providers: [{ provide: Pipeline, useValue: new Pipeline(config, intake) }, { provide: Intake, useValue: intake }, ...replays.providers],
    };
  },
  prepare: (app, service) => prepareIntake(app, service, app.get(Intake).inFlight, BODY),
};
