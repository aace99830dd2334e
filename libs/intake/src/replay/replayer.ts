// Replays what was refused: the original, corrected, through the same source with the same context, or as a record of
// its product. Event ids stay what they were, so that a replay that is asked for again adds nothing.
import { productOf, type OperationsQuarantineReplays, type Outcome, type Product, type ProductRecord, type Rejection } from '@tideway/contracts';
import { Decoder, quarantineRecord, replayRecord, type Publisher, type QuarantineContext, type RecordContext, type SchemaRegistry } from '@tideway/kafka';
import { PermanentError, type Metrics } from '@tideway/service';
import { validate as isUuid } from 'uuid';
import { IntakeError, badRequest } from '../errors.js';
import { parseJson } from '../json.js';
import { correctedBytes, correctedPaths } from './correction.js';
import type { ReplayEntry, ReplayRequest } from './request.js';

/** What a source is given beside the bytes, as at the first receipt. */
export interface ReplayContext {
  /** Milliseconds. */
  receivedAt: number;
  /** Source format and account, e.g. `segment:shop`. */
  source: string;
  /** The event's place in its request. */
  index: number;
  /** What the pipeline gave as `shared` with the event. */
  shared: Record<string, unknown>;
}

/**
 * How a service replays: its sources by format, which is `source` up to the first colon. Each makes of the bytes and
 * the context of an event what its route made of them, event ids included. It may throw IntakeError where the bytes
 * are unreadable.
 */
export type ReplaySources = Record<string, (original: Buffer, context: ReplayContext) => Outcome>;

export interface ReplayerOptions {
  /** Name of the service, as quarantine has it. */
  service: string;
  sources: ReplaySources;
  /** The products that the publisher has: those of the domain, and those of `operations`. */
  products: Product[];
  registry: SchemaRegistry;
  publisher: Pick<Publisher, 'publish' | 'publishOutcomes' | 'refusalOf'>;
  metrics: Metrics;
}

/** What became of a replay. `records` are those that a dry run would have published. */
export interface ReplayAnswer {
  id: string;
  outcome: 'replayed' | 'refused';
  dry_run: boolean;
  event_ids: string[];
  rejection?: Rejection;
  /** Entry that keeps the corrected bytes, where they were refused. */
  quarantined_as?: string;
  records?: ProductRecord[];
}

type Kept = Exclude<Outcome, { status: 'rejected' }>;

interface Attempt {
  bytes: Buffer;
  outcome: Outcome;
  /** The bytes are a record of the product, no native event. */
  record: boolean;
}

export class Replayer {
  readonly #replays;

  constructor(private readonly options: ReplayerOptions) {
    // A service that cannot record its replays would find out at the first of them.
    for (const id of ['operations.quarantine', 'operations.quarantine-replays']) productOf(options.products, id);
    this.#replays = options.metrics.counter('tideway_quarantine_replays_total', 'Replays by what became of them', ['outcome']);
  }

  /**
   * Replays one entry for `by`; a dry run says what would become of it. Records are acknowledged before the replay is
   * recorded: a crash between leaves the entry open, and asking again changes nothing. Rejects with IntakeError 400
   * where the request cannot be served here, and with RetryableError in an outage: ask again.
   */
  async replay(request: ReplayRequest, by: string): Promise<ReplayAnswer> {
    const { entry, dry_run } = request;
    const attempt = await this.#attempt(request);
    const rejection = await this.#refusalOf(attempt.outcome);
    const records = attempt.outcome.status === 'records' ? attempt.outcome.records : [];
    const event_ids = rejection ? [] : records.map(({ record }) => (record as { event_id?: string }).event_id ?? '').filter(Boolean);
    const answer: ReplayAnswer = { id: entry.event_id, outcome: rejection ? 'refused' : 'replayed', dry_run, event_ids, ...(rejection ? { rejection } : {}) };
    if (dry_run) return { ...answer, ...(rejection ? {} : { records }) };
    const again = rejection ? await this.#quarantine(entry, attempt, rejection) : undefined;
    if (!rejection) await this.#publish(attempt, entry);
    await this.options.publisher.publish('operations.quarantine-replays', [this.#replayRecord(request, attempt, answer, by, again)]);
    this.#replays.inc({ outcome: answer.outcome });
    return { ...answer, ...(again ? { quarantined_as: again } : {}) };
  }

  /** entry -> corrected bytes -> the source, or the record -> outcome */
  async #attempt({ entry, body, set }: ReplayRequest): Promise<Attempt> {
    const correction = { ...(body === undefined ? {} : { body }), ...(set === undefined ? {} : { set }) };
    if (body === undefined && entry.original.length === 0) {
      throw badRequest('original_left_out', 'entry.original', 'the entry has no bytes: they were beyond what quarantine keeps of a source in an hour, or there were none; give them as "body"');
    }
    const context = contextOf(entry);
    if ('record' in context) return this.#attemptRecord(entry, correction, context.record === 'json');
    const bytes = correctedBytes(entry.original, correction);
    return { bytes, outcome: this.#ofSource(entry, bytes, context), record: false };
  }

  #ofSource({ service, source = '' }: ReplayEntry, bytes: Buffer, context: QuarantineContext): Outcome {
    const format = source.split(':')[0]!;
    const own = Object.hasOwn(this.options.sources, format) ? this.options.sources[format] : undefined;
    if (service !== this.options.service || !own) throw this.#wrongService(`an event of ${source || 'no source'}, which ${service} refused`);
    try {
      return own(bytes, { receivedAt: context.received_at, source, index: context.index, shared: context.shared ?? {} });
    } catch (error) {
      if (error instanceof IntakeError) return { status: 'rejected', rejection: error.rejection };
      throw error;
    }
  }

  async #attemptRecord(entry: ReplayEntry, correction: { body?: string; set?: Record<string, unknown> }, isJson: boolean): Promise<Attempt> {
    const product = this.options.products.find(({ id, domain }) => id === entry.product && domain !== 'operations');
    if (!product) throw this.#wrongService(`a record of ${entry.product ?? 'no product'}`);
    const decoded = await this.#decoded(product, entry.original, isJson);
    if (decoded === undefined && correction.body === undefined) {
      throw badRequest('not_decodable', 'entry.original', `the original is no record of ${product.id} that can be read: give the whole record as "body"`);
    }
    const bytes = correctedBytes(Buffer.from(JSON.stringify(decoded ?? null)), correction);
    const record = parseJson(bytes);
    const [before, after] = [decoded, record].map((value) => (value as { event_id?: unknown } | null | undefined)?.event_id);
    if (isUuid(before) && before !== after) throw badRequest('event_id', 'event_id', `a replay keeps its event_id, which is ${String(before)}`);
    return { bytes, outcome: { status: 'records', records: [{ product: product.id, record } as unknown as ProductRecord] }, record: true };
  }

