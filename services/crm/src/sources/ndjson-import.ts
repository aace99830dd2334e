// Lines of an NDJSON import to records of CRM changes, consents and interactions: for history, and for CRMs without webhooks.
import { isUtf8 } from 'node:buffer';
import type { Outcome } from '@tideway/contracts';
import type { ImportLine } from './import-format.js';
import { checkedLine, recordsOf, refuse, rejectedLine, type ImportContext } from './import-records.js';

/**
 * The records of one line (bytes without the line break, 1-based number). NDJSON (https://github.com/ndjson/ndjson-spec),
 * each line an object by its `type`; see import-format.ts for every limit:
 *
 *     {"type":"contact","id":"9101","email":"jane@example.com","stage":"customer","properties":{"industry":"Retail"},"updated_at":"2026-11-21T09:30:00Z"}
 *     {"type":"deal","id":"77","contacts":[{"id":"9101"}],"stage":"closedwon","amount":"1500.00","currency":"EUR","updated_at":"2026-11-21T09:30:00Z"}
 *     {"type":"consent","contact":{"email":"jane@example.com"},"purpose":"marketing","channel":"email","decision":"granted","legal_basis":"consent","evidence":"form 12","decided_at":"2026-11-21T09:30:00Z"}
 *     {"type":"interaction","id":"T-5","contact":{"email":"jane@example.com"},"kind":"ticket","direction":"inbound","outcome":"solved","subject":"order:O-1","occurred_at":"2026-11-21T09:30:00Z"}
 *
 * A contact or deal gives a record per recorded property, each with all identifiers of the line; a deal also one per
 * contact, which links the two, and its other records carry the first contact's identifiers. Properties that
 * property-names.ts does not list give none. `deleted` gives the deletion alone. The ids of records are made of
 * account, object, property, time and value (of an interaction: kind, id and person), so that the same file may be sent again. Placeholders such as
 * test@test.com are left out; an address or number that is none rejects the line. A blank line gives no records.
 * Never throws; a rejection names the line and the field.
 */
export function importLine(line: Buffer, lineNumber: number, ctx: ImportContext): Outcome {
  try {
    const parsed = parseLine(line);
    return { status: 'records', records: parsed ? recordsOf(parsed, ctx) : [] };
  } catch (error) {
    return rejectedLine(error, lineNumber);
  }
}

function parseLine(line: Buffer): ImportLine | undefined {
  if (!isUtf8(line)) refuse('encoding', '', 'not UTF-8; save the file as UTF-8');
  // trim() also takes the byte order mark that some programs begin a file with.
  const text = line.toString('utf8').trim();
  if (text === '') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    refuse('json', '', 'not JSON; each line must be one whole JSON object');
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) refuse('format', '', 'not an object; each line must be one JSON object');
  return checkedLine(value);
}
