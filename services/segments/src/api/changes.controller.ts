// GET /v1/segments/{name}/changes: entries and exits of a segment as server-sent events.
import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Access } from './access.js';
import { ChangesFeed } from './changes-feed.js';
import { ChangesStream } from './changes-stream.js';
import { offsetsOf } from './event-ids.js';
import { segmentOf, type SavedDefinitions } from './saved-definitions.js';
import { SAVED } from './segments.controller.js';

@Controller('v1/segments')
export class ChangesController {
  constructor(@Inject(Access) private readonly access: Access, @Inject(SAVED) private readonly saved: SavedDefinitions, @Inject(ChangesFeed) private readonly feed: ChangesFeed) {}

  @Get(':name/changes')
  async changes(@Param('name') name: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    this.access.admit(request.headers.authorization, 'reader');
    const segment = segmentOf(this.saved, name).name;
    const last = request.headers['last-event-id'];
    const stream = new ChangesStream(reply.raw, segment, reply.getHeaders() as Record<string, string>);
    reply.raw.once('close', () => this.feed.leave(stream));
    const follower = await this.feed.follow(stream, last === undefined || last === '' ? undefined : offsetsOf(String(last)));
    reply.hijack();
    stream.open(() => follower.next);
  }
}
