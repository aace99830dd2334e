// The whole flow of the crm service: HubSpot's webhooks and imports become records of the crm products.
import type { FastifyRequest } from 'fastify';
import { IntakeError, badRequest, elementSlices, parseJson, rawBody, unauthorised, type Answer, type Intake } from '@tideway/intake';
import type { Config } from './config.js';
import { lineSlices, type Line } from './lines.js';
import { MAX_EVENTS, hubspotEvent, importLine, verifyHubspotV3 } from './sources/index.js';

/** Lines of an import that are published together: the next ones wait for their acknowledgement. */
const LINES_AT_ONCE = 1_000;
const MAX_LISTED = 1_000;

export interface ImportRequest {
  /** Name of the import key. */
  key: string;
  account: string;
  platform: 'hubspot' | undefined;
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

  /** raw body -> lines -> records, a thousand lines at a time -> acknowledged by Kafka -> answer; a dry run publishes nothing */
  async import(request: FastifyRequest, { key, account, platform, dryRun }: ImportRequest): Promise<ImportAnswer> {
    const lines = lineSlices(rawBody(request));
    const context = { receivedAt: Date.now(), source: `import:${account}`, accountId: account, ...(platform ? { platform } : {}) };
    const outcomeOf = ({ bytes, number }: Line) => importLine(bytes, number, context);
    const answer: ImportAnswer = { accepted: 0, quarantined: 0, rejected: [], rejected_total: 0, dry_run: dryRun };
    for (let from = 0; from < lines.length; from += LINES_AT_ONCE) {
      const chunk = lines.slice(from, from + LINES_AT_ONCE);
      const result = dryRun ? tryOut(chunk, outcomeOf) : await this.intake.answer({
        request, key, source: context.source, receivedAt: context.receivedAt, outcomeOf: (line) => outcomeOf(line as Line),
        events: chunk.map((line) => ({ value: line, original: line.bytes, ...(platform ? { shared: { platform } } : {}) })),
      });
      answer.accepted += result.accepted;
      answer.quarantined += result.quarantined;
      answer.rejected_total += result.rejected.length;
      const listed = result.rejected.map(({ index, ...rejection }) => ({ line: chunk[index]!.number, ...rejection }));
      answer.rejected.push(...listed.slice(0, MAX_LISTED - answer.rejected.length));
    }
    return answer;
  }

  #verify(request: FastifyRequest, body: Buffer): void {
    const header = (name: string) => String(request.headers[name] ?? '');
    const verified = verifyHubspotV3({
      secret: this.config.HUBSPOT_CLIENT_SECRET, method: request.method, uri: this.config.HUBSPOT_WEBHOOK_URL, body,
      timestamp: header('x-hubspot-request-timestamp'), signature: header('x-hubspot-signature-v3'), now: Date.now(),
    });
    if (verified.ok) return;
    throw new IntakeError(401, { ...unauthorised('HubSpot-Signature-v3', '').rejection, code: verified.code, field: 'x-hubspot-signature-v3', message: verified.message });
  }
}

function tryOut(lines: Line[], outcomeOf: (line: Line) => ReturnType<typeof importLine>): Answer {
  const answer: Answer = { accepted: 0, quarantined: 0, rejected: [] };
  for (const [index, line] of lines.entries()) {
    const outcome = outcomeOf(line);
    if (outcome.status === 'rejected') answer.rejected.push({ index, ...outcome.rejection });
    else if (outcome.status === 'quarantined') answer.quarantined += 1;
    else answer.accepted += 1;
  }
  return answer;
}
