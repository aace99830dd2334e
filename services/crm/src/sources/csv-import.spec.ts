import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { compileValidator, loadProducts, productOf, type Outcome } from '@tideway/contracts';
import { csvRows } from '../csv-rows.js';
import { csvColumns, importRow } from './csv-import.js';
import { LINE_FIELDS, type ImportType } from './import-format.js';
import type { ImportContext } from './import-records.js';
import { importLine } from './ndjson-import.js';

const ctx: ImportContext = { receivedAt: 1_795_000_000_250, source: 'import:shop', accountId: 'shop' };
const AT = '2026-11-01T09:30:00Z';
const validators = new Map(['crm.contact-changes', 'crm.deal-changes', 'crm.consents', 'crm.interactions'].map((id) => [id, compileValidator(productOf(loadProducts(), id).schema)]));

/** The outcomes of a file's rows; each record valid by its contract. */
function run(type: ImportType, text: string | Buffer): Outcome[] {
  const [header, ...rows] = csvRows(Buffer.from(text));
  const columns = csvColumns(header!.cells, type);
  if (!Array.isArray(columns)) throw new Error(columns.message);
  return rows.map((row) => {
    const outcome = importRow(row, columns, type, ctx);
    if (outcome.status === 'records') for (const { product, record } of outcome.records) expect(validators.get(product)!(record)).toBeUndefined();
    return outcome;
  });
}
const fromNdjson = (line: object) => importLine(Buffer.from(JSON.stringify(line)), 2, ctx);

describe('a CSV row', () => {
  it.each<[ImportType, string, object]>([
    ['contact', `id,email,stage,properties.industry,updated_at\n9101,jane@example.com,customer,Retail,${AT}`, { id: '9101', email: 'jane@example.com', stage: 'customer', properties: { industry: 'Retail' }, updated_at: AT }],
    ['contact', `id,updated_at,deleted\n9101,${AT},true`, { id: '9101', updated_at: AT, deleted: true }],
    ['deal', `id;contacts.1.email;contacts.0.id;amount;currency;updated_at\n77;jane@example.com;9101;1500.00;EUR;${AT}`, { id: '77', contacts: [{ id: '9101' }, { email: 'jane@example.com' }], amount: '1500.00', currency: 'EUR', updated_at: AT }],
    ['consent', `contact.email,purpose,channel,decision,legal_basis,decided_at\njane@example.com,marketing,email,granted,consent,${AT}`, { contact: { email: 'jane@example.com' }, purpose: 'marketing', channel: 'email', decision: 'granted', legal_basis: 'consent', decided_at: AT }],
    ['interaction', `id,contact.user_id,kind,duration_s,occurred_at\nV-1,u-7,store_visit,1260,${AT}`, { id: 'V-1', contact: { user_id: 'u-7' }, kind: 'store_visit', duration_s: 1260, occurred_at: AT }],
  ])('of a %s gives the records of the same line in NDJSON, with their ids', (type, text, line) => {
    const [outcome] = run(type, text);
    expect(outcome).toMatchObject({ status: 'records' });
    expect(outcome).toEqual(fromNdjson({ type, ...line }));
  });

  it('has no field where its cell is empty', () => {
    expect(run('contact', `id,email,properties.industry,updated_at\n1, ,,${AT}`)).toEqual([fromNdjson({ type: 'contact', id: '1', updated_at: AT })]);
  });

  it.each<[string, string, string, string]>([
    ['an address that is none', `2,nobody,${AT}`, 'identifier', 'email'],
    ['a time without a zone', '2,,2026-11-01', 'format', 'updated_at'],
    ['no id', `,jane@example.com,${AT}`, 'format', 'id'],
    ['a cell too many', `2,,${AT},x`, 'columns', ''],
    ['a cell too few', '2,jane@example.com', 'columns', ''],
    ['a quote out of place', `2,ja"ne@example.com,${AT}`, 'csv', ''],
  ])('with %s is rejected with its line and field, and the next one is taken', (_name, row, code, field) => {
    const [rejected, taken] = run('contact', `id,email,updated_at\n${row}\n3,,${AT}`);
    expect(rejected).toEqual({ status: 'rejected', rejection: { code, field, message: expect.stringContaining(field ? `line 2, ${field}: ` : 'line 2: ') } });
    expect(JSON.stringify(rejected)).not.toMatch(/jane|nobody/);
    expect(taken).toMatchObject({ status: 'records' });
  });

  it('that is no UTF-8 is rejected', () => {
    expect(run('contact', Buffer.concat([Buffer.from('id,stage,updated_at\n1,'), Buffer.from([0xfc]), Buffer.from(`,${AT}\n`)]))).toMatchObject([{ status: 'rejected', rejection: { code: 'encoding' } }]);
  });
});

