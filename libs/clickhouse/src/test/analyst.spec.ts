// What analysts of the embedded ClickHouse may read of the products' tables and views, and what they may not.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadProducts, productOf, schemasDir, type Product } from '@tideway/contracts';
import { clickhouseShape, loadConfig } from '@tideway/service';
import { startTestPlatform, type TestPlatform } from '@tideway/testing';
import { QuarantineReader, createClickHouse, createTable, createView, type ClickHouseClient } from '../index.js';

const products = loadProducts();
const quarantine = productOf(products, 'operations.quarantine');
const ORIGINAL = '{"email":"jane@example.com"}';
let platform: TestPlatform;
let service: ClickHouseClient;
let analyst: ClickHouseClient;

beforeAll(async () => {
  platform = await startTestPlatform({ kafka: false, registry: false });
  service = createClickHouse(loadConfig(clickhouseShape, platform.env), 'test');
  const { url, username, password } = platform.analyst;
  // Refusals are what is tested: they need not be logged.
  analyst = createClient({ url, username, password, log: { level: ClickHouseLogLevel.OFF } });
  const identitiesFirst = [...products].sort((a, b) => Number(b.id === 'customer.identities') - Number(a.id === 'customer.identities'));
  // A later major of quarantine, which nobody has listed yet.
  for (const product of [...identitiesFirst, { ...quarantine, table: 'quarantine_v2', view: 'later' }]) {
    await service.command({ query: `CREATE DATABASE IF NOT EXISTS ${product.database}` });
    for (const query of [...createTable(product), createView(product)]) await service.command({ query });
  }
  await service.command({ query: readFileSync(path.join(schemasDir(), 'views/operations.quarantine_entries.sql'), 'utf8') });
  await service.insert({
    table: 'operations.quarantine_v1', format: 'JSONEachRow',
    values: [{ _partition: 0, _offset: 0, event_id: '0b7d3c1e-5a0f-5c0e-9a57-3f6f3a1f9d10', occurred_at: 1_795_000_000_000, service: 'web', stage: 'intake', code: 'required', field: 'email', reason: 'it is missing', product: 'web.orders', source: 'segment:shop', origin: null, original: ORIGINAL, context: '{"received_at":1795000000000,"index":0}', replay_of: null, original_bytes: ORIGINAL.length }],
  });
});

afterAll(async () => {
  await Promise.all([service?.close(), analyst?.close()]);
  await platform?.stop();
});

async function rows(client: ClickHouseClient, query: string): Promise<Record<string, unknown>[]> {
  return (await client.query({ query, format: 'JSONEachRow' })).json();
}

const columnsOf = (product: Product) => product.schema.fields.map(({ name }) => name).filter((name) => !(product === quarantine && ['original', 'context'].includes(name))).join(', ');

describe('an analyst', () => {
  it.each(products.map((product) => [product.topic, product] as const))('reads every column of %s, but original bytes', async (_topic, product) => {
    for (const relation of [product.view, product.table]) {
      await expect(rows(analyst, `SELECT ${columnsOf(product)} FROM ${product.database}.${relation}`)).resolves.toHaveLength(product === quarantine ? 1 : 0);
    }
  });

  it('counts and groups what is in quarantine by code', async () => {
    expect(await rows(analyst, 'SELECT service, code, reason, product, count() AS n, max(occurred_at) > 0 AS timed FROM operations.quarantine GROUP BY ALL')).toEqual([
      { service: 'web', code: 'required', reason: 'it is missing', product: 'web.orders', n: 1, timed: 1 },
    ]);
    expect(await rows(analyst, 'SELECT * EXCEPT (original, context) FROM operations.quarantine')).toMatchObject([{ service: 'web', field: 'email' }]);
  });

  it('reads the state of entries, but none with its bytes', async () => {
    const reader = new QuarantineReader(analyst);
    const [entry] = await reader.list({ code: 'required', state: 'open', since: 1_794_999_999_999, until: 1_795_000_000_001 }, 10);
    expect(entry).toMatchObject({ service: 'web', code: 'required', occurred_at: 1_795_000_000_000, state: 'open', replays: 0, replayed_at: null, event_ids: [], original_bytes: ORIGINAL.length });
    expect(await reader.list({ until: 1_795_000_000_000 }, 10)).toEqual([]);
    expect(await reader.count({ source: 'segment:shop' })).toMatchObject([{ service: 'web', code: 'required', entries: 1, open: 1, replayed: 0 }]);
    await expect(reader.show(entry!.event_id)).rejects.toThrow(/privileges|ACCESS_DENIED/);
    expect(await new QuarantineReader(service).show(entry!.event_id)).toMatchObject({ original: Buffer.from(ORIGINAL).toString('base64'), context: '{"received_at":1795000000000,"index":0}', replay_of: null });
  });

  it.each([
    'SELECT original FROM operations.quarantine',
    'SELECT original FROM operations.quarantine_v1',
    'SELECT context FROM operations.quarantine',
    'SELECT context FROM operations.quarantine_v1',
    'SELECT * FROM operations.quarantine',
    "SELECT COLUMNS('orig') FROM operations.quarantine",
    'SELECT q.original FROM (SELECT * FROM operations.quarantine) AS q',
    "SELECT count() AS n FROM operations.quarantine WHERE original LIKE '%@%'",
    'SELECT code FROM operations.quarantine_v1 ORDER BY original',
    'SELECT length(original) AS n FROM operations.quarantine_v1_bisect',
    'SELECT code FROM operations.quarantine_v2',
    "SELECT * FROM merge('operations', 'quarantine.*')",
  ])('does not read the bytes of quarantine: %s', async (query) => {
    await expect(rows(analyst, query)).rejects.toThrow(/privileges|ACCESS_DENIED/);
  });
});

it('who repairs reads them as the services\' user', async () => {
  expect(await rows(service, 'SELECT original FROM operations.quarantine')).toEqual([{ original: ORIGINAL }]);
});
