// The routes of the crm service: HubSpot's and Pipedrive's webhooks, and with a key Salesforce's change events and imports.
import { Controller, HttpCode, Inject, Post, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { badRequest, bearerToken, unauthorised, verifyKey, type Answer, type HashedKey } from '@tideway/intake';
import { Pipeline, type ImportAnswer, type Sender } from './pipeline.js';

export const IMPORT_KEYS = Symbol('IMPORT_KEYS');

@Controller()
export class CrmController {
  constructor(@Inject(Pipeline) private readonly pipeline: Pipeline, @Inject(IMPORT_KEYS) private readonly keys: HashedKey[]) {}

  @Post('webhooks/hubspot')
  @HttpCode(200)
  webhook(@Req() request: FastifyRequest): Promise<Answer> {
    return this.pipeline.webhook(request);
  }

  @Post('webhooks/pipedrive')
  @HttpCode(200)
  pipedrive(@Req() request: FastifyRequest): Promise<Answer> {
    return this.pipeline.pipedrive(request);
  }

  /** A relay posts what it gets from Salesforce; `?account=` names the org. */
  @Post('webhooks/salesforce')
  @HttpCode(200)
  async salesforce(@Req() request: FastifyRequest, @Query() query: Record<string, string>): Promise<Answer> {
    return this.pipeline.salesforce(request, this.#sender(request, query));
  }

  /** `?account=` names the CRM account, `&platform=hubspot` makes ids those of HubSpot objects, `&type=contact` says what the rows of a CSV file are, `&dry_run=true` publishes nothing. */
  @Post('v1/import')
  @HttpCode(200)
  import(@Req() request: FastifyRequest, @Query() query: Record<string, string>): Promise<ImportAnswer> {
    const sender = this.#sender(request, query);
    const { platform, type, dry_run: dryRun } = query;
    if (platform !== undefined && platform !== 'hubspot') throw badRequest('enum', 'platform', 'platform can be hubspot, or left out');
    return this.pipeline.import(request, { ...sender, platform: platform as 'hubspot' | undefined, type, dryRun: dryRun === 'true' });
  }

  #sender(request: FastifyRequest, { account }: Record<string, string>): Sender {
    const key = verifyKey(this.keys, bearerToken(request.headers.authorization) ?? '');
    if (!key) throw unauthorised('Bearer realm="import"', 'send an import key as "Authorization: Bearer <key>"');
    if (!account || !/^[\w.-]{1,64}$/.test(account)) throw badRequest('required', 'account', 'name the CRM account: ?account=62515 (letters, digits, "_", "-" and "." only)');
    return { key, account };
  }
}
