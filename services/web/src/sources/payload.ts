// Reading of untrusted JSON: own properties only, and the first thing that does not fit is kept as a value.
import { createHash } from 'node:crypto';
import { micros, type Rejection } from '@tideway/contracts';
import { addressesReplaced } from './personal-data.js';

export type JsonObject = Record<string, unknown>;

/** Far above what platforms send; below what recursion here, in JSON.stringify and in consumers can stand. */
export const MAX_DEPTH = 32;
const MAX_INT = 2_147_483_647;

export function asObject(value: unknown): JsonObject | undefined {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

/** An own property, so that a key such as `constructor` never reaches the prototype; null counts as absent. */
export function own(object: JsonObject | undefined, key: string): unknown {
  return object !== undefined && Object.hasOwn(object, key) ? (object[key] ?? undefined) : undefined;
}

/** The own property at a path, or undefined where any step is absent or no object. */
export function at(object: JsonObject | undefined, ...path: string[]): unknown {
  let value: unknown = object;
  for (const key of path) value = own(asObject(value), key);
  return value;
}

/** True where objects and arrays nest deeper than MAX_DEPTH: everything behind this check may recurse. */
export function isTooDeep(value: unknown, depth = 0): boolean {
  if (value === null || typeof value !== 'object') return false;
  if (depth >= MAX_DEPTH) return true;
  return Object.values(value).some((entry) => isTooDeep(entry, depth + 1));
}

/**
 * The text of a string, number or boolean. Undefined for others, and for integers beyond 2^53: a JSON parser has
 * rounded those before anybody could look, so that their digits are not the sender's.
 */
export function scalarText(value: unknown): string | undefined {
  if (typeof value === 'string' || typeof value === 'boolean') return String(value);
  return typeof value === 'number' && isExact(value) ? String(value) : undefined;
}

/** False for numbers whose digits a JSON parser may have rounded, and for those such as 1e999 that it takes for infinite. */
export function isExact(value: number): boolean {
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
}

/** The first problem of a payload; later ones are mostly its consequences. A path may have a sender's own key in it: no address there either. */
export class Problems {
  first?: Rejection;

  add(code: string, field: string, message: string): void {
    const place = addressesReplaced(field, () => '[email]');
    this.first ??= { code, field: place, message: `${place} ${message}` };
  }
}

/**
 * Fields of one object of a payload. Readers of several keys take the first that is present. Absent values and empty
 * strings are null; a value of a wrong type is null as well and noted in `problems`, for the caller to look at once
 * at the end. No text comes out with an e-mail address in it.
 */
export class Fields {
  constructor(
    readonly object: JsonObject | undefined,
    readonly path: string,
    readonly problems: Problems,
  ) {}

  /** The object under a key; empty where it is absent. */
  child(key: string): Fields {
    const value = own(this.object, key);
    const object = asObject(value);
    if (value !== undefined && !object) this.problems.add('type', this.at(key), 'must be an object');
    return new Fields(object, this.at(key), this.problems);
  }

  at(key: string): string {
    return this.path === '' ? key : `${this.path}.${key}`;
  }

  /** A string or number as text, e-mail addresses in it masked. */
  text(...keys: string[]): string | null {
    return this.#scalar(keys, (text) => addressesReplaced(text, () => '[email]'));
  }

  /** As `text`, with an e-mail address replaced by its hash, so that two ids stay two. */
  id(...keys: string[]): string | null {
    return this.#scalar(keys, (text) => addressesReplaced(text.trim(), addressHash));
  }

  /** A text as it came, for URLs: what is personal in those goes by parameter, not by masking. */
  raw(key: string): string | null {
    const value = own(this.object, key);
    if (value === undefined || value === '') return null;
    if (typeof value === 'string') return value;
    this.problems.add('type', this.at(key), 'must be a string');
    return null;
  }

  /** A decimal amount in millionths. */
  amount(...keys: string[]): number | null {
    const [key, value] = this.#first(keys);
    if (value === undefined) return null;
    const result = micros(value);
    if (typeof result === 'number') return result;
    this.problems.add(result, this.at(key), result === 'range' ? 'is out of the range of an amount' : 'must be a decimal number such as 19.99, without sign of currency or thousands');
    return null;
  }

  /** A whole number of 0 or more that fits 32 bits. */
  count(key: string): number | null {
    const value = own(this.object, key);
    if (value === undefined || value === '') return null;
    const number = typeof value === 'string' && /^\s*\d{1,10}\s*$/.test(value) ? Number(value) : value;
    if (typeof number === 'number' && Number.isInteger(number) && number >= 0 && number <= MAX_INT) return number + 0;
    this.problems.add('type', this.at(key), 'must be a whole number of 0 or more');
    return null;
  }

  #first(keys: string[]): [string, unknown] {
    for (const key of keys) {
      const value = own(this.object, key);
      if (value !== undefined && value !== '') return [key, value];
    }
    return [keys[0]!, undefined];
  }

  #scalar(keys: string[], clean: (text: string) => string): string | null {
    const [key, value] = this.#first(keys);
    if (value === undefined) return null;
    if (typeof value === 'string') return clean(value) || null;
    if (typeof value === 'number' && isExact(value)) return String(value);
    if (typeof value === 'number') this.problems.add('range', this.at(key), 'is beyond 2^53 and was rounded on its way: send it as a string');
    else this.problems.add('type', this.at(key), 'must be a string or a number');
    return null;
  }
}

/** What stands for an e-mail address within an id, so that two ids stay two. */
export function addressHash(text: string): string {
  return createHash('sha256').update(text.toLowerCase()).digest('hex');
}
