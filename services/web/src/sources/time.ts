// ISO 8601 times, and Segment's correction of the sender's clock.
import type { Rejection } from '@tideway/contracts';
import { plausibleTime } from './envelope.js';
import { own, type JsonObject } from './payload.js';

// Segment's own samples have months and days of one digit (https://segment.com/docs/connections/sources/catalog/libraries/server/http-api/#batch).
const ISO = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[Tt ](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,12}))?)?\s?(Z|z|[+-]\d{2}(?::?\d{2})?)?)?$/;
/** Of `2026-11-21T09:30:00.000Z`. */
const EXACT_LENGTH = 24;

/** Milliseconds of an ISO 8601 time, to the millisecond below; undefined for anything else. A time without a zone is UTC. */
export function isoTime(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined;
  return exactTime(value) ?? parsedTime(value);
}

/** A time from 1970 on as JavaScript writes it, which most senders do: the engine is faster, and right where it writes the same again. */
function exactTime(text: string): number | undefined {
  const ms = text.length === EXACT_LENGTH ? Date.parse(text) : NaN;
  return ms >= 0 && new Date(ms).toISOString() === text ? ms : undefined;
}

function parsedTime(text: string): number | undefined {
  const match = ISO.exec(text.trim());
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0)) as [number, number, number, number, number, number];
  const ms = Number((match[7] ?? '0').slice(0, 3).padEnd(3, '0'));
  const utc = new Date(Date.UTC(year, month - 1, day, hour, minute, second, ms));
  // Date.UTC carries 31 February over into March: a component that changed was none.
  const kept = utc.getUTCFullYear() === year && utc.getUTCMonth() === month - 1 && utc.getUTCDate() === day
    && utc.getUTCHours() === hour && utc.getUTCMinutes() === minute && utc.getUTCSeconds() === second;
  return kept ? utc.getTime() - zoneOffsetMs(match[8]) : undefined;
}

function zoneOffsetMs(zone: string | undefined): number {
  if (zone === undefined || zone.toUpperCase() === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3).replace(':', '') || 0);
  return (zone.startsWith('-') ? -1 : 1) * minutes * 60_000;
}

/**
 * When an event happened: receivedAt - (sentAt - originalTimestamp), else the time it names, else receivedAt (ms).
 * What a library sends as `timestamp` is what Segment stores as `originalTimestamp`, so either is corrected by sentAt.
 * A time that cannot be read, or lies outside of 1970 to 2100 or over a day ahead, is a problem, never replaced.
 * https://segment.com/docs/connections/spec/common/#timestamps
 */
export function occurredAt(message: JsonObject, receivedAt: number): number | Rejection {
  const field = own(message, 'originalTimestamp') !== undefined ? 'originalTimestamp' : 'timestamp';
  const times: Record<string, number | undefined> = {};
  for (const name of [field, 'sentAt']) {
    const value = own(message, name);
    if (value === undefined) continue;
    times[name] = isoTime(value);
    if (times[name] === undefined) return { code: 'type', field: name, message: `${name} must be an ISO 8601 time such as 2026-11-21T09:30:00.000Z` };
  }
  const original = times[field];
  if (original === undefined) return receivedAt;
  const corrected = times['sentAt'] === undefined ? original : receivedAt - (times['sentAt'] - original);
  return plausibleTime(corrected, field, receivedAt);
}
