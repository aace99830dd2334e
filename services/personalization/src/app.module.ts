// Wiring of personalization: the partitions of profiles, the store that answers requests, and its one route.
import helmet from '@fastify/helmet';
import { Module } from '@nestjs/common';
import { loadProducts } from '@tideway/contracts';
import { SchemaRegistry, checkKafka, createKafka, ensureTopics } from '@tideway/kafka';
import { preparedLoop, untilDone, type ServiceDefinition } from '@tideway/service';
import type { FastifyInstance } from 'fastify';
import { configShape } from './config.js';
import { DocumentMemory } from './documents.js';
import { Formats } from './formats.js';
import { pipeline } from './pipeline.js';
import { API_KEYS, ProfilesController } from './profiles.controller.js';
import { Refusals } from './refusals.js';
import { ProfileStore } from './store.js';
import { ownTopics } from './topics.js';

@Module({})
class PersonalizationModule {}

export const personalization: ServiceDefinition<typeof configShape> = {
  name: 'personalization',
  config: configShape,
  async module(config, service) {
    const kafka = createKafka(config, 'personalization', service.logger);
    const registry = new SchemaRegistry(config);
    const products = loadProducts();
    const formats = new Formats(products, registry);
    const memory = new DocumentMemory(service.metrics);
    const store = new ProfileStore(formats, memory);
    const prepare = () => untilDone('topics and schemas', service.logger, async () => {
      await ensureTopics(kafka, products, ownTopics(products), config.KAFKA_REPLICATION_FACTOR);
      await formats.register(registry);
    });
    service.loops.push(preparedLoop(pipeline(config, kafka, service, formats, memory), prepare), store.follow(kafka, service));
    service.health.add('kafka', () => checkKafka(kafka));
    service.health.add('registry', () => registry.check());
    service.health.add('profiles', () => store.check());
    return {
      module: PersonalizationModule,
      controllers: [ProfilesController],
      providers: [{ provide: ProfileStore, useValue: store }, { provide: API_KEYS, useValue: config.PERSONALIZATION_API_KEYS }],
    };
  },
  async prepare(app, { logger }) {
    await (app.getHttpAdapter().getInstance() as unknown as FastifyInstance).register(helmet);
    app.useGlobalFilters(new Refusals(logger));
  },
};
