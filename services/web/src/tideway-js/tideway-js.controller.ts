// The route of the snippet that web pages embed.
import { Controller, Get, Headers, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { servedSnippet } from './served.js';

@Controller()
export class TidewayJsController {
  @Get('tideway.js')
  script(@Headers() headers: Record<string, string>, @Res() reply: FastifyReply): void {
    const { status, headers: own, body } = servedSnippet(headers);
    void reply.code(status).headers(own).send(body);
  }
}
