// The routes of the paid-media service: reports and leads with a key, and Meta's webhooks.
import { timingSafeEqual } from 'node:crypto';
import { Controller, Get, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { IntakeError, bearerToken, unauthorised, verifyKey, type Answer, type HashedKey } from '@tideway/intake';
import { Pipeline, type ReportAnswer } from './pipeline.js';
import { reportContext } from './report-context.js';
import { isPlatform } from './sources/index.js';

export const REPORT_KEYS = Symbol('REPORT_KEYS');
export const VERIFY_TOKEN = Symbol('VERIFY_TOKEN');

@Controller()
export class PaidMediaController {
  constructor(
    @Inject(Pipeline) private readonly pipeline: Pipeline,
    @Inject(REPORT_KEYS) private readonly keys: HashedKey[],
    @Inject(VERIFY_TOKEN) private readonly verifyToken: string,
  ) {}

  /** The query says what the platform's payload does not: `account`, `currency`, `timezone`, `extracted_at`. */
  @Post('v1/reports/:platform')
  @HttpCode(200)
  reports(@Req() request: FastifyRequest, @Param('platform') platform: string, @Query() query: Record<string, unknown>): Promise<ReportAnswer> {
    const key = this.#key(request);
    if (!isPlatform(platform)) throw new IntakeError(404, { code: 'not_found', field: 'platform', message: 'reports are taken of google, meta, linkedin, tiktok and microsoft: POST /v1/reports/google' });
    return this.pipeline.reports(request, { key, platform, context: reportContext(query, Date.now()) });
  }

  /** Leads with their answers, as the Graph API gives them for a form. */
  @Post('v1/leads/meta')
  @HttpCode(200)
  leads(@Req() request: FastifyRequest): Promise<ReportAnswer> {
    return this.pipeline.leads(request, this.#key(request));
  }

  @Post('webhooks/meta-leads')
  @HttpCode(200)
  webhook(@Req() request: FastifyRequest): Promise<Answer> {
    return this.pipeline.leadWebhook(request);
  }

  /** Meta asks once, when the webhook is set up (https://developers.facebook.com/docs/graph-api/webhooks/getting-started). */
  @Get('webhooks/meta-leads')
  verify(@Query() query: Record<string, unknown>): string {
    const challenge = query['hub.challenge'];
    const asked = query['hub.mode'] === 'subscribe' && typeof challenge === 'string' && /^[\w-]{1,256}$/.test(challenge);
    if (asked && this.#isVerifyToken(query['hub.verify_token'])) return challenge;
    throw new IntakeError(403, { code: 'forbidden', field: 'hub.verify_token', message: 'hub.mode must be subscribe, and hub.verify_token what META_VERIFY_TOKEN says' });
  }

  #isVerifyToken(token: unknown): boolean {
    const [expected, given] = [Buffer.from(this.verifyToken), Buffer.from(typeof token === 'string' ? token : '')];
    return expected.length > 0 && given.length === expected.length && timingSafeEqual(given, expected);
  }

  /** The name of the key that the request has; throws IntakeError 401. */
  #key(request: FastifyRequest): string {
    const key = verifyKey(this.keys, bearerToken(request.headers.authorization) ?? '');
    if (!key) throw unauthorised('Bearer realm="reports"', 'send a key of PAID_MEDIA_KEYS as "Authorization: Bearer <key>"');
    return key;
  }
}
