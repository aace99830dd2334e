// What every Snowplow event has: its id, its time by the tracker's two clocks, and who did it.
// https://docs.snowplow.io/docs/events/going-deeper/event-parameters/
import type { Rejection } from '@tideway/contracts';
import { canonical, derivedId, identifiersFrom, plausibleTime, type EnvelopeResult, type SourceContext } from './envelope.js';
import { own, scalarText, type JsonObject } from './payload.js';
import type { SelfDescribing } from './snowplow-payload.js';

const MAX_EVENT_ID = 100;

/** An event without id, as hand-made pixels send them, is known by its content and place; dtm tells two of them apart. */
export function snowplowEnvelope(event: JsonObject, contexts: SelfDescribing[], ctx: SourceContext): EnvelopeResult {
  const eventId = eventIdOf(event, ctx);
  if (typeof eventId !== 'string') return { ok: false, status: 'rejected', rejection: eventId };
  const session = contexts.find(({ name }) => name === 'client_session')?.data.object;
  const user = contexts.find(({ vendor, name }) => vendor === 'com.snowplowanalytics.snowplow.ecommerce' && name === 'user')?.data.object;
  const identifiers = identifiersFrom(
    [
      { type: 'user_id', field: 'uid', raw: own(event, 'uid') },
      { type: 'user_id', field: 'contexts.user.id', raw: own(user, 'is_guest') === true ? undefined : own(user, 'id') },
      { type: 'anonymous_id', field: 'duid', raw: own(event, 'duid') },
      { type: 'anonymous_id', field: 'contexts.client_session.userId', raw: own(session, 'userId') },
      { type: 'anonymous_id', field: 'tnuid', raw: own(event, 'tnuid') },
    ],
    [{ type: 'email_sha256', raw: own(user, 'email') }],
    { code: 'missing_identifier', field: 'duid', message: 'duid or uid is required: a tracker that sends none is set to anonymous tracking' },
  );
  if (!identifiers.ok) return identifiers;
  const time = occurredAt(event, ctx.receivedAt);
  if (typeof time !== 'number') return { ok: false, status: 'quarantined', rejection: time };
  return { ok: true, envelope: { event_id: eventId, occurred_at: time, received_at: ctx.receivedAt, source: ctx.source, identifiers: identifiers.values } };
}

function eventIdOf(event: JsonObject, ctx: SourceContext): string | Rejection {
  const eid = own(event, 'eid');
  if (eid === undefined || eid === '') {
    const { stm: _sent, ...content } = event;
    const timed = own(event, 'dtm') !== undefined || own(event, 'ttm') !== undefined;
    return derivedId(ctx.source, `${timed ? 'content' : `content at ${ctx.receivedAt}`}, event ${ctx.index ?? 0}`, canonical(content));
  }
  const text = typeof eid === 'boolean' ? undefined : scalarText(eid);
  if (text === undefined) return { code: 'type', field: 'eid', message: 'eid must be a string' };
  if (text.length > MAX_EVENT_ID) return { code: 'too_long', field: 'eid', message: `eid must have at most ${MAX_EVENT_ID} characters` };
  // Trackers write uuids in either case, and proxies change it.
  return derivedId(ctx.source, 'id', text.toLowerCase());
}

/**
 * Snowplow's derived timestamp: the true timestamp `ttm`; else receivedAt - (stm - dtm), which takes the fault out of the
 * device's clock; else, or where it was sent before it happened, receivedAt.
 * https://docs.snowplow.io/docs/events/timestamps/
 */
function occurredAt(event: JsonObject, receivedAt: number): number | Rejection {
  const times: Record<string, number | undefined> = {};
  for (const field of ['ttm', 'dtm', 'stm']) {
    const value = own(event, field);
    if (value === undefined || value === '') continue;
    times[field] = typeof value === 'number' || (typeof value === 'string' && /^\d{1,15}$/.test(value)) ? Math.floor(Number(value)) : undefined;
    if (times[field] === undefined) return { code: 'type', field, message: `${field} must be milliseconds since 1970` };
  }
  const { ttm, dtm, stm } = times;
  if (ttm !== undefined) return plausibleTime(ttm, 'ttm', receivedAt);
  return dtm === undefined || stm === undefined || stm < dtm ? receivedAt : plausibleTime(receivedAt - (stm - dtm), 'dtm', receivedAt);
}
