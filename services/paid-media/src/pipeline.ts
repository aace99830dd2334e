// The whole flow of the paid-media service: platforms' reports and leads become records of the paid-media products.
import { isUtf8 } from 'node:buffer';
import type { FastifyRequest } from 'fastify';
import { IntakeError, badRequest, parseJson, rawBody, unauthorised, unsupported, type Answer, type Intake } from '@tideway/intake';
import type { Config } from './config.js';
import { parseExactly } from './exact-json.js';
import { REPORT_SOURCES, leadChanges, metaLeadChange, metaLeads, verifyMetaSignature, type Platform, type ReportContext, type ReportSource, type Rows } from './sources/index.js';

/** Rows that are published together: the next ones wait for their acknowledgement. */
const ROWS_AT_ONCE = 1_000;
const MAX_LISTED = 1_000;

export interface ReportRequest {
  /** Name of the key. */
  key: string;
  platform: Platform;
  context: ReportContext;
}

export interface ReportAnswer extends Answer {
  /** `rejected` lists the first 1,000 by their place among the rows. */
  rejected_total: number;
}

export class Pipeline {
  constructor(private readonly config: Pick<Config, 'META_APP_SECRET'>, private readonly intake: Intake) {}

  /** raw body -> rows of the report -> records, a thousand rows at a time -> acknowledged by Kafka -> answer */
  reports(request: FastifyRequest, { key, platform, context }: ReportRequest): Promise<ReportAnswer> {
    return this.#store(request, { key, name: platform, source: REPORT_SOURCES[platform], context });
  }

  /** raw body -> leads with their answers -> records -> acknowledged by Kafka -> answer */
  leads(request: FastifyRequest, key: string): Promise<ReportAnswer> {
    return this.#store(request, { key, name: 'meta-leads', source: metaLeads, context: { extractedAt: Date.now() } });
  }

  /** raw body -> signature -> changes of pages -> records of those that are leads -> acknowledged by Kafka -> answer */
  async leadWebhook(request: FastifyRequest): Promise<Answer> {
    const body = rawBody(request);
    const verified = verifyMetaSignature({ secret: this.config.META_APP_SECRET ?? '', body, signature: String(request.headers['x-hub-signature-256'] ?? '') });
    if (!verified.ok) throw new IntakeError(401, { ...unauthorised('X-Hub-Signature-256', '').rejection, code: verified.code, field: 'x-hub-signature-256', message: verified.message });
    const receivedAt = Date.now();
    return this.intake.answer({
      request, key: 'meta', source: 'meta-leads', receivedAt, outcomeOf: (change) => metaLeadChange(change, receivedAt),
      events: rowsOrRefusal(leadChanges(parseBody(body))).map((row) => eventOf(row)),
    });
  }

  async #store(request: FastifyRequest, { key, name, source, context }: { key: string; name: string; source: ReportSource; context: ReportContext }): Promise<ReportAnswer> {
    const rows = rowsOf(request, name, source);
    const receivedAt = Date.now();
    const answer: ReportAnswer = { accepted: 0, quarantined: 0, rejected: [], rejected_total: 0 };
    for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
      const result = await this.intake.answer({
        request, key, source: `${name}:${key}`, receivedAt, outcomeOf: (row) => source.outcome(row, context),
        events: rows.slice(from, from + ROWS_AT_ONCE).map((row) => eventOf(row, context)),
      });
      answer.accepted += result.accepted;
      answer.quarantined += result.quarantined;
      answer.rejected_total += result.rejected.length;
      const listed = result.rejected.map(({ index, ...rejection }) => ({ index: from + index, ...rejection }));
      answer.rejected.push(...listed.slice(0, MAX_LISTED - answer.rejected.length));
    }
    return answer;
  }
}

/** Quarantine keeps a row as JSON: the bytes of a whole report would be kept with each of its rows. */
const eventOf = (value: unknown, context?: ReportContext) => ({ value, original: Buffer.from(JSON.stringify(value)), ...(context ? { shared: { ...context } } : {}) });

/** The rows of a body by its content type; throws IntakeError 400 and 415 where it is no report of the platform. */
function rowsOf(request: FastifyRequest, name: string, source: ReportSource): unknown[] {
  const body = rawBody(request);
  const type = (request.headers['content-type'] ?? '').toLowerCase();
  if (type.startsWith('text/csv')) {
    if (!source.csvRows) throw unsupported('content-type', `what comes of ${name} is JSON or NDJSON`);
    if (!isUtf8(body)) throw badRequest('invalid_utf8', '', 'the body is not UTF-8');
    return rowsOrRefusal(source.csvRows(body.toString('utf8')));
  }
  return rowsOrRefusal(source.rows(type.includes('ndjson') ? parseLines(body) : parseBody(body)));
}

function rowsOrRefusal(result: Rows): unknown[] {
  if ('rows' in result) return result.rows;
  const { code, field, message } = result.rejection;
  throw badRequest(code, field, message);
}

/** The value of a JSON body, with every digit of its ids; throws IntakeError 400 as parseJson() does. */
export function parseBody(body: Buffer): unknown {
  return parseJson(body, parseExactly);
}

/** The values of NDJSON's lines. Throws IntakeError 400 that names the first line which is no JSON. */
function parseLines(body: Buffer): unknown[] {
  if (!isUtf8(body)) throw badRequest('invalid_utf8', '', 'the body is not UTF-8');
  return body.toString('utf8').split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    try {
      return [parseBody(Buffer.from(line))];
    } catch (error) {
      if (error instanceof IntakeError && error.rejection.code === 'too_deep') throw badRequest('too_deep', `line ${index + 1}`, error.rejection.message);
      throw badRequest('invalid_json', `line ${index + 1}`, `line ${index + 1} is not JSON: each line must be one whole value`);
    }
  });
}
