// PUT and DELETE of segments and traits: definitions that are written at run time, in force within a second.
import { Controller, Delete, Headers, Inject, Param, Put, Req, Res } from '@nestjs/common';
import type { ClickHouseClient } from '@tideway/clickhouse';
import { IntakeError, rawBody } from '@tideway/intake';
import type { Logger } from '@tideway/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Compiled } from '../compiled.js';
import type { DefinitionWriter } from '../definition-writer.js';
import { DefinitionConflict, type DefinitionKind, type LiveDefinitions } from '../live-definitions.js';
import { Access } from './access.js';
import type { Written } from './answers.js';
import { previewed } from './preview.js';
import { compiledOrRefused } from './saved-definitions.js';

export const WRITING = Symbol('WRITING');

/** What definitions are written with. */
export interface WritingParts {
  definitions: LiveDefinitions;
  writer: DefinitionWriter;
  clickhouse: ClickHouseClient;
  logger: Logger;
}

type Answer = z.infer<typeof Written>;

@Controller('v1')
export class DefinitionsController {
  constructor(@Inject(Access) private readonly access: Access, @Inject(WRITING) private readonly parts: WritingParts) {}

  /** Its size and cost are worked out first: what is too costly to preview is too costly to have. */
  @Put('segments/:name')
  async putSegment(@Param('name') name: string, @Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<Answer> {
    const key = this.access.admit(request.headers.authorization, 'author');
    const text = rawBody(request).toString('utf8');
    const { definitions } = this.#proposed('segments', name, text);
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const estimate = await previewed(this.parts.clickhouse, { ...definitions, segments: definitions.segments.filter((segment) => segment.name === name) }, gone.signal);
    await this.#write(key, 'segments', name, text);
    return { name, written: true, size: estimate.segments[0]?.size ?? 0, cost: estimate.cost };
  }

  @Put('traits/:name')
  async putTrait(@Param('name') name: string, @Req() request: FastifyRequest): Promise<Answer> {
    const key = this.access.admit(request.headers.authorization, 'author');
    const text = rawBody(request).toString('utf8');
    this.#proposed('traits', name, text);
    await this.#write(key, 'traits', name, text);
    return { name, written: true, size: null, cost: null };
  }

  /** Everybody leaves it. */
  @Delete('segments/:name')
  async deleteSegment(@Param('name') name: string, @Headers('authorization') authorization?: string): Promise<Answer> {
    return this.#remove('segments', name, authorization);
  }

  @Delete('traits/:name')
  async deleteTrait(@Param('name') name: string, @Headers('authorization') authorization?: string): Promise<Answer> {
    return this.#remove('traits', name, authorization);
  }

  async #remove(kind: DefinitionKind, name: string, authorization: string | undefined): Promise<Answer> {
    const key = this.access.admit(authorization, 'author');
    this.#proposed(kind, name, undefined);
    await this.#write(key, kind, name, undefined);
    return { name, written: false, size: null, cost: null };
  }

  async #write(key: string, kind: DefinitionKind, name: string, text: string | undefined): Promise<void> {
    await this.parts.writer.write(kind, name, text === undefined ? undefined : { text, by: key, at: Date.now() });
    this.parts.logger.info({ audit: { key, route: text === undefined ? 'remove' : 'write', [kind === 'traits' ? 'trait' : 'segment']: name } }, 'definition written');
  }

  /** Throws IntakeError 404, 409 or 422. */
  #proposed(kind: DefinitionKind, name: string, text: string | undefined): Compiled {
    try {
      return compiledOrRefused(() => this.parts.definitions.proposed(kind, name, text));
    } catch (error) {
      if (!(error instanceof DefinitionConflict)) throw error;
      throw new IntakeError(error.code === 'unknown' ? 404 : 409, { code: error.code, field: error.code === 'same_version' ? 'version' : 'name', message: error.message });
    }
  }
}
