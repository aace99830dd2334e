// Wiring of the web service: the publisher of its products, and its routes.
import { Module } from '@nestjs/common';
import { Intake, domainParts, prepareIntake, type BodyLimits } from '@tideway/intake';
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
    const { intake, controllers, providers } = domainParts(config, service, replaySources);
    return {
      module: WebModule,
      controllers: [SegmentController, Ga4Controller, SnowplowController, CloudEventsController, TidewayJsController, ...controllers],
      providers: [{ provide: Pipeline, useValue: new Pipeline(intake, config) }, ...providers],
    };
  },
  async prepare(app, service) {
    app.enableCors({ delegator: corsOf });
    await prepareIntake(app, service, app.get(Intake).inFlight, BODY);
  },
};
