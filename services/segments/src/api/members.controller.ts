// GET /v1/segments/{name}/members: all members of a segment as a file, by the identifiers that its purpose allows.
import { Readable } from 'node:stream';
import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import type { ClickHouseClient } from '@tideway/clickhouse';
import { defaultIdentifierRules } from '@tideway/identifiers';
import { IntakeError } from '@tideway/intake';
import { errorText, type Logger } from '@tideway/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Access } from './access.js';
import { MembersQuery, parsedQuery } from './answers.js';
import { EXPORT_FORMATS, type ExportFormat, type ExportedMember } from './export-format.js';
import { exportedMembers } from './members-export.js';
import { allowedTypes, type PurposeIdentifiers } from './purpose-identifiers.js';
import { segmentOf, type SavedDefinitions } from './saved-definitions.js';
import { SAVED } from './segments.controller.js';

/** What an export is made with. */
export interface ExportParts {
  clickhouse: ClickHouseClient;
  allowed: PurposeIdentifiers;
  logger: Logger;
  /** Aborted when the service stops. */
  closing: AbortSignal;
}

export const EXPORTS = Symbol('EXPORTS');
const MAX_EXPORTS = 4;
/** Tells a whole file from one that was cut off, as does the end of the chunked body. */
const ROWS_TRAILER = 'x-tideway-rows';

interface Export {
  key: string;
  segment: string;
  format: 'ndjson' | 'csv';
  types: string[];
}

@Controller('v1/segments')
export class MembersController {
  #running = 0;

  constructor(@Inject(Access) private readonly access: Access, @Inject(SAVED) private readonly saved: SavedDefinitions, @Inject(EXPORTS) private readonly parts: ExportParts) {}

  @Get(':name/members')
  async members(@Param('name') name: string, @Query() query: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const key = this.access.admit(request.headers.authorization, 'exporter');
    const segment = segmentOf(this.saved, name);
    const { format, identifiers } = parsedQuery(MembersQuery, query);
    const types = allowedTypes(this.parts.allowed, segment, identifiers, new Set(defaultIdentifierRules().types.keys()));
    if (this.#running === MAX_EXPORTS) throw new IntakeError(503, { code: 'overloaded', field: '', message: `${MAX_EXPORTS} exports are running: come again` }, { 'retry-after': '5' });
    const gone = new AbortController();
    this.#running += 1;
    reply.raw.once('close', () => {
      this.#running -= 1;
      gone.abort();
    });
    const batches = exportedMembers(this.parts.clickhouse, name, types, AbortSignal.any([gone.signal, this.parts.closing]));
    // Before the status is sent: what fails here can still be told.
    const first = await batches.next();
    const { contentType } = EXPORT_FORMATS[format];
    const counted = { rows: 0 };
    reply.headers({ 'content-type': contentType, 'content-disposition': `attachment; filename="${name}.${format}"`, 'cache-control': 'no-store' });
    reply.trailer(ROWS_TRAILER, async () => String(counted.rows));
    await reply.send(Readable.from(this.#file({ key, segment: name, format, types }, first, batches, counted), { objectMode: false }));
  }

  /** The text of the file, a piece for each batch; the audit line is written however it ends. */
  async *#file({ key, segment, format, types }: Export, first: IteratorResult<ExportedMember[]>, batches: AsyncGenerator<ExportedMember[]>, counted: { rows: number }): AsyncGenerator<string> {
    let outcome = 'cut off';
    try {
      yield* pieces(EXPORT_FORMATS[format], types, first, batches, counted);
      outcome = 'complete';
    } catch (error) {
      outcome = errorText(error);
      throw error;
    } finally {
      await batches.return(undefined);
      this.parts.logger.info({ audit: { key, route: 'members', segment, format, identifiers: types, rows: counted.rows, outcome } }, 'members exported');
    }
  }
}

async function* pieces({ header, line }: ExportFormat, types: readonly string[], first: IteratorResult<ExportedMember[]>, rest: AsyncGenerator<ExportedMember[]>, counted: { rows: number }): AsyncGenerator<string> {
  const head = header(types);
  if (head) yield head;
  for (let batch = first; !batch.done; batch = await rest.next()) {
    const text = batch.value.map((member) => line(member, types)).join('');
    counted.rows += batch.value.length;
    if (text) yield text;
  }
}
