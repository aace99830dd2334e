// The session that a call belongs to: Segment has no field of its own for it, libraries and destinations each have one.
import { asObject, at, Fields, type JsonObject, type Problems } from './payload.js';

/** Destinations whose session id libraries pass along, e.g. `integrations: {"Actions Amplitude": {"session_id": 1}}`. */
const DESTINATIONS = ['Actions Google Analytic 4', 'Google Analytics 4', 'Actions Amplitude', 'Amplitude'];

/** Where a session id may stand, in the order in which it is looked for. */
const PLACES = [['properties'], ['context'], ...[['integrations'], ['context', 'integrations']].flatMap((path) => DESTINATIONS.map((name) => [...path, name]))];

/** The session id of the properties, of the context, or of a destination's settings; null where there is none. */
export function sessionIdOf(message: JsonObject, problems: Problems): string | null {
  for (const path of PLACES) {
    const place = asObject(at(message, ...path));
    if (!place) continue;
    const id = new Fields(place, path.join('.'), problems).id('sessionId', 'session_id');
    if (id !== null) return id;
  }
  return null;
}