  async #decoded(product: Product, original: Buffer, isJson: boolean): Promise<unknown> {
    try {
      return isJson ? parseJson(original) : await new Decoder<unknown>(this.options.registry, product).decode(original);
    } catch (error) {
      if (error instanceof PermanentError || error instanceof IntakeError) return undefined;
      throw error;
    }
  }

  async #refusalOf(outcome: Outcome): Promise<Rejection | undefined> {
    if (outcome.status !== 'records') return outcome.rejection;
    return (await this.options.publisher.refusalOf(outcome))?.rejection;
  }

  async #publish({ outcome, bytes }: Attempt, entry: ReplayEntry): Promise<void> {
    await this.options.publisher.publishOutcomes([{ outcome: outcome as Kept, original: bytes, source: entry.source ?? '' }]);
  }

  /** Keeps corrected bytes that were refused as an entry of their own; undefined where they are those of the entry. */
  async #quarantine(entry: ReplayEntry, { bytes, outcome, record }: Attempt, rejection: Rejection): Promise<string | undefined> {
    if (bytes.equals(entry.original)) return undefined;
    const product = outcome.status === 'quarantined' ? outcome.product : entry.product;
    const context = record ? { record: 'json' } as const : contextOf(entry) as QuarantineContext;
    const kept = quarantineRecord({
      service: this.options.service, stage: outcome.status === 'records' ? 'contract' : 'intake', rejection, original: bytes, context,
      ...(product ? { product } : {}), ...(entry.source ? { source: entry.source } : {}), ...(entry.origin ? { origin: entry.origin } : {}), replayOf: firstOf(entry),
    });
    await this.options.publisher.publish('operations.quarantine', [kept]);
    return kept.event_id;
  }

  #replayRecord(request: ReplayRequest, { bytes }: Attempt, { outcome, event_ids, rejection }: ReplayAnswer, by: string, again: string | undefined): OperationsQuarantineReplays {
    return replayRecord({
      quarantine_id: request.entry.event_id, first_id: firstOf(request.entry), service: this.options.service, replayed_by: by, outcome, event_ids,
      code: rejection?.code ?? null, field: rejection?.field || null, reason: rejection?.message ?? null,
      corrected: correctedPaths({ ...(request.body === undefined ? {} : { body: request.body }), ...(request.set ? { set: request.set } : {}) }),
      quarantined_as: again ?? null,
    }, bytes);
  }

  #wrongService(what: string): IntakeError {
    const domains = [...new Set(this.options.products.map(({ domain }) => domain))].filter((domain) => domain !== 'operations');
    return badRequest('wrong_service', 'entry', `${what} is not replayed by ${this.options.service}: it has ${Object.keys(this.options.sources).join(', ')} and the products of ${domains.join(', ')}. `
      + 'Ask the service of its domain; what customer, segments and personalization make is made anew from their inputs');
  }
}

function firstOf(entry: ReplayEntry): string {
  return entry.replay_of ?? entry.event_id;
}

/** The context that an entry was kept with. Throws IntakeError 400 for a native event without one. */
function contextOf(entry: ReplayEntry): QuarantineContext | { record: 'json' | 'avro' } {
  const context = entry.context === undefined ? undefined : parseJson(Buffer.from(entry.context)) as Partial<QuarantineContext & RecordContext> | null;
  if (context?.record === 'json') return { record: 'json' };
  if (typeof context?.received_at === 'number' && typeof context.index === 'number') return context as QuarantineContext;
  if (entry.origin !== undefined) return { record: 'avro' };
  throw badRequest('no_context', 'entry.context', 'the entry was kept without what a replay needs (before 0.1.0, or beyond the bounds of quarantine): let the sender send it once more');
}
