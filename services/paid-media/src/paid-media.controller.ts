// The routes of the paid-media service: a platform's reports, with a key.
import { Controller, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { IntakeError, bearerToken, unauthorised, verifyKey, type HashedKey } from '@tideway/intake';
import { Pipeline, type ReportAnswer } from './pipeline.js';
import { reportContext } from './report-context.js';
import { isPlatform } from './sources/index.js';

export const REPORT_KEYS = Symbol('REPORT_KEYS');

@Controller()
export class PaidMediaController {
  constructor(@Inject(Pipeline) private readonly pipeline: Pipeline, @Inject(REPORT_KEYS) private readonly keys: HashedKey[]) {}

  /** The query says what the platform's payload does not: `account`, `currency`, `timezone`, `extracted_at`. */
  @Post('v1/reports/:platform')
  @HttpCode(200)
  reports(@Req() request: FastifyRequest, @Param('platform') platform: string, @Query() query: Record<string, unknown>): Promise<ReportAnswer> {
    const key = verifyKey(this.keys, bearerToken(request.headers.authorization) ?? '');
    if (!key) throw unauthorised('Bearer realm="reports"', 'send a key of PAID_MEDIA_KEYS as "Authorization: Bearer <key>"');
    if (!isPlatform(platform)) throw new IntakeError(404, { code: 'not_found', field: 'platform', message: 'reports are taken of google, meta, linkedin, tiktok and microsoft: POST /v1/reports/google' });
    return this.pipeline.reports(request, { key, platform, context: reportContext(query, Date.now()) });
  }
}
