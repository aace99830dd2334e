// Reads the fields of a report's row: texts, ids, counts, money and days as platforms write them, or why it cannot.
import { micros, type Outcome, type ProductId, type ProductRecord } from '@tideway/contracts';

/** Why a row gives no record. Never leaves the sources: outcomeOf() makes an outcome of it. */
class RowFault extends Error {
  constructor(readonly code: string, readonly field: string, message: string, readonly mendable: boolean) { super(message); }
}

const DAY_MS = 86_400_000;
const MAX_TEXT = 1_000;

/** The outcome of a row: its records, or what was wrong first. */
export function outcomeOf(product: ProductId, make: () => ProductRecord[]): Outcome {
  try {
    return { status: 'records', records: make() };
  } catch (error) {
    if (!(error instanceof RowFault)) throw error;
    const rejection = { code: error.code, field: error.field, message: error.message };
    return error.mendable ? { status: 'rejected', rejection } : { status: 'quarantined', product, rejection };
  }
}

/** The row is broken: it is kept in quarantine, and sending it again is of no use. */
export function broken(code: string, field: string, message: string): never {
  throw new RowFault(code, field, message, false);
}

/** The report, or what is said of it, must change before it is sent again. */
export function refused(code: string, field: string, message: string): never {
  throw new RowFault(code, field, message, true);
}

export type Fields = Record<string, unknown>;

/** The object; undefined for what is none. */
export function objectOf(value: unknown): Fields | undefined {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? value as Fields : undefined;
}

/** The row itself. */
export function rowObject(value: unknown): Fields {
  return objectOf(value) ?? broken('type', '', 'a row must be an object');
}

/** A text, trimmed; undefined where it is absent or empty. Numbers that are whole and exact are taken for ids as well. */
export function text(value: unknown, field: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  const shown = Number.isSafeInteger(value) ? String(value) : value;
  if (typeof shown !== 'string') return broken('type', field, `${field} must be a text`);
  const trimmed = shown.trim();
  if (trimmed.length > MAX_TEXT) return broken('too_long', field, `${field} has more than ${MAX_TEXT} characters`);
  // Lone surrogates have no UTF-8.
  return trimmed === '' ? undefined : trimmed.toWellFormed();
}

/** An id, without which there is no record. `|` separates the parts of a key. */
export function id(value: unknown, field: string): string {
  const found = optionalId(value, field);
  return found === '' ? broken('required', field, `${field} is required`) : found;
}

/** An id; empty where there is none. */
export function optionalId(value: unknown, field: string): string {
  const found = text(value, field) ?? '';
  return /^[^|\s]{0,256}$/.test(found) ? found : broken('format', field, `${field} must be an id without spaces and "|"`);
}

/** A count: a whole number from 0, or its text, as int64 is in JSON (https://protobuf.dev/programming-guides/json/). */
export function count(value: unknown, field: string): number {
  const exact = typeof value === 'string' && /^\s*\d{1,16}(\.0+)?\s*$/.test(value) ? Number(value) : value;
  if (exact === undefined || exact === null || exact === '') return broken('required', field, `${field} is required: have the report show it`);
  if (typeof exact !== 'number' || !Number.isSafeInteger(exact) || exact < 0) return broken('type', field, `${field} must be a whole number from 0`);
  return exact;
}

/** Conversions, which may be fractions; 0 where absent. */
export function decimal(value: unknown, field: string): number {
  if (value === undefined || value === null || value === '') return 0;
  const number = typeof value === 'string' && /^\s*[+-]?\d{1,15}(\.\d{1,15})?\s*$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) return broken('type', field, `${field} must be a decimal number`);
  return number;
}

/** An amount in millionths, exactly; `absent` where there is none. */
export function money(value: unknown, field: string, absent?: number): number {
  if (value === undefined || value === null || value === '') return absent ?? broken('required', field, `${field} is required: have the report show it`);
  const amount = micros(value);
  if (amount === 'type') return broken('type', field, `${field} must be a decimal amount without thousands separators`);
  if (amount === 'range') return broken('range', field, `${field} is beyond 9 billion`);
  return amount;
}

/** Days since 1970-01-01 of a day that is written 2026-11-20, with or without a time of midnight after it. */
export function day(value: unknown, field: string): number {
  const shown = text(value, field) ?? broken('required', field, `${field} is required: reports are by day`);
  const match = /^(\d{4}-\d\d-\d\d)(?:[ T]00:00:00)?$/.exec(shown);
  const time = match ? Date.parse(`${match[1]}T00:00:00Z`) : NaN;
  // Date.parse() takes the 31st of February for the 3rd of March.
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== match![1]) return broken('date', field, `${field} must be a day such as 2026-11-20`);
  return time / DAY_MS;
}
