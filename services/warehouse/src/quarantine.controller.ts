// GET /v1/quarantine, /count and /{id}: what was refused, for who has a key. Replays are the domain services' own.
import { Controller, Get, Headers, Inject, Param, Query } from '@nestjs/common';
import { QuarantineReader, type QuarantineCount, type QuarantineEntry, type QuarantineOriginal } from '@tideway/clickhouse';
import { IntakeError, badRequest, quarantineKey, type HashedKey } from '@tideway/intake';
import { z } from 'zod';

export const QUARANTINE_KEYS = Symbol('QUARANTINE_KEYS');

const time = z.string().transform((text, ctx) => {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) ctx.addIssue({ code: 'custom', message: 'must be a time such as 2026-11-21T09:00:00Z' });
  return ms;
}).optional();

const filterShape = z.strictObject({
  code: z.string().optional(), source: z.string().optional(), product: z.string().optional(), service: z.string().optional(), stage: z.string().optional(),
  state: z.enum(['open', 'refused', 'replayed']).optional(),
  since: time, until: time,
  limit: z.coerce.number().int().min(1).max(10_000).default(100),
});

@Controller('v1/quarantine')
export class QuarantineController {
  constructor(@Inject(QuarantineReader) private readonly reader: QuarantineReader, @Inject(QUARANTINE_KEYS) private readonly keys: HashedKey[]) {}

  @Get()
  async list(@Query() query: Record<string, string>, @Headers('authorization') authorization?: string): Promise<{ entries: QuarantineEntry[] }> {
    quarantineKey(this.keys, authorization);
    const { limit, ...filter } = filterOf(query);
    return { entries: await this.reader.list(filter, limit) };
  }

  @Get('count')
  async count(@Query() query: Record<string, string>, @Headers('authorization') authorization?: string): Promise<{ counts: QuarantineCount[] }> {
    quarantineKey(this.keys, authorization);
    const { limit: _all, ...filter } = filterOf(query);
    return { counts: await this.reader.count(filter) };
  }

  @Get(':id')
  async show(@Param('id') id: string, @Headers('authorization') authorization?: string): Promise<QuarantineOriginal> {
    quarantineKey(this.keys, authorization);
    if (!z.uuid().safeParse(id).success) throw badRequest('format', 'id', 'an id of quarantine is a uuid: GET /v1/quarantine lists them');
    const entry = await this.reader.show(id);
    if (!entry) throw new IntakeError(404, { code: 'not_found', field: 'id', message: `nothing in quarantine has the id ${id}` });
    return entry;
  }
}

function filterOf(query: Record<string, string>) {
  const parsed = filterShape.safeParse(query);
  if (parsed.success) return parsed.data;
  const { path, message, code } = parsed.error.issues[0]!;
  const field = code === 'unrecognized_keys' ? 'query' : path.join('.');
  throw badRequest('format', field, `${field}: ${message}; there are ${Object.keys(filterShape.shape).join(', ')}`);
}
