// Every data product is found here and held to the same rules: its contract, its schema, its samples, its table.
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import Ajv2019 from 'ajv/dist/2019.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';
import { activityTypes, avroType, compileKey, compileValidator, loadProducts, productOf, type AvroSchema, type Product } from '@tideway/contracts';
import { clickhouseShape, loadConfig } from '@tideway/service';
import { startTestPlatform, type TestPlatform } from '@tideway/testing';
import { columnOf, createClickHouse, createTable, createView, deletionsOf, insertDatums, tableName, wholeBuffer, type ClickHouseClient } from '../index.js';
import { twoMajors } from './two-majors.js';

const own = loadProducts();
const ofTwoMajors = twoMajors();
const products = [...own, ...loadProducts(ofTwoMajors)];
const odcs = JSON.parse(readFileSync(path.resolve(import.meta.dirname, '../../../contracts/standards/odcs-json-schema-v3.1.0.json'), 'utf8')) as object;
const ajv = new Ajv2019.default({ strict: false, allErrors: true });
addFormats.default(ajv);
const isOdcs = ajv.compile(odcs);
const OWNERS = ['web', 'crm', 'email', 'paid-media', 'customer', 'segments', 'personalization', 'platform'];

interface Sample<T> {
  name: string;
  content: T;
}

function samples<T>(product: Product, kind: 'valid' | 'invalid'): Sample<T>[] {
  const dir = path.join(product.samplesDir, kind);
  return readdirSync(dir).map((name) => ({ name, content: JSON.parse(readFileSync(path.join(dir, name), 'utf8')) as T }));
}

/** JSON has no bytes: a sample writes them as text. */
function withBytes(product: Product, record: Record<string, unknown>): Record<string, unknown> {
  const bytes = product.schema.fields.filter((field) => field.type === 'bytes' && typeof record[field.name] === 'string');
  return { ...record, ...Object.fromEntries(bytes.map(({ name }) => [name, Buffer.from(record[name] as string)])) };
}

/** What undecoded ingestion cannot take: names of our own columns, aliases, recursion, unions other than with null. */
function problems(schema: AvroSchema, at: string, open: string[] = []): string[] {
  if (typeof schema === 'string') return open.includes(schema) ? [`${at} refers to ${schema}, which contains it`] : [];
  if (Array.isArray(schema)) {
    const isOptional = schema.length === 2 && schema[0] === 'null';
    return [...(isOptional ? [] : [`${at} is a union other than ["null", T]`]), ...schema.flatMap((branch) => problems(branch, at, open))];
  }
  const aliased = 'aliases' in schema ? [`${at} has aliases`] : [];
  if ('items' in schema) return problems(schema.items, `${at}[]`, open);
  if ('values' in schema) return problems(schema.values, `${at}{}`, open);
  if (!('fields' in schema)) return aliased;
  const names = schema.fields.filter((field) => field.name.startsWith('_') || 'aliases' in field).map((field) => `${at}.${field.name} begins with _ or has aliases`);
  return [...aliased, ...names, ...schema.fields.flatMap((field) => problems(field.type, `${at}.${field.name}`, [...open, schema.name]))];
}

let platform: TestPlatform;
let clickhouse: ClickHouseClient;

async function count(table: string): Promise<number> {
  const result = await clickhouse.query({ query: `SELECT count() AS n FROM ${table}`, format: 'JSONEachRow' });
  return Number((await result.json<{ n: string }>())[0]!.n);
}

beforeAll(async () => {
  platform = await startTestPlatform({ kafka: false, registry: false });
  clickhouse = createClickHouse(loadConfig(clickhouseShape, platform.env), 'test');
  const ordered = [...products].sort((a, b) => Number(b.id === 'customer.identities') - Number(a.id === 'customer.identities'));
  for (const product of ordered) {
    await clickhouse.command({ query: `CREATE DATABASE IF NOT EXISTS ${product.database}` });
    for (const query of [...createTable(product), createView(product)]) await clickhouse.command({ query });
  }
});

