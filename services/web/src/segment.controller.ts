// The routes of Segment's HTTP Tracking API: /v1/{track,identify,page,screen,group,alias,batch}, and their first letters.
import { Controller, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Answer } from '@tideway/intake';
import { Pipeline } from './pipeline.js';

@Controller('v1')
export class SegmentController {
  constructor(@Inject(Pipeline) private readonly pipeline: Pipeline) {}

  @Post(['batch', 'b'])
  @HttpCode(200)
  batch(@Req() request: FastifyRequest): Promise<Answer> {
    return this.pipeline.batch(request);
  }

  @Post(':call')
  @HttpCode(200)
  single(@Req() request: FastifyRequest, @Param('call') call: string): Promise<Answer> {
    return this.pipeline.single(request, call);
  }
}
