// Wiring of the email service: the publisher of its products, and its routes.
import { Module } from '@nestjs/common';
import { loadProducts } from '@tideway/contracts';
import { Intake, intakeLimits, prepareIntake, type BodyLimits } from '@tideway/intake';
import { Publisher, SchemaRegistry, checkKafka, createKafka } from '@tideway/kafka';
import type { ServiceDefinition } from '@tideway/service';
import { configShape } from './config.js';
import { EmailController } from './email.controller.js';
import { Pipeline } from './pipeline.js';

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
    const products = loadProducts().filter(({ domain, id }) => domain === 'email' || id === 'operations.quarantine');
    const publisher = new Publisher({
      kafka, registry, products, service: 'email', logger, metrics,
      replicationFactor: config.KAFKA_REPLICATION_FACTOR, maxMessageBytes: config.KAFKA_MAX_MESSAGE_BYTES,
    });
    const intake = new Intake({ publisher, logger, metrics, ...intakeLimits(config) });
    health.add('kafka', () => checkKafka(kafka).then(() => publisher.connect()));
    health.add('registry', () => registry.check());
    service.onClose.push(() => publisher.disconnect());
    return {
      module: EmailModule,
      controllers: [EmailController],
      providers: [{ provide: Pipeline, useValue: new Pipeline(config, intake) }, { provide: Intake, useValue: intake }],
    };
  },
  prepare: (app, service) => prepareIntake(app, service, app.get(Intake).inFlight, BODY),
};
