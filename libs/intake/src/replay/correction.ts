// Corrections of what was refused: values set at paths of its JSON, or all of it replaced.
import { badRequest } from '../errors.js';
import { parseJson } from '../json.js';

/** Names in a path: deeper than that, no platform nests. */
const MAX_PATH = 500;

/** What is changed before a replay. `body` replaces the original; `set` then gives values at paths of its JSON. */
export interface Correction {
  body?: string;
  set?: Record<string, unknown>;
}

/** What was changed, for the record of the replay: paths, never values. */
export function correctedPaths({ body, set = {} }: Correction): string[] {
  return [...(body === undefined ? [] : ['body']), ...Object.keys(set)];
}

/**
 * The corrected bytes; the original's own, untouched, where nothing is corrected. Throws IntakeError 400: `invalid_json`
 * where a path is to be set in what is no JSON, `path` where one leads nowhere.
 */
export function correctedBytes(original: Buffer, { body, set = {} }: Correction): Buffer {
  const bytes = body === undefined ? original : Buffer.from(body);
  const paths = Object.entries(set);
  if (paths.length === 0) return bytes;
  const value = paths.reduce((json, [path, entry]) => withValue(json, segmentsOf(path), entry, path), parseJson(bytes, parseExactly));
  return Buffer.from(JSON.stringify(value));
}

/** `context.source` of revivers and raw JSON (https://github.com/tc39/proposal-json-parse-with-source) are not yet in TypeScript's types. */
type Reviver = (this: unknown, key: string, value: unknown, context: { source?: string }) => unknown;
const { rawJSON, isRawJSON } = JSON as unknown as { rawJSON(text: string): object; isRawJSON(value: unknown): boolean };

/** JSON in which numbers that a number does not hold, such as ids of 19 digits, are written again as they came. */
function parseExactly(text: string): unknown {
  const exact: Reviver = (_key, value, { source }) => (typeof value === 'number' && source !== undefined && String(value) !== source ? rawJSON(source) : value);
  return JSON.parse(text, exact as (key: string, value: unknown) => unknown) as unknown;
}

/** `properties.products[0].price`, or a JSON pointer (RFC 6901) for names with dots: `/properties/a.b`. */
function segmentsOf(path: string): string[] {
  const segments = path.startsWith('/')
    ? path.slice(1).split('/').map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    : path.replaceAll(/\[(\d+)\]/g, '.$1').split('.');
  if (segments.length > MAX_PATH) throw wrongPath(path.slice(0, 100), `a path has at most ${MAX_PATH} names`);
  if (segments.includes('')) throw wrongPath(path, 'name a path such as properties.products[0].price, or a JSON pointer such as /properties/price');
  return segments;
}

/** A copy of `json` with `value` at the path; objects that are missing on the way are made. */
function withValue(json: unknown, [head, ...rest]: string[], value: unknown, path: string): unknown {
  if (head === undefined) return value;
  if (Array.isArray(json)) {
    const index = /^\d+$/.test(head) ? Number(head) : NaN;
    if (!(index <= json.length)) throw wrongPath(path, `"${head}" is no place in a list of ${json.length}`);
    const copy = [...json as unknown[]];
    copy[index] = withValue(copy[index], rest, value, path);
    return copy;
  }
  if (isRawJSON(json)) throw wrongPath(path, `"${head}" cannot be in a number`);
  if (json !== undefined && json !== null && typeof json !== 'object') throw wrongPath(path, `"${head}" cannot be in a ${typeof json}`);
  const entries = Object.entries((json ?? {}) as Record<string, unknown>);
  const inner = entries.find(([name]) => name === head)?.[1];
  // Object.fromEntries defines: a name such as __proto__ is a member like any other.
  return Object.fromEntries([...entries.filter(([name]) => name !== head), [head, withValue(inner, rest, value, path)]]);
}

function wrongPath(path: string, message: string) {
  return badRequest('path', path, `${path}: ${message}`);
}
