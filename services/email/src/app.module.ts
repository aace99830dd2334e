// Wiring of the email service: the publisher of its products, and its routes.
import { Module } from '@nestjs/common';
import { Intake, domainParts, prepareIntake, type BodyLimits } from '@tideway/intake';
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
    const { intake, controllers, providers } = domainParts(config, service, replaySources);
    return {
      module: EmailModule,
      controllers: [EmailController, ...controllers],
      providers: [{ provide: Pipeline, useValue: new Pipeline(config, intake) }, ...providers],
    };
  },
  prepare: (app, service) => prepareIntake(app, service, app.get(Intake).inFlight, BODY),
};
