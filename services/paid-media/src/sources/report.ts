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
