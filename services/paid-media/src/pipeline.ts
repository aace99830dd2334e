// The whole flow of the paid-media service: platforms' reports become records of the paid-media products.
import { isUtf8 } from 'node:buffer';
import type { FastifyRequest } from 'fastify';
import { badRequest, parseJson, rawBody, unsupported, type Answer, type Intake } from '@tideway/intake';
import { parseExactly } from './exact-json.js';
import { REPORT_SOURCES, type Platform, type ReportContext, type Rows } from './sources/index.js';

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
  constructor(private readonly intake: Intake) {}

  /** raw body -> rows of the report -> records, a thousand rows at a time -> acknowledged by Kafka -> answer */
  async reports(request: FastifyRequest, { key, platform, context }: ReportRequest): Promise<ReportAnswer> {
    const source = REPORT_SOURCES[platform];
    const rows = rowsOf(request, platform);
    const answer: ReportAnswer = { accepted: 0, quarantined: 0, rejected: [], rejected_total: 0 };
    for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
      const result = await this.intake.answer({
        request, key, source: `${platform}:${key}`, outcomeOf: (row) => source.outcome(row, context),
        events: rows.slice(from, from + ROWS_AT_ONCE).map((value) => ({ value, original: Buffer.from(JSON.stringify(value)) })),
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

/** The rows of a body by its content type; throws IntakeError 400 and 415 where it is no report of the platform. */
function rowsOf(request: FastifyRequest, platform: Platform): unknown[] {
  const source = REPORT_SOURCES[platform];
  const body = rawBody(request);
  const type = (request.headers['content-type'] ?? '').toLowerCase();
  if (type.startsWith('text/csv')) {
    if (!source.csvRows) throw unsupported('content-type', `reports of ${platform} are JSON or NDJSON`);
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

/** The value of a JSON body; throws IntakeError 400 as parseJson() does. */
function parseBody(body: Buffer): unknown {
  if (!isUtf8(body)) return parseJson(body);
  try {
    return parseExactly(body.toString('utf8'));
  } catch {
    return parseJson(body);
  }
}

/** The values of NDJSON's lines. Throws IntakeError 400 that names the first line which is no JSON. */
function parseLines(body: Buffer): unknown[] {
  if (!isUtf8(body)) throw badRequest('invalid_utf8', '', 'the body is not UTF-8');
  return body.toString('utf8').split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    try {
      return [parseExactly(line)];
    } catch {
      throw badRequest('invalid_json', `line ${index + 1}`, `line ${index + 1} is not JSON: each line must be one whole value`);
    }
  });
}
