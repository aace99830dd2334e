// JSON from raw bytes, and the bytes of each element of a list in it: quarantine keeps events as they came.
import { isUtf8 } from 'node:buffer';
import { badRequest } from './errors.js';

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
/** Far more than any platform sends, far less than a stack holds. */
const MAX_NESTING = 500;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * The value of a body of JSON in UTF-8; `parse` is another reader of it than JSON.parse(). Throws IntakeError 400
 * (`empty`, `invalid_utf8`, `too_deep`, `invalid_json`).
 */
export function parseJson(body: Buffer, parse: (text: string) => unknown = JSON.parse): unknown {
  if (body.length === 0) throw badRequest('empty', '', 'the body is empty: JSON is expected');
  if (!isUtf8(body)) throw badRequest('invalid_utf8', '', 'the body is not UTF-8');
  if (isTooDeep(body)) throw badRequest('too_deep', '', `the body nests deeper than ${MAX_NESTING} levels`);
  try {
    return parse(withoutMark(body).toString('utf8'));
  } catch (error) {
    // V8 quotes the text around the fault, which may be personal: the sender has it, logs and metrics need not.
    const position = /position \d+/.exec((error as Error).message)?.[0];
    throw badRequest('invalid_json', '', `the body is not JSON${position ? ` (at ${position})` : ''}`);
  }
}

/**
 * The bytes of each element of the list that `body` is, or has under the top-level `key`; undefined where there is no
 * list. The slices share memory with `body`. `body` must have passed parseJson.
 */
export function elementSlices(body: Buffer, key?: string): Buffer[] | undefined {
  const bytes = withoutMark(body);
  const start = key === undefined ? afterSpace(bytes, 0) : memberStart(bytes, key);
  if (start === undefined || bytes[start] !== OPEN_LIST) return undefined;
  const slices: Buffer[] = [];
  let at = afterSpace(bytes, start + 1);
  while (at < bytes.length && bytes[at] !== CLOSE_LIST) {
    const end = valueEnd(bytes, at);
    slices.push(bytes.subarray(at, end));
    at = afterSpace(bytes, end);
    if (bytes[at] === COMMA) at = afterSpace(bytes, at + 1);
  }
  return slices;
}

/** JSON.parse() takes any depth, but what walks the value, JSON.stringify() too, runs out of stack at some thousand levels. */
function isTooDeep(body: Buffer): boolean {
  // Each level has two bytes at least: most bodies need not be looked at.
  if (body.length <= 2 * MAX_NESTING) return false;
  let depth = 0;
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at]!;
    if (byte === QUOTE) at = stringEnd(body, at) - 1;
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      depth += 1;
      if (depth > MAX_NESTING) return true;
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) depth -= 1;
  }
  return false;
}

function withoutMark(body: Buffer): Buffer {
  return body.subarray(0, 3).equals(BYTE_ORDER_MARK) ? body.subarray(3) : body;
}

/** Where the value of a top-level member starts: the last of that name, as JSON.parse takes it. */
function memberStart(bytes: Buffer, key: string): number | undefined {
  let at = afterSpace(bytes, 0);
  if (bytes[at] !== OPEN_OBJECT) return undefined;
  let found: number | undefined;
  at = afterSpace(bytes, at + 1);
  while (at < bytes.length && bytes[at] !== CLOSE_OBJECT) {
    const nameEnd = stringEnd(bytes, at);
    const name = JSON.parse(bytes.toString('utf8', at, nameEnd)) as string;
    const colon = afterSpace(bytes, nameEnd);
    const start = afterSpace(bytes, bytes[colon] === COLON ? colon + 1 : colon);
    if (name === key) found = start;
    at = afterSpace(bytes, valueEnd(bytes, start));
    if (bytes[at] === COMMA) at = afterSpace(bytes, at + 1);
  }
  return found;
}

function afterSpace(bytes: Buffer, from: number): number {
  let at = from;
  while (at < bytes.length && (bytes[at]! === 0x20 || (bytes[at]! >= 0x09 && bytes[at]! <= 0x0d))) at += 1;
  return at;
}

/** The position after the string whose opening quote is at `from`. */
function stringEnd(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(QUOTE, from + 1); at >= 0; at = bytes.indexOf(QUOTE, at + 1)) {
    let slashes = 0;
    while (bytes[at - 1 - slashes] === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return at + 1;
  }
  return bytes.length;
}

/** The position after the value that starts at `from`. */
function valueEnd(bytes: Buffer, from: number): number {
  const first = bytes[from];
  if (first === QUOTE) return stringEnd(bytes, from);
  const container = first === OPEN_LIST || first === OPEN_OBJECT;
  let depth = 0;
  for (let at = from; at < bytes.length;) {
    const byte = bytes[at]!;
    if (byte === QUOTE) {
      at = stringEnd(bytes, at);
      continue;
    }
    if (byte === OPEN_LIST || byte === OPEN_OBJECT) depth += 1;
    else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) {
      if (depth === 0) return at;
      depth -= 1;
      if (depth === 0) return at + 1;
    } else if (!container && (byte === COMMA || byte <= 0x20)) return at;
    at += 1;
  }
  return bytes.length;
}
