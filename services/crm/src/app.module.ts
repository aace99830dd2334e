// Wiring of the crm service: the publisher of its products, and its routes.
import { Module } from '@nestjs/common';
import { Intake, domainParts, prepareIntake, type BodyLimits } from '@tideway/intake';
import type { ServiceDefinition } from '@tideway/service';
import { configShape } from './config.js';
import { CrmController, IMPORT_KEYS } from './crm.controller.js';
import { Pipeline } from './pipeline.js';
import { replaySources } from './replay.js';

@Module({})
class CrmModule {}

const BODY: BodyLimits = { maxBodyBytes: 50 * 1024 * 1024, contentTypes: ['application/json', 'application/x-ndjson', 'application/ndjson', 'text/csv'] };

export const crm: ServiceDefinition<typeof configShape> = {
  name: 'crm',
  config: configShape,
  async module(config, service) {
    const { intake, controllers, providers } = domainParts(config, service, replaySources);
    return {
      module: CrmModule,
      controllers: [CrmController, ...controllers],
      providers: [{ provide: Pipeline, useValue: new Pipeline(config, intake) }, { provide: IMPORT_KEYS, useValue: config.CRM_IMPORT_KEYS }, ...providers],
    };
  },
  prepare: (app, service) => prepareIntake(app, service, app.get(Intake).inFlight, BODY),
};
