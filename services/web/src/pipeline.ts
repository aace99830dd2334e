// The whole flow of the web service: calls of Segment's libraries become records of the web products.
import type { FastifyRequest } from 'fastify';
import { badRequest, basicCredentials, elementSlices, parseJson, rawBody, unauthorised, verifyKey, type Answer, type EventBatch, type HashedKey, type Intake, type NativeEvent } from '@tideway/intake';
import { batchCalls, isUnnamed, segmentEvent, sharedByBatch, singleCall } from './sources/index.js';

/** Segment's limits: https://segment.com/docs/connections/sources/catalog/libraries/server/http-api/#errors */
export const MAX_EVENT_BYTES = 32 * 1024;
export const MAX_BATCH_BYTES = 500 * 1024;
export const MAX_BATCH_EVENTS = 2_500;

// By the name in the path: the long one of server libraries, the first letter of analytics.js.
const CALLS = new Map(['track', 'identify', 'page', 'screen', 'group', 'alias'].flatMap((call) => [[call, call], [call[0]!, call]]));

export class Pipeline {
  constructor(private readonly intake: Intake, private readonly keys: HashedKey[]) {}

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

  /** The name of the write key, which is the user name of Basic authentication or stands in the body, and the parsed body. */
  #read(request: FastifyRequest): { key: string; body: unknown } {
    const user = basicCredentials(request.headers.authorization)?.user;
    // Before the body is parsed, where a header says who it is.
    const known = user === undefined ? undefined : this.#verified(user);
    const body = parseJson(rawBody(request));
    return { key: known ?? this.#verified((body as { writeKey?: unknown } | null)?.writeKey), body };
  }

  #verified(writeKey: unknown): string {
    const name = typeof writeKey === 'string' ? verifyKey(this.keys, writeKey) : undefined;
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
