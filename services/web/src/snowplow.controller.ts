// The routes of Snowplow's collector: POST /com.snowplowanalytics.snowplow/tp2, and the pixel GET /i.
import { Controller, Get, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Answer } from '@tideway/intake';
import { Pipeline } from './pipeline.js';

/** A transparent GIF of one pixel, the answer that `<img>` needs to be content. */
const PIXEL = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

@Controller()
export class SnowplowController {
  constructor(@Inject(Pipeline) private readonly pipeline: Pipeline) {}

  @Post('com.snowplowanalytics.snowplow/tp2')
  @HttpCode(200)
  post(@Req() request: FastifyRequest): Promise<Answer> {
    return this.pipeline.snowplow(request);
  }

  @Get('i')
  async pixel(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<Buffer> {
    await this.pipeline.snowplowPixel(request);
    // A page of another site shows it, and no cache may answer for the next event.
    void reply.headers({ 'content-type': 'image/gif', 'cache-control': 'no-store', 'cross-origin-resource-policy': 'cross-origin' });
    return PIXEL;
  }
}
