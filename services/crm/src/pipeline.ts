// The whole flow of the crm service: HubSpot's and Pipedrive's webhooks, Salesforce's change events and imports become records of the crm products.
import type { FastifyRequest } from 'fastify';
import type { Outcome } from '@tideway/contracts';
import { IntakeError, badRequest, basicCredentials, elementSlices, parseJson, rawBody, unauthorised, verifyKey, type Answer, type Intake } from '@tideway/intake';
import type { Config } from './config.js';
import { csvRows } from './csv-rows.js';
import { lineSlices, type Line } from './lines.js';
import { LINE_FIELDS, MAX_EVENTS, MAX_SALESFORCE_EVENTS, csvColumns, hubspotEvent, importLine, importRow, pipedriveEvent, rowAsLine, salesforceChange, verifyHubspot, type ImportContext, type ImportType } from './sources/index.js';

/** Lines of an import that are published together: the next ones wait for their acknowledgement. */
const LINES_AT_ONCE = 1_000;
const MAX_LISTED = 1_000;

/** Who sends, and about which account of the CRM. */
export interface Sender {
  /** Name of the import key. */
  key: string;
  account: string;
}

export interface ImportRequest extends Sender {
  platform: 'hubspot' | undefined;
  /** What the rows of a CSV file are; lines of NDJSON say it themselves. */
  type: string | undefined;
  dryRun: boolean;
}

export interface ImportAnswer {
  accepted: number;
  quarantined: number;
  /** The first 1,000; `rejected_total` counts all. */
  rejected: { line: number; code: string; field: string; message: string }[];
  rejected_total: number;
  dry_run: boolean;
}

export class Pipeline {
  constructor(private readonly config: Config, private readonly intake: Intake) {}

  /** raw body -> signature -> list of events -> records -> acknowledged by Kafka -> answer */
  webhook(request: FastifyRequest): Promise<Answer> {
    const body = rawBody(request);
    this.#verify(request, body);
    const parsed = parseJson(body);
    if (!Array.isArray(parsed)) throw badRequest('not_a_list', '', 'HubSpot sends a list of events: a JSON array is expected');
    const originals = elementSlices(body)!;
    const receivedAt = Date.now();
    return this.intake.answer({
      request,
      key: 'hubspot',
      source: 'hubspot',
      receivedAt,
      events: parsed.map((value: unknown, index) => ({ value, original: originals[index]! })),
      outcomeOf: (value) => hubspotEvent(value, { receivedAt }),
      maxEvents: MAX_EVENTS,
    });
  }

  /** raw body -> one event, or a list of them -> records -> acknowledged by Kafka -> answer */
  async salesforce(request: FastifyRequest, { key, account }: Sender): Promise<Answer> {
    const body = rawBody(request);
    const parsed = parseJson(body);
    const receivedAt = Date.now();
    const batch = { request, key, source: `salesforce:${account}`, receivedAt, outcomeOf: (value: unknown) => salesforceChange(value, { receivedAt, accountId: account }), maxEvents: MAX_SALESFORCE_EVENTS };
    if (!Array.isArray(parsed)) return this.intake.answerOne({ ...batch, events: [{ value: parsed, original: body }] });
    const originals = elementSlices(body)!;
    return this.intake.answer({ ...batch, events: parsed.map((value: unknown, index) => ({ value, original: originals[index]! })) });
  }

  /** Basic authentication -> one event -> records -> acknowledged by Kafka -> answer; 400 where it is none of Pipedrive's */
  async pipedrive(request: FastifyRequest): Promise<Answer> {
    const source = `pipedrive:${this.#pipedriveAccount(request)}`;
    const original = rawBody(request);
    const value = parseJson(original);
    const ctx = { receivedAt: Date.now(), source };
    return this.intake.answerOne({ request, key: source, ...ctx, events: [{ value, original }], outcomeOf: () => pipedriveEvent(value, ctx) });
  }

