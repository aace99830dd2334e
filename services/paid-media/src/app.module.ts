// Wiring of the paid-media service: its products, its routes, and the pulls.
import { Module } from '@nestjs/common';
import { Intake, domainParts, prepareIntake, type BodyLimits } from '@tideway/intake';
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
    const { kafka, registry, products, intake, controllers, providers } = domainParts(config, service, replaySources);
    if (config.PAID_MEDIA_PULLS) {
      const pulls = readPulls(config.PAID_MEDIA_PULLS, process.env);
      service.loops.push(pullLoop({ kafka, registry, products, pulls, env: process.env, config, service }));
    }
    return {
      module: PaidMediaModule,
      controllers: [PaidMediaController, ...controllers],
      providers: [
        { provide: Pipeline, useValue: new Pipeline(config, intake) }, { provide: REPORT_KEYS, useValue: config.PAID_MEDIA_KEYS },
        { provide: VERIFY_TOKEN, useValue: config.META_VERIFY_TOKEN ?? '' }, ...providers,
      ],
    };
  },
  prepare: (app, service) => prepareIntake(app, service, app.get(Intake).inFlight, BODY),
};
