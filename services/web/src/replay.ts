// How the web service replays what its sources refused: by format, with the context of the first receipt.
import { badRequest, parseJson, type ReplaySources } from '@tideway/intake';
import { callOf, cloudEvent, ga4Event, ga4Request, segmentEvent, snowplowEvent } from './sources/index.js';

const text = (value: unknown) => (typeof value === 'string' ? value : '');

export const replaySources: ReplaySources = {
  segment: (original, { receivedAt, source, index, shared }) => segmentEvent(callOf(parseJson(original), shared), { receivedAt, source, index }),
  // The original is a request with one event.
  ga4: (original, { receivedAt, source, index, shared }) => {
    const body = ga4Request(parseJson(original));
    if ('code' in body) throw badRequest(body.code, body.field, body.message);
    return ga4Event(body.events[0], { receivedAt, source, index, stream: text(shared['stream']), request: body.request });
  },
  snowplow: (original, { receivedAt, source, index, shared }) =>
    snowplowEvent(parseJson(original), { receivedAt, source, index, appId: source.slice('snowplow:'.length), userAgent: text(shared['userAgent']) }),
  cloudevents: (original, { receivedAt, source }) => cloudEvent(parseJson(original), { receivedAt, source }),
};
