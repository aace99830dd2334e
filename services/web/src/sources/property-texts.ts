// The properties of events with names of the team's own: whatever was sent, as texts, without what is personal.
import { scrubbedUnder, scrubbedUrl } from './personal-data.js';
import { isExact, type Fields } from './payload.js';

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

/** The properties that have a value, as they are; a URL without what is personal in it. */
export function withUrl(url: string | null, properties: Record<string, string | null>): Record<string, string> {
  const all = { ...properties, url: url === null ? null : scrubbedUrl(url) };
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== null));
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
