// The kinds of value that fields, traits and definitions compare: how each is written in YAML, in SQL and in a sentence.
import { sqlText } from '../sql/literal.js';

/**
 * `number`: a whole number; `time`: milliseconds since the epoch; `decimal`: a text read as a number, in millionths;
 * `millionths`: a number with a point that is worked out, kept as whole millionths.
 */
export type Kind = 'number' | 'time' | 'text' | 'flag' | 'decimal' | 'millionths';

/** What a field or a trait has: times are milliseconds, decimals millionths; null where there is nothing. */
export type Value = string | number | bigint | boolean | null;

interface KindRules {
  /** The value of what YAML holds, or undefined where it is none of this kind. */
  parse(raw: unknown): Exclude<Value, null> | undefined;
  /** How to write one, for messages: completes 'must be ...'. */
  expected: string;
  /** A ClickHouse literal that compares with columns and expressions of this kind. */
  sql(value: Exclude<Value, null>): string;
  show(value: Exclude<Value, null>): string;
}

const INSTANT = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/;
/** A text that counts as a number: at most 12 digits before the point and 6 behind it, so that millionths fit 64 bits. */
const DECIMAL = /^-?[0-9]{1,12}([.][0-9]{1,6})?$/;
/** The same for ClickHouse's RE2, whose `$` is the end of the text as well. */
export const DECIMAL_RE2 = DECIMAL.source;

/** Millionths of a text that counts as a number, else null. */
export function decimalOf(text: string): bigint | null {
  if (!DECIMAL.test(text)) return null;
  const [whole = '', fraction = ''] = text.split('.');
  return BigInt(whole + fraction.padEnd(6, '0'));
}

/** The same of a number as YAML has it. */
function millionthsOf(raw: unknown): bigint | null {
  return typeof raw === 'number' ? decimalOf(String(raw)) : null;
}

function decimalText(millionths: bigint): string {
  const sign = millionths < 0n ? '-' : '';
  const digits = (millionths < 0n ? -millionths : millionths).toString().padStart(7, '0');
  return `${sign}${digits.slice(0, -6)}.${digits.slice(-6)}`;
}

/** Milliseconds of an ISO 8601 date or instant with an offset; undefined for another text. A date is its midnight UTC. */
export function instantOf(text: unknown): number | undefined {
  if (typeof text !== 'string' || !INSTANT.test(text)) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}

export const KINDS: Record<Kind, KindRules> = {
  number: {
    parse: (raw) => (Number.isSafeInteger(raw) ? (raw as number) : undefined),
    expected: 'a whole number, without quotes (money is in millionths: 500 EUR is 500000000)',
    sql: String,
    show: String,
  },
  time: {
    parse: instantOf,
    expected: 'a date or an instant such as 2026-11-01 or 2026-11-01T09:00:00Z',
    sql: String,
    show: (value) => new Date(value as number).toISOString(),
  },
  text: {
    // Lone surrogates have no UTF-8: the replacement character is what any record would hold in their place.
    parse: (raw) => (typeof raw === 'string' ? raw.toWellFormed() : undefined),
    expected: 'a text (put numbers, true and false in quotes to have them as text)',
    sql: (value) => sqlText(value as string),
    show: (value) => JSON.stringify(value),
  },
  flag: {
    parse: (raw) => (typeof raw === 'boolean' ? raw : undefined),
    expected: 'true or false',
    sql: String,
    show: String,
  },
  decimal: {
    parse: (raw) => millionthsOf(raw) ?? undefined,
    expected: 'a number with at most 12 digits before the point and 6 behind it',
    sql: (value) => `toDecimal64('${decimalText(value as bigint)}', 6)`,
    show: (value) => decimalText(value as bigint).replace(/\.?0+$/, ''),
  },
  millionths: {
    parse(raw) {
      const value = Number(millionthsOf(raw) ?? NaN);
      return Number.isSafeInteger(value) ? value : undefined;
    },
    expected: 'a number such as 0.25, of at most 6 digits after the point and below 9 billion',
    sql: String,
    show: (value) => decimalText(BigInt(value as number)).replace(/\.?0+$/, ''),
  },
};
