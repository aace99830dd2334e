// What a source of reports is: the rows of a platform's payload, and what a row becomes.
import type { Outcome, Rejection } from '@tideway/contracts';

/** Platforms as records name them, and the route of each. */
export const PLATFORMS = ['google', 'meta', 'linkedin', 'tiktok', 'microsoft'] as const;
export type Platform = (typeof PLATFORMS)[number];

export const isPlatform = (name: string): name is Platform => (PLATFORMS as readonly string[]).includes(name);

/** What is known of a report beside its payload. What the payload says itself counts more. */
export interface ReportContext {
  /** When the platform was asked, in milliseconds. */
  extractedAt: number;
  /** Advertising account as the platform names it. */
  account?: string;
  /** ISO 4217. */
  currency?: string;
  /** IANA time zone of the account's days. */
  timezone?: string;
  /** Types of Meta's actions that count as conversions: the first that a row has. */
  conversion?: string[];
}

/** Rows of a payload, or why it is none of the platform's. */
export type Rows = { rows: unknown[] } | { rejection: Rejection };

/** All of it pure and synchronous; nothing throws. */
export interface ReportSource {
  /** The rows of parsed JSON: of one response, of several in a list, of a list of rows, or one row. */
  rows(payload: unknown): Rows;
  /** The rows of a CSV file; absent where the platform has none. */
  csvRows?(text: string): Rows;
  /** The records of one row. Rejected where the report or its context must change, quarantined where the row is broken. */
  outcome(row: unknown, context: ReportContext): Outcome;
}

/** How a platform's JSON shows: members that hold lists of rows, members that tell an answer without rows, and those of a row. */
export interface Shape {
  platform: string;
  /** The list in a response; undefined where it is none. */
  list(response: Record<string, unknown>): unknown;
  /** Whether a response may have no list: nothing to report. */
  isEmpty?(response: Record<string, unknown>): boolean;
  /** What a platform says instead of rows. */
  error?(response: Record<string, unknown>): Rejection | undefined;
  isRow(value: Record<string, unknown>): boolean;
  /** How a whole response looks, for who sent something else. */
  expected: string;
}

/** The rows of parsed JSON by a platform's shape: of a response, of responses in a list, of rows in a list, or one row. */
export function rowsByShape(payload: unknown, shape: Shape): Rows {
  const rows: unknown[] = [];
  for (const [index, value] of (Array.isArray(payload) ? payload : [payload]).entries()) {
    const field = Array.isArray(payload) ? `${index}` : '';
    const other = { rejection: { code: 'unknown_format', field, message: `this is no report of ${shape.platform}: ${shape.expected} is expected` } };
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return other;
    const object = value as Record<string, unknown>;
    const error = shape.error?.(object);
    if (error) return { rejection: error };
    const list = shape.list(object);
    if (Array.isArray(list)) for (const row of list) rows.push(row);
    else if (shape.isRow(object)) rows.push(object);
    else if (list !== undefined || !shape.isEmpty?.(object)) return other;
  }
  return { rows };
}
