// The tables and views of a real ClickHouse: made once, and made anew where there is a reason.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClickHouse, type ClickHouseClient } from '@tideway/clickhouse';
import { loadProducts, productOf } from '@tideway/contracts';
import { clickhouseShape, loadConfig } from '@tideway/service';
import { startTestPlatform, type TestPlatform } from '@tideway/testing';
import { Tables } from '../tables.js';

let platform: TestPlatform;
let clickhouse: ClickHouseClient;
let ran: string[] = [];
const products = loadProducts();
const orders = productOf(products, 'web.orders');

const query = (text: string) => clickhouse.command({ query: text });
/** What a start runs. */
async function start(from = products): Promise<string[]> {
  ran = [];
  await new Tables(clickhouse, from).create();
  return ran.filter((text) => !text.startsWith('CREATE DATABASE IF NOT EXISTS'));
}
async function columnsOf(table: string): Promise<string[]> {
  const rows = await (await clickhouse.query({ query: `DESCRIBE TABLE ${table}`, format: 'JSONEachRow' })).json<{ name: string }>();
  return rows.map(({ name }) => name);
}

beforeAll(async () => {
  platform = await startTestPlatform();
  clickhouse = createClickHouse(loadConfig(clickhouseShape, platform.env), 'test');
  const command = clickhouse.command.bind(clickhouse);
  clickhouse.command = (params) => {
    ran.push(params.query);
    return command(params);
  };
  await start();
});

afterAll(async () => {
  await clickhouse?.close();
  await platform?.stop();
});

describe('a warehouse that starts again', () => {
  it('makes nothing anew that is as it was', async () => {
    expect((await start()).filter((text) => !text.includes('MODIFY TTL'))).toEqual([]);
  });

  it('makes a table that was dropped, and nothing else', async () => {
    await query('DROP TABLE web.orders_v1 SYNC');
    expect((await start()).filter((text) => text.startsWith('CREATE'))).toEqual([expect.stringMatching(/^CREATE TABLE IF NOT EXISTS `web`.`orders_v1` \(/)]);
    expect(await columnsOf('web.orders_v1')).toContain('order_id');
  });

  it('adds the columns of a contract of today to a table of yesterday, and to the one that blocks are bisected into', async () => {
    await query('ALTER TABLE web.orders_v1 DROP COLUMN coupon');
    await query('DROP TABLE web.orders_v1_bisect SYNC');
    await start();
    expect(await columnsOf('web.orders_v1')).toContain('coupon');
    expect(await columnsOf('web.orders_v1_bisect')).toContain('coupon');
  });

  it.each([
    ['was dropped', 'DROP VIEW web.orders'],
    ['somebody made', 'CREATE OR REPLACE VIEW web.orders AS SELECT 1 AS one'],
  ])('makes views anew where one %s', async (_what, change) => {
    await query(change);
    expect((await start()).filter((text) => text.startsWith('CREATE OR REPLACE VIEW `web`.`orders` '))).toHaveLength(1);
    expect(await columnsOf('web.orders')).toContain('profile_id');
  });

  it('makes views anew that read all columns, where a contract has another', async () => {
    const wider = { ...orders, schema: { ...orders.schema, fields: [...orders.schema.fields, { name: 'gift_message', type: ['null', 'string'], default: null } as never] } };
    await start(products.map((product) => (product === orders ? wider : product)));
    expect(await columnsOf('web.orders')).toContain('gift_message');
  });

  it('makes all views anew after one was widened for a writer', async () => {
    const field = { name: 'wrapping', type: ['null', 'string'], default: null } as never;
    await start();
    await new Tables(clickhouse, products).fit(orders, { id: 7, schema: { ...orders.schema, fields: [...orders.schema.fields, field] } } as never);
    expect(await columnsOf('web.orders')).toContain('wrapping');
    expect((await start()).filter((text) => /^CREATE OR REPLACE VIEW/m.test(text)).length).toBeGreaterThan(products.length);
  });
});