afterAll(async () => {
  await clickhouse?.close();
  await platform?.stop();
  rmSync(ofTwoMajors, { recursive: true, force: true });
});

it('finds data products, and majors of one product that differ', () => {
  expect(own.length).toBeGreaterThanOrEqual(16);
  expect(new Set(products.map((product) => product.topic)).size).toBe(products.length);
  const [first, second] = products.filter((product) => product.id === 'web.returns').map(({ schema }) => schema.fields.map(({ name }) => name));
  expect(second).not.toEqual(first);
});

describe.each(products.map((product) => [product.topic, product] as const))('%s', (_topic, product) => {
  const validate = compileValidator(product.schema);
  const fields = product.schema.fields.map((field) => field.name);

  it('has a contract by ODCS 3.1.0, of its own domain, with a known owner', () => {
    const contract: unknown = parse(readFileSync(product.contractFile, 'utf8'));
    isOdcs(contract);
    expect(isOdcs.errors ?? []).toEqual([]);
    expect(product.contract).toMatchObject({ apiVersion: 'v3.1.0', id: product.id, domain: product.domain, status: expect.any(String) });
    expect(OWNERS).toContain(product.owner);
    expect(['event', 'entity', 'report']).toContain(product.kind);
  });

  it('classifies each field of its schema, and says which are required', () => {
    const described = product.contract.schema[0]!.properties;
    expect(described.map((field) => field.name)).toEqual(fields);
    for (const { name, required, classification } of described) {
      const type = product.schema.fields.find((field) => field.name === name)!.type;
      expect({ name, required }).toEqual({ name, required: !Array.isArray(type) });
      expect(['public', 'internal', 'pseudonymous', 'restricted']).toContain(classification);
    }
    for (const field of product.schema.fields) expect(field.doc ?? '').not.toBe('');
  });

  it('has keys among its fields, and a namespace that stays over majors', () => {
    expect(product.schema.namespace).toBe(`tideway.${product.domain.replaceAll('-', '_')}`);
    expect(product.primaryKey.length).toBeGreaterThan(0);
    for (const name of product.primaryKey) expect(fields).toContain(name);
    for (const name of product.key) expect(fields).toContain(name.split('.')[0]);
    const key = compileKey(product);
    for (const { content } of samples<Record<string, unknown>>(product, 'valid')) expect(key(content)).toMatch(/./);
  });

  it('says of a report which day a row is of, and when it was extracted', () => {
    const types = new Map(product.schema.fields.map(({ name, type }) => [name, type]));
    if (product.kind !== 'report') return expect(product.kind).toMatch(/^(event|entity)$/);
    expect(product.key).toContain('date');
    expect(types.get('date')).toMatchObject({ type: 'int', logicalType: 'date' });
    expect(types.get('extracted_at')).toMatchObject({ type: 'long', logicalType: 'timestamp-millis' });
    return undefined;
  });

  it('keeps to what undecoded ingestion can take', () => {
    expect(problems(product.schema, product.schema.name)).toEqual([]);
  });

  it('maps to activities by fields that it has', () => {
    const { activity } = product;
    if (!activity) return expect(product.activity).toBeUndefined();
    // A report's rows are restated: what is counted anew is nothing that a person did.
    expect(product.kind).not.toBe('report');
    expect(activityTypes(activity).length).toBeGreaterThan(0);
    const used = [...Object.values(activity.fields), ...Object.values(activity.properties), ...Object.values(activity.touch ?? {}), ...('field' in activity.type ? [activity.type.field] : [])];
    expect(used.filter((name) => !fields.includes(name))).toEqual([]);
    return undefined;
  });

  it('has samples that encode, and samples that are refused for the reason they name', () => {
    const valid = samples<Record<string, unknown>>(product, 'valid');
    const invalid = samples<{ expect: { field: string; code: string }; record: Record<string, unknown> }>(product, 'invalid');
    expect(valid.length).toBeGreaterThan(0);
    expect(invalid.length).toBeGreaterThan(0);
    for (const { name, content } of valid) expect([name, validate(withBytes(product, content))]).toEqual([name, undefined]);
    for (const { name, content } of invalid) expect([name, validate(withBytes(product, content.record))]).toEqual([name, expect.objectContaining(content.expect)]);
  });

  it('has the columns of its schema in ClickHouse, and takes its samples undecoded', async () => {
    const result = await clickhouse.query({ query: 'SELECT name, type FROM system.columns WHERE database = {database:String} AND table = {table:String}', query_params: { database: product.database, table: product.table }, format: 'JSONEachRow' });
    const columns = new Map((await result.json<{ name: string; type: string }>()).map(({ name, type }) => [name, type.replaceAll('`', '')]));
    for (const field of product.schema.fields) expect([field.name, columns.get(field.name)]).toEqual([field.name, columnOf(field).type.replaceAll('`', '')]);
    const type = avroType(product.schema);
    const datums = samples<Record<string, unknown>>(product, 'valid').map(({ content }, offset) => wholeBuffer(0, offset, type.toBuffer(withBytes(product, content))));
    await insertDatums(clickhouse, { table: tableName(product), schema: product.schema, datums, token: 'conformance' });
    await insertDatums(clickhouse, { table: tableName(product), schema: product.schema, datums, token: 'conformance' });
    // The samples share their key: analysts see it once, an entity's table keeps the last, and the same token inserts once.
    expect(await count(tableName(product))).toBe(product.kind === 'event' ? datums.length : 1);
    const current = productOf(products, product.id);
    // The view is that of the highest major: of another it shows nothing.
    expect(await count(`${product.database}.${product.view}`)).toBe(product === current ? 1 : 0);
  });
});