  /** raw body -> lines -> records, a thousand lines at a time -> acknowledged by Kafka -> answer; a dry run publishes nothing */
  async import(request: FastifyRequest, { key, account, platform, type, dryRun }: ImportRequest): Promise<ImportAnswer> {
    const context: ImportContext = { receivedAt: Date.now(), source: `import:${account}`, accountId: account, ...(platform ? { platform } : {}) };
    const isCsv = /^text\/csv\b/i.test(request.headers['content-type'] ?? '');
    const lines = isCsv ? rowsOf(rawBody(request), type, context) : linesOf(rawBody(request), context);
    const answer: ImportAnswer = { accepted: 0, quarantined: 0, rejected: [], rejected_total: 0, dry_run: dryRun };
    for (const chunk of chunksOf(lines, LINES_AT_ONCE)) {
      const result = dryRun ? tryOut(chunk) : await this.intake.answer({
        request, key, source: context.source, receivedAt: context.receivedAt, outcomeOf: (line) => (line as ImportedLine).outcome(),
        events: chunk.map((line) => ({ value: line, original: line.original(), ...(platform ? { shared: { platform } } : {}) })),
      });
      answer.accepted += result.accepted;
      answer.quarantined += result.quarantined;
      answer.rejected_total += result.rejected.length;
      const listed = result.rejected.map(({ index, ...rejection }) => ({ line: chunk[index]!.number, ...rejection }));
      answer.rejected.push(...listed.slice(0, MAX_LISTED - answer.rejected.length));
    }
    return answer;
  }

  /** The name of the key that is the password, whatever the user name. Throws IntakeError 404 where no keys are set, 401 for any other password. */
  #pipedriveAccount(request: FastifyRequest): string {
    const keys = this.config.PIPEDRIVE_WEBHOOK_KEYS;
    if (!keys) throw new IntakeError(404, { code: 'not_configured', field: '', message: 'this platform is not set up here: set PIPEDRIVE_WEBHOOK_KEYS' });
    const name = verifyKey(keys, basicCredentials(request.headers.authorization)?.password ?? '');
    if (name === undefined) throw unauthorised('Basic realm="webhook"', 'send a key of PIPEDRIVE_WEBHOOK_KEYS as the password of Basic authentication: http_auth_password of the webhook');
    return name;
  }

  #verify(request: FastifyRequest, body: Buffer): void {
    const header = (name: string) => String(request.headers[name] ?? '');
    const verified = verifyHubspot({
      secret: this.config.HUBSPOT_CLIENT_SECRET, method: request.method, uri: this.config.HUBSPOT_WEBHOOK_URL, body,
      timestamp: header('x-hubspot-request-timestamp'), signature: header('x-hubspot-signature-v3'), now: Date.now(),
      undatedSignature: header('x-hubspot-signature'), version: header('x-hubspot-signature-version'), allowUndated: this.config.HUBSPOT_ALLOW_V1_V2,
    });
    if (verified.ok) return;
    const { code, field, message } = verified;
    throw new IntakeError(401, { code, field, message });
  }
}

interface ImportedLine extends Line {
  outcome: () => Outcome;
  /** What quarantine keeps of it. */
  original: () => Buffer;
}

function* linesOf(body: Buffer, context: ImportContext): Generator<ImportedLine> {
  for (const line of lineSlices(body)) yield { ...line, outcome: () => importLine(line.bytes, line.number, context), original: () => line.bytes };
}

/** The rows under the header. Throws 400 where it is not said what they are, or the header names a column that they do not have. */
function rowsOf(body: Buffer, type: string | undefined, context: ImportContext): Generator<ImportedLine> {
  if (type === undefined || !Object.hasOwn(LINE_FIELDS, type)) throw badRequest('enum', 'type', `say what the rows of the CSV file are: ?type=${Object.keys(LINE_FIELDS).join(', ')}`);
  const rows = csvRows(body);
  const header = rows.next().value;
  if (!header || header.fault) throw badRequest('required', 'header', 'the first line must name the columns');
  const columns = csvColumns(header.cells, type as ImportType);
  if (!Array.isArray(columns)) throw new IntakeError(400, columns);
  return (function* () {
    for (const row of rows) yield { ...row, outcome: () => importRow(row, columns, type as ImportType, context), original: () => rowAsLine(row, columns, type as ImportType) };
  })();
}

function* chunksOf<T>(items: Iterable<T>, size: number): Generator<T[]> {
  let chunk: T[] = [];
  for (const item of items) {
    if (chunk.push(item) < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

function tryOut(lines: ImportedLine[]): Answer {
  const answer: Answer = { accepted: 0, quarantined: 0, rejected: [] };
  for (const [index, line] of lines.entries()) {
    const outcome = line.outcome();
    if (outcome.status === 'rejected') answer.rejected.push({ index, ...outcome.rejection });
    else if (outcome.status === 'quarantined') answer.quarantined += 1;
    else answer.accepted += 1;
  }
  return answer;
}
