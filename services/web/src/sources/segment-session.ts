// The session that a call belongs to: Segment has no field of its own for it, libraries and destinations each have one.
import { asObject, at, Fields, own, type JsonObject, type Problems } from './payload.js';

/** Destinations whose session id libraries pass along, e.g. `integrations: {"Actions Amplitude": {"session_id": 1}}`. */
const DESTINATIONS = ['Actions Google Analytic 4', 'Google Analytics 4', 'Actions Amplitude', 'Amplitude'];

/** The session id of the properties, of the context, or of a destination's settings; null where there is none. */
export function sessionIdOf(message: JsonObject, problems: Problems): string | null {
  const places: [string, unknown][] = [
    ['properties', own(message, 'properties')],
    ['context', own(message, 'context')],
    ...['integrations', 'context.integrations'].flatMap((path) =>
      DESTINATIONS.map((name): [string, unknown] => [`${path}.${name}`, at(message, ...path.split('.'), name)])),
  ];
  for (const [path, place] of places) {
    const id = new Fields(asObject(place), path, problems).id('sessionId', 'session_id');
    if (id !== null) return id;
  }
  return null;
}
