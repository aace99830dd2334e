// The properties of events with names of the team's own: whatever was sent, as texts, without what is personal.
import { scrubbedUnder } from './personal-data.js';
import { Fields, isExact, own, type JsonObject } from './payload.js';

/** Scalars as text, objects and lists as JSON; nulls, everything personal and the keys of `without` left out. */
export function propertyTexts(properties: Fields, without: ReadonlySet<string> = new Set()): Record<string, string> {
  const object = properties.object ?? {};
  if (Object.hasOwn(object, '__proto__')) {
    properties.problems.add('unsafe_key', properties.at('__proto__'), 'is a key that readers in JavaScript lose: use another name');
  }
  return Object.fromEntries(Object.entries(object).filter(([key]) => !without.has(key)).flatMap(([key, value]) => {
    const inexact = inexactNumber(value, properties.at(key));
    if (inexact) properties.problems.add('range', inexact, 'is beyond 2^53 and was rounded on its way: send it as a string');
    const kept = scrubbedUnder(key, value);
    if (kept === undefined || kept === null) return [];
    return [[key, typeof kept === 'object' ? JSON.stringify(kept) : String(kept)]];
  }));
}

/** Some fields as properties by other names; those that are absent or empty are left out. */
export function renamedTexts(fields: Fields, keys: Record<string, string>): Record<string, string> {
  const values = Object.entries(keys).map(([name, key]) => [name, own(fields.object, key)]).filter(([, value]) => value !== '');
  return propertyTexts(new Fields(Object.fromEntries(values) as JsonObject, fields.path, fields.problems));
}

/** The path of the first number in a value that was rounded by parsing. */
function inexactNumber(value: unknown, path: string): string | undefined {
  if (typeof value === 'number') return isExact(value) ? undefined : path;
  if (value === null || typeof value !== 'object') return undefined;
  for (const [key, entry] of Object.entries(value)) {
    const found = inexactNumber(entry, `${path}.${key}`);
    if (found) return found;
  }
  return undefined;
}