it('deletes all that tables have of a person, by every identifier, and nothing of others', async () => {
  const activities = productOf(own, 'customer.activities');
  await clickhouse.command({ query: `CREATE TABLE segments.activities AS ${tableName(activities)}` });
  const [gone, other] = ['00000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000b'];
  const rows = (values: { identifier: string; profile_id: string }[]) => values.map((value, i) => ({ _partition: 1, _offset: 1_000 + i, ...value }));
  const people = rows([{ identifier: "user_id:it's", profile_id: gone }, { identifier: 'user_id:other', profile_id: other }]);
  // They were one profile once, and split.
  const before = rows([{ identifier: 'email_sha256:b0', profile_id: other }]).map((row) => ({ ...row, _offset: 2_000 }));
  for (const table of [tableName(activities), 'segments.activities']) await clickhouse.insert({ table, values: [...people, ...before], format: 'JSONEachRow' });
  await clickhouse.insert({ table: 'customer.identities_v1', values: people.map((row, i) => ({ ...row, cause: i === 0 ? 'erasure' : 'link' })), format: 'JSONEachRow' });
  for (const table of ['segments.memberships_v1', 'customer.consents_v1']) await clickhouse.insert({ table, values: people.map(({ identifier: _, ...row }) => row), format: 'JSONEachRow' });
  await clickhouse.insert({ table: 'web.orders_v1', format: 'JSONEachRow', values: people.map(({ _partition, _offset, identifier }) => ({ _partition, _offset, identifiers: { user_id: identifier.slice('user_id:'.length) } })) });
  for (const query of deletionsOf(own, ["user_id:it's", 'email_sha256:b0'])) await clickhouse.command({ query });
  const left = async (table: string) => Number((await (await clickhouse.query({ query: `SELECT count() AS n FROM ${table} WHERE _partition = 1`, format: 'JSONEachRow' })).json<{ n: string }>())[0]!.n);
  for (const table of [tableName(activities), 'segments.activities', 'segments.memberships_v1', 'customer.consents_v1', 'web.orders_v1']) expect([table, await left(table)]).toEqual([table, 1]);
});
