// The whole flow of the web service: what its source formats carry becomes records of the web products.
import type { FastifyRequest } from 'fastify';
import { badRequest, basicCredentials, bearerToken, elementSlices, parseJson, rawBody, refusal, unauthorised, verifyKey, type Answer, type EventBatch, type Intake, type NativeEvent } from '@tideway/intake';
import type { Config } from './config.js';
import { batchCalls, cloudEvent, cloudEvents, ga4Event, ga4Request, isUnnamed, payloadEvents, segmentEvent, sharedByBatch, singleCall, snowplowEvent, validationMessage, type ValidationMessage } from './sources/index.js';

/** Segment's limits: https://segment.com/docs/connections/sources/catalog/libraries/server/http-api/#errors */
export const MAX_EVENT_BYTES = 32 * 1024;
export const MAX_BATCH_BYTES = 500 * 1024;
export const MAX_BATCH_EVENTS = 2_500;
/** https://developers.google.com/analytics/devguides/collection/protocol/ga4/sending-events#limitations */
const MAX_GA4_EVENTS = 25;
/** Entities in base64 make events long: a transaction of 100 products fits. */
const MAX_SNOWPLOW_EVENT_BYTES = 100 * 1024;

// By the name in the path: the long one of server libraries, the first letter of analytics.js.
const CALLS = new Map(['track', 'identify', 'page', 'screen', 'group', 'alias'].flatMap((call) => [[call, call], [call[0]!, call]]));

export class Pipeline {
  constructor(private readonly intake: Intake, private readonly config: Pick<Config, 'WEB_WRITE_KEYS' | 'WEB_GA4_API_SECRETS' | 'WEB_SNOWPLOW_APP_IDS'>) {}

  /** body -> write key -> one call, its type from the path -> records -> acknowledged by Kafka -> answer; 400 where it is unusable */
  async single(request: FastifyRequest, name: string): Promise<Answer> {
    const { key, body } = this.#read(request);
    const type = CALLS.get(name);
    if (type === undefined) throw badRequest('unknown_type', 'type', `there is no such call: ${[...new Set(CALLS.values())].join(', ')} or batch`);
    return this.intake.answerOne(eventsOf(request, key, [{ value: singleCall(body, type), original: rawBody(request), shared: { type } }]));
  }

  /** body -> write key -> its calls, with what the batch says for all -> records -> acknowledged by Kafka -> answer */
  async batch(request: FastifyRequest): Promise<Answer> {
    const { key, body } = this.#read(request);
    return this.intake.answer(eventsOf(request, key, batchEvents(body, rawBody(request))));
  }

  /** query -> API secret and stream -> body -> its events, with what it says for all -> records -> acknowledged by Kafka -> answer */
  async ga4(request: FastifyRequest): Promise<Answer> {
    return this.intake.answer(this.#ga4Events(request));
  }

  /** As `ga4`, but what would be refused or quarantined is told in Google's form, and nothing is stored. */
  ga4Validation(request: FastifyRequest): { validationMessages: ValidationMessage[] } {
    const { events, outcomeOf, maxEvents, maxEventBytes } = this.#ga4Events(request);
    const validationMessages = events.flatMap(({ value, original }, index) => {
      const refused = refusal(index, original.length, maxEvents, maxEventBytes);
      const outcome = refused ? { status: 'rejected' as const, rejection: refused } : outcomeOf(value, index);
      return outcome.status === 'records' ? [] : [validationMessage(outcome.rejection)];
    });
    return { validationMessages };
  }

  #ga4Events(request: FastifyRequest): EventBatch {
    const query = new URL(request.url, 'http://localhost').searchParams;
    const key = verifyKey(this.config.WEB_GA4_API_SECRETS, query.get('api_secret') ?? '');
    if (key === undefined) throw unauthorised('api_secret', 'send a valid API secret as ?api_secret=');
    const stream = query.get('measurement_id') || query.get('firebase_app_id');
    if (!stream) throw badRequest('required', 'measurement_id', 'name the data stream: ?measurement_id=G-... (firebase_app_id of an app)');
    const body = ga4Request(parseJson(rawBody(request)));
    if ('code' in body) throw badRequest(body.code, body.field, body.message);
    const ctx = { receivedAt: Date.now(), source: `ga4:${key}`, stream, request: body.request };
    return {
      request, key: ctx.source, source: ctx.source, receivedAt: ctx.receivedAt, maxEventBytes: MAX_EVENT_BYTES, maxEvents: MAX_GA4_EVENTS,
      // Kept as a request of its own: without who it was, equal events of two people would be one, and nobody could mend it.
      events: body.events.map((value, index) => ({ value, original: Buffer.from(JSON.stringify({ ...body.request, events: [value] })), shared: { stream }, ...(index > 0 ? { place: index } : {}) })),
      outcomeOf: (value, index) => ga4Event(value, { ...ctx, index }),
    };
  }

