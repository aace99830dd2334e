// Rows of a CSV import to records: the same lines as in NDJSON, with a column for each field.
import { isUtf8 } from 'node:buffer';
import type { Outcome, Rejection } from '@tideway/contracts';
import type { CsvFault } from '../csv-rows.js';
import { LINE_FIELDS, type ImportType } from './import-format.js';
import { checkedLine, recordsOf, refuse, rejectedLine, type ImportContext } from './import-records.js';

/** Where the cells of a column go: a field of the line, of its contact, of one of its contacts, or a property. */
export type Column =
  | { kind: 'field' | 'contact' | 'property'; name: string }
  | { kind: 'contacts'; index: number; name: string };

export interface Row {
  /** Line that it begins on, from 1. */
  number: number;
  bytes: Buffer;
  cells: string[];
  fault?: CsvFault;
}

const CONTACTS = /^contacts\.(\d{1,2})\.(id|email|phone|user_id)$/;
const CONTACT = /^contact\.(id|email|phone|user_id)$/;
const FAULTS: Record<CsvFault, string> = {
  quote: 'a quote is missing or out of place; write a cell with quotes in it as "a ""b"" c"',
  size: 'the row is longer than 256 KiB, or a quote is missing',
  rest: 'the hundredth row with a quote out of place: nothing after it is read',
};

/**
 * The columns of a header row. Names are the fields of a line in NDJSON, written as a path: `id`, `contact.email` (consents,
 * interactions), `contacts.0.id` (deals), `properties.industry`. A rejection names the column that a line of this type does
 * not have, or has twice: its cells would be lost without a word.
 */
export function csvColumns(names: string[], type: ImportType): Column[] | Rejection {
  const columns: Column[] = [];
  const seen = new Set<string>();
  for (const raw of names) {
    const name = raw.trim();
    const column = columnOf(name, type);
    if (!column) return { code: 'unknown_field', field: name.slice(0, 100), message: `line 1: a ${type} has no column ${JSON.stringify(name.slice(0, 100))}; it can have ${columnNames(type)}` };
    if (seen.has(name)) return { code: 'duplicate', field: name, message: `line 1: the column ${name} is there twice` };
    seen.add(name);
    columns.push(column);
  }
  return columns;
}

function columnOf(name: string, type: ImportType): Column | undefined {
  const fields = LINE_FIELDS[type];
  const dot = name.indexOf('.');
  if (dot < 0) return !NESTED.has(name) && fields.includes(name) ? { kind: 'field', name } : undefined;
  if (fields.includes('properties') && name.startsWith('properties.') && name.length > dot + 1) return { kind: 'property', name: name.slice(dot + 1) };
  const contact = fields.includes('contact') ? CONTACT.exec(name) : null;
  if (contact) return { kind: 'contact', name: contact[1]! };
  const contacts = fields.includes('contacts') ? CONTACTS.exec(name) : null;
  return contacts ? { kind: 'contacts', index: Number(contacts[1]), name: contacts[2]! } : undefined;
}

const NESTED: ReadonlySet<string> = new Set(['type', 'contact', 'contacts', 'properties']);

function columnNames(type: ImportType): string {
  const nested = LINE_FIELDS[type].flatMap((name) => ({ contact: ['contact.id', 'contact.email', 'contact.phone', 'contact.user_id'], contacts: ['contacts.0.id (and so on)'], properties: ['properties.<name>'] })[name] ?? []);
  return [...LINE_FIELDS[type].filter((name) => !NESTED.has(name)), ...nested].join(', ');
}

/**
 * The records of one row. An empty cell is a field that the line does not have, so that a CSV file cannot clear a property.
 * Codes are those of NDJSON, and `csv` for a row that cannot be read, `columns` for one with more or fewer cells than the header.
 * Never throws.
 */
export function importRow(row: Row, columns: Column[], type: ImportType, ctx: ImportContext): Outcome {
  try {
    if (row.fault) refuse('csv', '', FAULTS[row.fault]);
    if (!isUtf8(row.bytes)) refuse('encoding', '', 'not UTF-8; save the file as UTF-8');
    if (row.cells.length !== columns.length) refuse('columns', '', `has ${row.cells.length} cells, the header has ${columns.length}; a cell with the delimiter in it needs quotes`);
    return { status: 'records', records: recordsOf(checkedLine(lineOf(row.cells, columns, type)), ctx) };
  } catch (error) {
    return rejectedLine(error, row.number);
  }
}

/** A row as the line of NDJSON that it might have been, which gives the same records: quarantine keeps it so. A row that cannot be read stays as it is. */
export function rowAsLine({ cells, bytes, fault }: Row, columns: Column[], type: ImportType): Buffer {
  return fault || cells.length !== columns.length ? bytes : Buffer.from(JSON.stringify(lineOf(cells, columns, type)));
}

function lineOf(cells: string[], columns: Column[], type: ImportType): Record<string, unknown> {
  const line: Record<string, unknown> = { type };
  const contact: Record<string, string> = {};
  const contacts = new Map<number, Record<string, string>>();
  const properties: [string, string][] = [];
  for (const [index, column] of columns.entries()) {
    const cell = cells[index]!.trim();
    if (cell === '') continue;
    if (column.kind === 'contacts') contacts.set(column.index, { ...contacts.get(column.index), [column.name]: cell });
    else if (column.kind === 'field') line[column.name] = cell;
    else if (column.kind === 'contact') contact[column.name] = cell;
    else properties.push([column.name, cell]);
  }
  if (Object.keys(contact).length > 0) line['contact'] = contact;
  if (contacts.size > 0) line['contacts'] = [...contacts].sort(([a], [b]) => a - b).map(([, reference]) => reference);
  // Not by assignment: a column may be named properties.__proto__.
  if (properties.length > 0) line['properties'] = Object.fromEntries(properties);
  return line;
}
