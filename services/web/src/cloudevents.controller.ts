// The route of CloudEvents: POST /cloudevents, in structured, batched and binary mode.
import { Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Answer } from '@tideway/intake';
import { Pipeline } from './pipeline.js';

@Controller()
export class CloudEventsController {
  constructor(@Inject(Pipeline) private readonly pipeline: Pipeline) {}

  @Post('cloudevents')
  @HttpCode(200)
  events(@Req() request: FastifyRequest): Promise<Answer> {
    return this.pipeline.cloudEvents(request);
  }
}
