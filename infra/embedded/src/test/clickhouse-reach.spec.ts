// What a platform may be given beyond the default: grants, and parts that ClickHouse itself may connect to.
import { rmSync } from 'node:fs';
import { ClickHouseLogLevel, createClient, type ClickHouseClient } from '@clickhouse/client';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { installPlatform, startPlatform, type Platform } from '../index.js';
import { anyPorts, newDirectory } from './directories.js';

const dir = newDirectory();
let platform: Platform;
let client: ClickHouseClient;

beforeAll(async () => {
  await installPlatform(() => undefined);
  platform = await startPlatform({ dir, ports: anyPorts, parts: { kafka: false }, clickhouseGrants: ['GRANT URL ON *.*'], clickhouseReaches: ['registry'] });
  const { CLICKHOUSE_URL: url, CLICKHOUSE_USERNAME: username, CLICKHOUSE_PASSWORD: password } = platform.env;
  client = createClient({ url, username, password, log: { level: ClickHouseLogLevel.OFF } });
});

afterAll(async () => {
  await client?.close();
  await platform?.stop();
  rmSync(dir, { recursive: true, force: true });
});

const read = async (url: string) => {
  const result = await client.query({ query: `SELECT * FROM url('${url}', LineAsString) SETTINGS http_max_tries = 1`, format: 'TabSeparated' });
  return result.text();
};

it('lets ClickHouse reach the part that was named, with the grant that was given', async () => {
  expect(await read(`${platform.env['SCHEMA_REGISTRY_URL']}/config`)).toContain('FULL_TRANSITIVE');
});

it('still keeps it from everything else', async () => {
  await expect(read(`${platform.env['CLICKHOUSE_URL']}/ping`)).rejects.toThrow(/Permission denied/);
  await expect(client.query({ query: "SELECT * FROM remote('127.0.0.1', 'web', 'visits')" })).rejects.toThrow(/privileges/);
});