  /** body -> its events -> app id, in the place of a key -> records -> acknowledged by Kafka -> answer */
  async snowplow(request: FastifyRequest): Promise<Answer> {
    const events = payloadEvents(parseJson(rawBody(request)));
    if (!Array.isArray(events)) throw badRequest(events.code, events.field, events.message);
    const originals = elementSlices(rawBody(request), 'data')!;
    return this.intake.answer(this.#snowplowEvents(request, events.map((value, index) => ({ value, original: originals[index]! }))));
  }

  /** As `snowplow`, of the one event that a query is. */
  async snowplowPixel(request: FastifyRequest): Promise<Answer> {
    const query = request.url.slice((request.url + '?').indexOf('?') + 1);
    // Kept as the element of a POST that it might have been, so that values of it can be corrected.
    const event = Object.fromEntries(new URLSearchParams(query));
    return this.intake.answerOne(this.#snowplowEvents(request, [{ value: event, original: Buffer.from(JSON.stringify(event)) }]));
  }

  #snowplowEvents(request: FastifyRequest, events: EventBatch['events']): EventBatch {
    const appId = this.config.WEB_SNOWPLOW_APP_IDS.find((id) => id === (events[0]!.value as { aid?: unknown } | null)?.aid);
    if (appId === undefined) throw unauthorised('Snowplow-aid', 'aid must be one of WEB_SNOWPLOW_APP_IDS');
    const ctx = { receivedAt: Date.now(), source: `snowplow:${appId}`, appId, userAgent: request.headers['user-agent'] ?? '' };
    const shared = { userAgent: ctx.userAgent };
    return {
      request, key: ctx.source, source: ctx.source, receivedAt: ctx.receivedAt, events: events.map((event) => ({ ...event, shared })),
      outcomeOf: (value, index) => snowplowEvent(value, { ...ctx, index }), maxEventBytes: MAX_SNOWPLOW_EVENT_BYTES, maxEvents: MAX_BATCH_EVENTS,
    };
  }

  /** write key -> message in one of three modes -> its events -> records -> acknowledged by Kafka -> answer; 400 where a single one is unusable */
  async cloudEvents(request: FastifyRequest): Promise<Answer> {
    const key = verifyKey(this.config.WEB_WRITE_KEYS, bearerToken(request.headers.authorization) ?? '');
    if (key === undefined) throw unauthorised('Bearer realm="write key"', 'send a write key as "Authorization: Bearer <key>"');
    const { events, batch } = cloudEvents(request.headers, rawBody(request));
    const ctx = { receivedAt: Date.now(), source: `cloudevents:${key}` };
    const native: EventBatch = { request, key, ...ctx, events, outcomeOf: (value) => cloudEvent(value, ctx), maxEventBytes: MAX_EVENT_BYTES, maxEvents: MAX_BATCH_EVENTS };
    return batch ? this.intake.answer(native) : this.intake.answerOne(native);
  }

  /** The name of the write key, which is the user name of Basic authentication or stands in the body, and the parsed body. */
  #read(request: FastifyRequest): { key: string; body: unknown } {
    const user = basicCredentials(request.headers.authorization)?.user;
    // Before the body is parsed, where a header says who it is.
    const known = user === undefined ? undefined : this.#verified(user);
    const body = parseJson(rawBody(request));
    return { key: known ?? this.#verified((body as { writeKey?: unknown } | null)?.writeKey), body };
  }

  #verified(writeKey: unknown): string {
    const name = typeof writeKey === 'string' ? verifyKey(this.config.WEB_WRITE_KEYS, writeKey) : undefined;
    if (name === undefined) throw unauthorised('Basic realm="write key"', 'send a valid write key: as the user name of Basic authentication with no password, or as writeKey in the body');
    return name;
  }
}

/** The calls of a batch, with what replays of single ones need. Throws IntakeError 400 where `batch` is no list. */
export function batchEvents(body: unknown, raw: Buffer): NativeEvent[] {
  const calls = batchCalls(body);
  const originals = elementSlices(raw, 'batch')!;
  const shared = sharedByBatch(body);
  return calls.map((value, index) => ({ value, original: originals[index]!, shared, ...(isUnnamed(value) && index > 0 ? { place: index } : {}) }));
}

function eventsOf(request: FastifyRequest, key: string, events: EventBatch['events']): EventBatch {
  const ctx = { receivedAt: Date.now(), source: `segment:${key}` };
  return { request, key, ...ctx, events, outcomeOf: (value, index) => segmentEvent(value, { ...ctx, index }), maxEventBytes: MAX_EVENT_BYTES, maxEvents: MAX_BATCH_EVENTS };
}
