// Wiring of the paid-media service: the publisher of its products, its routes, and the pulls.
import { Module } from '@nestjs/common';
import { loadProducts } from '@tideway/contracts';
import { Intake, intakeLimits, prepareIntake, replayRoute, type BodyLimits } from '@tideway/intake';
import { Publisher, SchemaRegistry, checkKafka, createKafka } from '@tideway/kafka';
import type { ServiceDefinition } from '@tideway/service';
import { configShape } from './config.js';
import { PaidMediaController, REPORT_KEYS, VERIFY_TOKEN } from './paid-media.controller.js';
import { Pipeline } from './pipeline.js';
import { pullLoop } from './pull/connector.js';
import { readPulls } from './pull/pulls-file.js';
import { replaySources } from './replay.js';

@Module({})
class PaidMediaModule {}

const BODY: BodyLimits = { maxBodyBytes: 50 * 1024 * 1024, contentTypes: ['application/json', 'application/x-ndjson', 'application/ndjson', 'text/csv'] };

export const paidMedia: ServiceDefinition<typeof configShape> = {
  name: 'paid-media',
  config: configShape,
  async module(config, service) {
    const { logger, metrics, health } = service;
    const kafka = createKafka(config, 'paid-media', logger);
    const registry = new SchemaRegistry(config);
    const products = loadProducts().filter(({ domain }) => domain === 'paid-media' || domain === 'operations');
    const publisher = new Publisher({
      kafka, registry, products, service: 'paid-media', logger, metrics,
      replicationFactor: config.KAFKA_REPLICATION_FACTOR, maxMessageBytes: config.KAFKA_MAX_MESSAGE_BYTES, quarantineBytesPerHour: config.QUARANTINE_BYTES_PER_HOUR,
    });
    const intake = new Intake({ publisher, logger, metrics, ...intakeLimits(config) });
    const replays = replayRoute({ service: 'paid-media', sources: replaySources, products, registry, publisher, metrics, keys: config.QUARANTINE_KEYS });
    health.add('kafka', () => checkKafka(kafka).then(() => publisher.connect()));
    health.add('registry', () => registry.check());
    service.onClose.push(() => publisher.disconnect());
    if (config.PAID_MEDIA_PULLS) {
      const pulls = readPulls(config.PAID_MEDIA_PULLS, process.env);
      service.loops.push(pullLoop({ kafka, registry, products, pulls, env: process.env, config, service }));
    }
    return {
      module: PaidMediaModule,
      controllers: [PaidMediaController, ...replays.controllers],
      providers: [
        { provide: Pipeline, useValue: new Pipeline(config, intake) }, { provide: REPORT_KEYS, useValue: config.PAID_MEDIA_KEYS },
        { provide: VERIFY_TOKEN, useValue: config.META_VERIFY_TOKEN ?? '' }, { provide: Intake, useValue: intake }, ...replays.providers,
      ],
    };
  },
  prepare: (app, service) => prepareIntake(app, service, app.get(Intake).inFlight, BODY),
};
