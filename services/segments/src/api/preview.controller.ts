// POST /v1/segments/preview: who would be in a segment, before it is saved.
import { Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import type { ClickHouseClient } from '@tideway/clickhouse';
import { IntakeError, rawBody } from '@tideway/intake';
import type { Logger } from '@tideway/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { Access } from './access.js';
import type { Preview } from './answers.js';
import { previewDefinitions } from './preview-definitions.js';
import { previewed } from './preview.js';
import { compiledOrRefused, type SavedDefinitions } from './saved-definitions.js';
import { SAVED } from './segments.controller.js';

export const PREVIEWS = Symbol('PREVIEWS');

/** What previews are made with. */
export interface PreviewParts {
  clickhouse: ClickHouseClient;
  logger: Logger;
}

@Controller('v1/segments')
export class PreviewController {
  /** Keys with a preview under way. */
  readonly #busy = new Set<string>();

  constructor(@Inject(Access) private readonly access: Access, @Inject(SAVED) private readonly saved: SavedDefinitions, @Inject(PREVIEWS) private readonly parts: PreviewParts) {}

  @Post('preview')
  @HttpCode(200)
  async preview(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<z.infer<typeof Preview>> {
    const key = this.access.admit(request.headers.authorization, 'author');
    if (this.#busy.has(key)) throw new IntakeError(429, { code: 'busy', field: '', message: 'a preview of this key is under way: wait for its answer' }, { 'retry-after': '1' });
    const definitions = compiledOrRefused(() => previewDefinitions(this.saved, rawBody(request).toString('utf8')));
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    this.#busy.add(key);
    try {
      const answer = await previewed(this.parts.clickhouse, definitions, gone.signal);
      for (const { segment, size } of answer.segments) this.parts.logger.info({ audit: { key, route: 'preview', segment, rows: size, ...answer.cost } }, 'segment previewed');
      return answer;
    } finally {
      this.#busy.delete(key);
    }
  }
}
