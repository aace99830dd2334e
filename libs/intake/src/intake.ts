// Native events to an answer: each through its source, the records acknowledged by Kafka before anybody is told so.
import type { FastifyRequest } from 'fastify';
import type { Outcome, Rejection } from '@tideway/contracts';
import type { OutcomeItem, Published, Publisher } from '@tideway/kafka';
import { errorText, type Logger, type Metrics } from '@tideway/service';
import { IntakeError, rateLimited, unavailable } from './errors.js';
import { InFlight, type InFlightLimits } from './in-flight.js';
import { RateLimit, type RateLimits } from './rate-limit.js';

/** One event of a platform, parsed, with the bytes it came as. */
export interface NativeEvent {
  value: unknown;
  original: Buffer;
  /** What the request says beside the bytes, as JSON values: a replay from quarantine needs it. */
  shared?: Record<string, unknown>;
  /** Its place among events of the same bytes, where it makes them different events. */
  place?: number;
}

/** Events of one request, in its order. */
export interface EventBatch {
  request: FastifyRequest;
  /** Name of the sender's key, for its share of the rate. */
  key: string;
  /** Source format and account, e.g. `segment:shop`. */
  source: string;
  events: NativeEvent[];
  /** Milliseconds: the same that the source is told. Default: now. */
  receivedAt?: number;
  /** The source: pure, never throws. `index` is the event's place in the request. */
  outcomeOf: (value: unknown, index: number) => Outcome;
  /** Larger events are rejected as `too_large`. */
  maxEventBytes?: number;
  /** Events beyond this number are rejected as `too_many`. */
  maxEvents?: number;
}

/** What a sender is told: how many events are stored, how many stored apart for their faults, and which it must mend. */
export interface Answer {
  accepted: number;
  quarantined: number;
  rejected: (Rejection & { index: number })[];
}

export interface IntakeOptions {
  publisher: Pick<Publisher, 'publishOutcomes'>;
  logger: Logger;
  metrics: Metrics;
  rate: RateLimits;
  inFlight: InFlightLimits;
  /** After so long without an acknowledgement the sender is asked to send again. Default 8 s: libraries give up after 10. */
  deadlineMs?: number;
}

const DEADLINE_MS = 8_000;

export class Intake {
  readonly inFlight: InFlight;
  readonly #rate: RateLimit;
  readonly #events;

  constructor(private readonly options: IntakeOptions) {
    const { metrics } = options;
    this.#rate = new RateLimit(options.rate);
    this.#events = metrics.counter('tideway_intake_events_total', 'Native events by what became of them', ['source', 'outcome']);
    this.inFlight = new InFlight(options.inFlight, metrics.gauge('tideway_intake_in_flight', 'Bytes and events in hand', ['unit']));
  }

  /**
   * Answers once Kafka has acknowledged every record and every quarantined event. Rejects with IntakeError 429, or 503
   * (`outage`, `overloaded`): then the whole request is to be sent again, and event ids keep it from counting twice.
   */
  async answer(batch: EventBatch): Promise<Answer> {
    const seconds = this.#rate.take(batch.key, batch.events.length);
    if (seconds > 0) throw rateLimited(seconds);
    return this.#withinDeadline(this.inFlight.work(batch.request.raw, batch.events.length, () => this.#publish(batch)));
  }

  /** As `answer`, for the one event of a request: a rejection is the request's, 400. */
  async answerOne(batch: EventBatch): Promise<Answer> {
    const answer = await this.answer(batch);
    const [rejected] = answer.rejected;
    if (!rejected) return answer;
    const { index: _first, ...rejection } = rejected;
    throw new IntakeError(400, rejection);
  }

  async #publish({ events, source, outcomeOf, maxEventBytes, maxEvents, receivedAt = Date.now() }: EventBatch): Promise<Answer> {
    const rejected: Answer['rejected'] = [];
    const items: OutcomeItem[] = [];
    const places: number[] = [];
    for (const [index, { value, original, shared, place }] of events.entries()) {
      const refused = refusal(index, original.length, maxEvents, maxEventBytes);
      const outcome: Outcome = refused ? { status: 'rejected', rejection: refused } : outcomeOf(value, index);
      if (outcome.status === 'rejected') rejected.push({ index, ...outcome.rejection });
      else {
        const context = { received_at: receivedAt, index, ...(shared ? { shared } : {}) };
        places[items.push({ outcome, original, source, context, ...(place === undefined ? {} : { place }) }) - 1] = index;
      }
    }
    const published = await this.#acknowledged(items);
    // What quarantine could not hold either is the sender's again: kept nowhere, and no better the next time.
    for (const { index, ...rejection } of published.rejected) rejected.push({ index: places[index]!, ...rejection });
    rejected.sort((a, b) => a.index - b.index);
    const { accepted, quarantined } = published;
    for (const [outcome, count] of Object.entries({ accepted, quarantined, rejected: rejected.length })) this.#events.inc({ source, outcome }, count);
    return { accepted, quarantined, rejected };
  }

  async #acknowledged(items: OutcomeItem[]): Promise<Published> {
    if (items.length === 0) return { accepted: 0, quarantined: 0, rejected: [] };
    try {
      return await this.options.publisher.publishOutcomes(items);
    } catch (error) {
      // Whatever the reason is: nothing was acknowledged as a whole, so the sender must keep it and send it again.
      this.options.logger.warn({ error: errorText(error), events: items.length }, 'not stored; the sender is asked to send again');
      throw unavailable('outage', 'the events could not be stored: send them again');
    }
  }

  async #withinDeadline<T>(work: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(unavailable('outage', 'the events are not stored yet: send them again')), this.options.deadlineMs ?? DEADLINE_MS);
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Why an event is refused before anybody reads it: by its place or by its size. */
export function refusal(index: number, bytes: number, maxEvents = Infinity, maxBytes = Infinity): Rejection | undefined {
  if (index >= maxEvents) return { code: 'too_many', field: '', message: `a request may have at most ${maxEvents} events: send the rest in another` };
  if (bytes > maxBytes) return { code: 'too_large', field: '', message: `an event may have at most ${maxBytes} bytes, this one has ${bytes}` };
  return undefined;
}