describe('a CSV header', () => {
  it.each<[ImportType, string, string, string]>([
    ['contact', 'id,mail', 'unknown_field', 'mail'], ['contact', 'id,type', 'unknown_field', 'type'], ['contact', 'id,properties', 'unknown_field', 'properties'], ['contact', 'id,contact.email', 'unknown_field', 'contact.email'],
    ['contact', 'id,', 'unknown_field', ''], ['contact', 'id,properties.', 'unknown_field', 'properties.'], ['deal', 'contacts.0.name', 'unknown_field', 'contacts.0.name'], ['consent', 'properties.x', 'unknown_field', 'properties.x'],
    ['deal', 'id,stage,id', 'duplicate', 'id'],
  ])('of a %s %j is refused with the column', (type, names, code, field) => {
    expect(csvColumns(names.split(','), type)).toEqual({ code, field, message: expect.stringContaining(field) });
  });

  it('can have every field of its type', () => {
    const plain = { contact: ['id', 'email', 'phone', 'user_id', 'stage', 'updated_at', 'deleted'], deal: ['id', 'stage', 'amount', 'currency', 'updated_at', 'deleted'], consent: ['purpose', 'channel', 'decision', 'legal_basis', 'evidence', 'decided_at'], interaction: ['id', 'kind', 'direction', 'outcome', 'subject', 'duration_s', 'value', 'currency', 'occurred_at'] };
    for (const [type, names] of Object.entries(plain)) expect(csvColumns(names, type as ImportType)).toHaveLength(names.length);
  });
});

describe('any table', () => {
  it('never throws, and every record fits its contract', () => {
    const types = Object.keys(LINE_FIELDS) as ImportType[];
    const cell = fc.oneof(fc.constantFrom('', AT, 'jane@example.com', '+18005550100', '5', 'EUR', 'ticket', 'marketing', 'email', 'granted', 'consent', 'true', '-1'), fc.string({ unit: 'binary' }));
    const names = fc.oneof(fc.constantFrom(...new Set(Object.values(LINE_FIELDS).flat()), 'contact.email', 'contact.id', 'contacts.0.id', 'contacts.7.email', 'properties.__proto__', 'properties.industry', '__proto__'), fc.string());
    fc.assert(fc.property(fc.constantFrom(...types), fc.array(fc.tuple(names, cell), { minLength: 1, maxLength: 10 }), fc.boolean(), (type, pairs, wanted) => {
      const fitting = pairs.filter(([name]) => !wanted || Array.isArray(csvColumns([name], type)));
      const columns = csvColumns(fitting.map(([name]) => name), type);
      if (!Array.isArray(columns)) return expect(columns.message).toMatch(/^line 1: /);
      const cells = fitting.map(([, value]) => value);
      const outcome = importRow({ number: 2, bytes: Buffer.from(cells.join(',')), cells }, columns, type, ctx);
      if (outcome.status === 'records') for (const { product, record } of outcome.records) expect(validators.get(product)!(record)).toBeUndefined();
      else expect(outcome).toMatchObject({ status: 'rejected', rejection: { message: expect.stringMatching(/^line 2/) } });
      return undefined;
    }), { numRuns: 500 });
  });
});
