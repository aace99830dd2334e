// What the query of a report's request says, where the platform's payload does not.
import { badRequest } from '@tideway/intake';
import type { ReportContext } from './sources/index.js';

const NOT_BEFORE = Date.UTC(2000, 0, 1);
/** Clocks differ; a time far ahead would keep every later extraction out. */
const MAX_AHEAD_MS = 5 * 60_000;

/** Throws IntakeError 400 for a parameter that cannot be what it is named for. */
export function reportContext(query: Record<string, unknown>, now: number): ReportContext {
  const account = parameter(query, 'account', /^[\w.:-]{1,64}$/, 'the account as the platform names it, such as 1234567890');
  const currency = parameter(query, 'currency', /^[A-Z]{3}$/, 'a code of ISO 4217, such as EUR');
  const timezone = parameter(query, 'timezone', /^[\w/+-]{1,64}$/, 'a time zone of the IANA, such as Europe/Berlin');
  const conversion = parameter(query, 'conversion', /^[\w.,:-]{1,500}$/, "types of Meta's actions, such as purchase, separated by commas");
  return {
    extractedAt: extractedAt(query, now),
    ...(account ? { account } : {}), ...(currency ? { currency } : {}), ...(timezone ? { timezone } : {}),
    ...(conversion ? { conversion: conversion.split(',') } : {}),
  };
}

/** Milliseconds; now where nothing is said. */
function extractedAt(query: Record<string, unknown>, now: number): number {
  const text = parameter(query, 'extracted_at', /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/, 'a time of ISO 8601 with its offset, such as 2026-11-21T05:00:00Z');
  if (text === undefined) return now;
  const time = Date.parse(text);
  if (!(time >= NOT_BEFORE && time <= now + MAX_AHEAD_MS)) throw badRequest('range', 'extracted_at', 'extracted_at is when the platform was asked: it cannot be in the future');
  return time;
}

function parameter(query: Record<string, unknown>, name: string, form: RegExp, what: string): string | undefined {
  const value = query[name];
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string' || !form.test(value)) throw badRequest('format', name, `${name} must be ${what}`);
  return value;
}
