// Reading of untrusted JSON: own properties only, and an optional field of a wrong type counts as absent.

export type JsonObject = Record<string, unknown>;

export function asObject(value: unknown): JsonObject | undefined {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

/** The own property at a path (elements of a list by their index), or undefined where any step is absent; null counts as absent. */
export function at(value: unknown, ...path: string[]): unknown {
  for (const key of path) {
    const object = asObject(value) ?? (Array.isArray(value) ? (value as unknown as JsonObject) : undefined);
    value = object !== undefined && Object.hasOwn(object, key) ? (object[key] ?? undefined) : undefined;
  }
  return value;
}

/** The text of a string that is not blank, or of a whole number, at a path; undefined for anything else. */
export function textAt(value: unknown, ...path: string[]): string | undefined {
  const found = at(value, ...path);
  if (typeof found === 'string') return found.trim() || undefined;
  return Number.isSafeInteger(found) ? String(found) : undefined;
}

const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,12})?(?:Z|[+-]\d{2}:?\d{2})$/i;

/** Milliseconds of a time such as 2020-02-01T10:53:34.416071Z; undefined for anything else, also for one without a zone. */
export function isoTime(value: unknown): number | undefined {
  const ms = typeof value === 'string' && ISO.test(value) ? Date.parse(value) : NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

/** Milliseconds of seconds since 1970, also with a fraction; undefined for anything else. */
export function secondsTime(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? Math.floor(value * 1_000) : undefined;
}
