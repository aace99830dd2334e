// The routes of the GA4 Measurement Protocol: /mp/collect, and /debug/mp/collect, which stores nothing.
import { Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Answer } from '@tideway/intake';
import { Pipeline } from './pipeline.js';
import type { ValidationMessage } from './sources/index.js';

@Controller()
export class Ga4Controller {
  constructor(@Inject(Pipeline) private readonly pipeline: Pipeline) {}

  @Post('mp/collect')
  @HttpCode(200)
  collect(@Req() request: FastifyRequest): Promise<Answer> {
    return this.pipeline.ga4(request);
  }

  @Post('debug/mp/collect')
  @HttpCode(200)
  validate(@Req() request: FastifyRequest): { validationMessages: ValidationMessage[] } {
    return this.pipeline.ga4Validation(request);
  }
}
