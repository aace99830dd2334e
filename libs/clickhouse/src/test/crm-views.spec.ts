// The views of schemas/views/ on CRM objects: which of them are there, after what was deleted, restored and imported.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadProducts, productOf, schemasDir } from '@tideway/contracts';
import { clickhouseShape, loadConfig } from '@tideway/service';
import { startTestPlatform, type TestPlatform } from '@tideway/testing';
import { v4 as uuid } from 'uuid';
import { createClickHouse, createTable, createView, type ClickHouseClient } from '../index.js';

const products = loadProducts();
const BEGIN = Date.UTC(2026, 10, 1);
let platform: TestPlatform;
let clickhouse: ClickHouseClient;

beforeAll(async () => {
  platform = await startTestPlatform({ kafka: false, registry: false });
  clickhouse = createClickHouse(loadConfig(clickhouseShape, platform.env), 'test');
  for (const database of ['customer', 'crm']) await clickhouse.command({ query: `CREATE DATABASE ${database}` });
  for (const id of ['customer.identities', 'crm.contact-changes', 'crm.deal-changes', 'crm.company-changes']) {
    const product = productOf(products, id);
    for (const query of [...createTable(product), createView(product)]) await clickhouse.command({ query });
  }
  for (const view of ['crm.contacts', 'crm.deals', 'crm.companies']) await clickhouse.command({ query: readFileSync(path.join(schemasDir(), `views/${view}.sql`), 'utf8') });
});

afterAll(async () => {
  await clickhouse?.close();
  await platform?.stop();
});

type Change = [change: string, property?: string, value?: string, source?: string];

/** Rows of one object, a minute apart; they are inserted last first, as late ones come. */
async function history(table: string, object_id: string, changes: Change[]): Promise<void> {
  const values = changes.map(([change, property = null, value = null, source = 'hubspot:1'], minute) => ({
    _partition: 0, _offset: minute, event_id: uuid(), occurred_at: BEGIN + minute * 60_000, received_at: BEGIN, source, account_id: '1', object_id, change,
    property, value, stage: change === 'stage_changed' ? value : null, related_ids: [],
  }));
  await clickhouse.insert({ table, values: values.reverse(), format: 'JSONEachRow' });
}

describe.each([['crm.contacts', 'crm.contact_changes_v1'], ['crm.deals', 'crm.deal_changes_v1'], ['crm.companies', 'crm.company_changes_v1']])('%s', (view, table) => {
  const shown = async (object: string) => {
    const result = await clickhouse.query({ query: `SELECT stage, properties, toUnixTimestamp64Milli(updated_at) - ${BEGIN} AS updated FROM ${view} WHERE object_id = {object:String}`, query_params: { object }, format: 'JSONEachRow' });
    return result.json<{ stage: string; properties: Record<string, string>; updated: number }>();
  };

  it.each<[string, Change[]]>([
    ['created and deleted', [['created'], ['updated', 'industry', 'Retail'], ['deleted']]],
    ['deleted, restored and deleted again', [['created'], ['deleted'], ['created'], ['deleted']]],
    ['deleted while its associations went', [['created'], ['deleted'], ['updated', 'association', 'removed'], ['stage_changed', 'stage', 'lead']]],
    ['deleted for privacy, whatever comes later', [['created'], ['deleted', 'privacyDeletion'], ['created'], ['updated', 'stage', 'lead', 'import:1']]],
    ['imported, and deleted by an import', [['updated', 'industry', 'Retail', 'import:1'], ['deleted', undefined, undefined, 'import:1']]],
  ])('leaves out what was %s', async (name, changes) => {
    await history(table, name, changes);
    expect(await shown(name)).toEqual([]);
  });

  it.each<[string, Change[]]>([
    ['never deleted', [['updated', 'industry', 'Retail'], ['stage_changed', 'stage', 'lead']]],
    ['deleted and restored', [['updated', 'industry', 'Retail'], ['stage_changed', 'stage', 'lead'], ['deleted'], ['created']]],
    ['deleted, and is in a later import', [['updated', 'industry', 'Mining'], ['deleted'], ['stage_changed', 'stage', 'lead', 'import:1'], ['updated', 'industry', 'Retail', 'import:1']]],
  ])('has what was %s, with the last value of each property', async (name, changes) => {
    await history(table, name, changes);
    expect(await shown(name)).toEqual([{ stage: 'lead', properties: { industry: 'Retail', stage: 'lead' }, updated: (changes.length - 1) * 60_000 }]);
  });
});
