// The rows of a CSV body, one after another, each with its line and its bytes.
import { CsvError, parse } from 'csv-parse/sync';
import type { Line } from './lines.js';

/** `quote`: a quote is missing or out of place; `size`: longer than 256 KiB; `rest`: too many such lines, the file is read no further. */
export type CsvFault = 'quote' | 'size' | 'rest';

/** `number` is the line that the row begins on. */
export interface CsvRow extends Line {
  cells: string[];
  fault?: CsvFault;
}

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const LINE_FEED = 0x0a;
const ROWS_AT_ONCE = 1_000;
const MAX_ROW_BYTES = 256 * 1024;
/** A missing quote is noticed at its row's largest size only: each one costs that much reading. */
const MAX_FAULTS = 100;

/**
 * The rows of `body` (RFC 4180, UTF-8 with or without a byte order mark, lines that end with LF or CRLF), blank ones left out.
 * The delimiter is the one of comma, semicolon and tab that the first line has most of. After a row with a fault, reading
 * goes on with the next line. Bytes share memory with `body`.
 */
export function* csvRows(body: Buffer): Generator<CsvRow> {
  const delimiter = delimiterOf(body);
  const place = { at: body.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : 0, line: 1 };
  for (let faults = 0; place.at < body.length;) {
    const { rows, fault } = readRows(body.subarray(place.at), delimiter);
    const from = place.at;
    for (const { cells, end } of rows) {
      const row = taken(body, place, from + end);
      if (cells.some((cell) => cell.trim() !== '')) yield { ...row, cells };
    }
    if (!fault && rows.length < ROWS_AT_ONCE) return;
    if (!fault) continue;
    faults += 1;
    skipLineEnds(body, place);
    const feed = body.indexOf(LINE_FEED, place.at);
    const row = taken(body, place, feed < 0 ? body.length : feed + 1);
    yield { ...row, cells: [], fault: faults < MAX_FAULTS ? fault : 'rest' };
    if (faults === MAX_FAULTS) return;
  }
}

function delimiterOf(body: Buffer): string {
  const feed = body.indexOf(LINE_FEED);
  const header = body.toString('utf8', 0, Math.min(feed < 0 ? body.length : feed, MAX_ROW_BYTES));
  const count = (delimiter: string) => header.split(delimiter).length;
  return [',', ';', '\t'].reduce((best, other) => (count(other) > count(best) ? other : best));
}

/** Up to 1,000 rows with the positions after them, and the fault that stopped the reading. */
function readRows(bytes: Buffer, delimiter: string): { rows: { cells: string[]; end: number }[]; fault?: CsvFault } {
  const rows: { cells: string[]; end: number }[] = [];
  try {
    parse(bytes, {
      delimiter, record_delimiter: ['\r\n', '\n'], relax_column_count: true, skip_empty_lines: true, to: ROWS_AT_ONCE, max_record_size: MAX_ROW_BYTES,
      on_record: (cells: string[], { bytes: end }) => {
        rows.push({ cells, end });
        return null;
      },
    });
    return { rows };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return { rows, fault: error.code === 'CSV_MAX_RECORD_SIZE' ? 'size' : 'quote' };
  }
}

interface Place {
  at: number;
  line: number;
}

/** The row from `place` to `end`, without its line end; moves `place` behind it. */
function taken(body: Buffer, place: Place, end: number): Line {
  skipLineEnds(body, place);
  const bytes = body.subarray(place.at, end);
  const number = place.line;
  for (let feed = bytes.indexOf(LINE_FEED); feed >= 0; feed = bytes.indexOf(LINE_FEED, feed + 1)) place.line += 1;
  place.at = end;
  let length = bytes.length;
  while (length > 0 && (bytes[length - 1] === LINE_FEED || bytes[length - 1] === 0x0d)) length -= 1;
  return { bytes: bytes.subarray(0, length), number };
}

function skipLineEnds(body: Buffer, place: Place): void {
  for (; body[place.at] === LINE_FEED || (body[place.at] === 0x0d && body[place.at + 1] === LINE_FEED); place.at += 1) {
    if (body[place.at] === LINE_FEED) place.line += 1;
  }
}
