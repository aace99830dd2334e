// The whole platform, each part asked through its real client: what it serves, keeps, and refuses.
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { ClickHouseLogLevel, createClient, type ClickHouseClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';
import { installPlatform, PlatformError, resetPlatform, startPlatform, type Platform } from '../index.js';
import { createTopic } from './create-topic.js';
import { anyPorts, newDirectory } from './directories.js';

const dir = newDirectory();
let platform: Platform;
let readyAfterMs: number;
let service: ClickHouseClient;
let analyst: ClickHouseClient;

beforeAll(async () => {
  await installPlatform(() => undefined);
  const startedAt = Date.now();
  platform = await startPlatform({ dir, ports: anyPorts });
  readyAfterMs = Date.now() - startedAt;
  service = connect(platform.env['CLICKHOUSE_USERNAME']!, platform.env['CLICKHOUSE_PASSWORD']!);
  analyst = connect(platform.analyst.username, platform.analyst.password);
  await service.command({ query: 'CREATE DATABASE web' });
  await service.command({ query: 'CREATE TABLE web.visits (id UInt64, page String) ENGINE = MergeTree ORDER BY id' });
  await service.insert({ table: 'web.visits', values: [{ id: 1, page: '/' }], format: 'JSONEachRow' });
});

afterAll(async () => {
  await Promise.all([service?.close(), analyst?.close()]);
  await platform?.stop();
  rmSync(dir, { recursive: true, force: true });
});

// Refusals are what is tested: they need not be logged.
const connect = (username: string, password: string) => createClient({ url: platform.env['CLICKHOUSE_URL'], username, password, log: { level: ClickHouseLogLevel.OFF } });

const count = async (client: ClickHouseClient) => {
  const result = await client.query({ query: 'SELECT count() AS n FROM web.visits', format: 'JSONEachRow' });
  const [row] = await result.json<{ n: number }>();
  return row?.n;
};

const registry = (route: string, init: { method?: string; body?: string } = {}) =>
  fetch(`${platform.env['SCHEMA_REGISTRY_URL']}${route}`, { headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' }, ...init });
const avro = (fields: object[]) => JSON.stringify({ schema: JSON.stringify({ type: 'record', name: 'Visit', fields }) });

const kafka = () => new Kafka({ brokers: platform.env['KAFKA_BROKERS']!.split(','), logLevel: logLevel.NOTHING, retry: { initialRetryTime: 50, retries: 20 } });

async function produce(topic: string, value: string): Promise<void> {
  const producer = kafka().producer();
  await producer.connect();
  await producer.send({ topic, acks: -1, messages: [{ value }] });
  await producer.disconnect();
}

async function readAll(topic: string, expected: number): Promise<string[]> {
  const consumer = kafka().consumer({ groupId: `read-${Math.random()}`, sessionTimeout: 6_000 });
  const values: string[] = [];
  const complete = Promise.withResolvers<void>();
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message }) => {
      values.push(String(message.value));
      if (values.length === expected) complete.resolve();
    },
  });
  await complete.promise;
  await consumer.disconnect();
  return values;
}

describe('start', () => {
  it('is ready within 10 seconds and takes less than 1.5 GB', () => {
    const residentKb = Object.values(platform.pids()).map((pid) => Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })));
    expect(residentKb).toHaveLength(3);
    expect(readyAfterMs).toBeLessThan(10_000);
    expect(residentKb.reduce((sum, kb) => sum + kb, 0)).toBeLessThan(1_500_000);
  });

  it('tells services everything they need', () => {
    expect(Object.keys(platform.env).sort()).toEqual(['CLICKHOUSE_PASSWORD', 'CLICKHOUSE_URL', 'CLICKHOUSE_USERNAME', 'KAFKA_BROKERS', 'SCHEMA_REGISTRY_URL']);
  });

  it('refuses a directory that is in use, and says by whom', async () => {
    const second = startPlatform({ dir, parts: { kafka: false, registry: false } });
    await expect(second).rejects.toThrow(PlatformError);
    await expect(second).rejects.toThrow(`pid ${process.pid}`);
    expect(() => resetPlatform(dir)).toThrow(`pid ${process.pid}`);
  });

  it('refuses a port that is in use, and says which and by whom', async () => {
    const other = newDirectory();
    const taken = Number(new URL(platform.env['CLICKHOUSE_URL']!).port);
    const start = startPlatform({ dir: other, parts: { kafka: false, registry: false }, ports: { ...anyPorts, clickhouseHttp: taken } });
    await expect(start).rejects.toThrow(new RegExp(`Port ${taken} .*options.ports.clickhouseHttp.* process ${process.pid}`));
    rmSync(other, { recursive: true });
  });

  it('says what a part that does not start said last, and keeps nothing running', async () => {
    const other = newDirectory();
    process.env['TIDEWAY_KAFKA_HEAP'] = 'plenty';
    const start = startPlatform({ dir: other, ports: anyPorts }).finally(() => delete process.env['TIDEWAY_KAFKA_HEAP']);
    await expect(start).rejects.toThrow(/^kafka-1 cannot be started: .*Invalid maximum heap size: -Xmxplenty/s);
    expect(JSON.parse(readFileSync(path.join(other, 'children.json'), 'utf8'))).toEqual([]);
    rmSync(other, { recursive: true });
  });

  it('keeps the passwords to the owner of the directory', () => {
    expect(statSync(path.join(dir, 'clickhouse/passwords.json')).mode & 0o777).toBe(0o600);
  });
});

describe('kafka', () => {
  it('keeps acknowledged records through kill -9', async () => {
    const admin = kafka().admin();
    await admin.connect();
    await createTopic(admin, { topic: 'web.visits.v1', numPartitions: 1 });
    await admin.disconnect();
    await produce('web.visits.v1', 'before');
    const { 'kafka-1': killed } = platform.pids();
    platform.kill('kafka-1');
    await platform.ready('kafka-1');
    expect(platform.pids()['kafka-1']).not.toBe(killed);
    await produce('web.visits.v1', 'after');
    expect(await readAll('web.visits.v1', 2)).toEqual(['before', 'after']);
  });

  it('makes no topic that nobody asked for', async () => {
    const producer = new Kafka({ brokers: platform.env['KAFKA_BROKERS']!.split(','), logLevel: logLevel.NOTHING, retry: { retries: 0 } }).producer();
    await producer.connect();
    await expect(producer.send({ topic: 'web.misspelt.v1', messages: [{ value: 'x' }] })).rejects.toThrow(/does not host this topic/);
    await producer.disconnect();
  });
});

describe('schema registry', () => {
  it('keeps acknowledged schemas through kill -9', async () => {
    const registered = await registry('/subjects/web.visits.v1-value/versions', { method: 'POST', body: avro([{ name: 'id', type: 'long' }]) });
    const { id } = (await registered.json()) as { id: number };
    platform.kill('registry');
    await platform.ready('registry');
    const found = (await (await registry(`/schemas/ids/${id}`)).json()) as { schema: string };
    expect(JSON.parse(found.schema)).toMatchObject({ name: 'Visit', fields: [{ name: 'id', type: 'long' }] });
  });

  it('refuses a schema that old readers could not read', async () => {
    const body = avro([{ name: 'id', type: 'string' }]);
    expect((await registry('/subjects/web.visits.v1-value/versions', { method: 'POST', body })).status).toBe(409);
    expect(await (await registry('/config')).json()).toEqual({ compatibilityLevel: 'FULL_TRANSITIVE' });
  });
});

describe('clickhouse', () => {
  it('keeps acknowledged rows through kill -9', async () => {
    platform.kill('clickhouse');
    await platform.ready('clickhouse');
    expect(await count(service)).toBe(1);
  });

  it('ignores a block it has seen, by its deduplication token', async () => {
    await service.command({ query: 'CREATE TABLE web.blocks (id UInt64) ENGINE = MergeTree ORDER BY id' });
    const insert = () => service.insert({ table: 'web.blocks', values: [{ id: 1 }], format: 'JSONEachRow', clickhouse_settings: { insert_deduplication_token: 'web:0:0-0' } });
    await insert();
    platform.kill('clickhouse');
    await platform.ready('clickhouse');
    await insert();
    const result = await service.query({ query: 'SELECT count() AS n FROM web.blocks', format: 'JSONEachRow' });
    expect(await result.json()).toEqual([{ n: 1 }]);
  });

  it('lets the service run everything that the mesh needs', async () => {
    for (const query of [
      'CREATE TABLE web.latest (id UInt64, page String, _offset UInt64) ENGINE = ReplacingMergeTree(_offset) ORDER BY id',
      'CREATE VIEW web.pages AS SELECT page, count() AS n FROM web.visits GROUP BY page',
      'CREATE TABLE web.totals (page String, n UInt64) ENGINE = SummingMergeTree ORDER BY page',
      'CREATE MATERIALIZED VIEW web.to_totals TO web.totals AS SELECT page, count() AS n FROM web.visits GROUP BY page',
      'CREATE DICTIONARY web.page_of (id UInt64, page String) PRIMARY KEY id SOURCE(CLICKHOUSE(DB \'web\' TABLE \'visits\')) LAYOUT(HASHED()) LIFETIME(60)',
      'ALTER TABLE web.visits ADD COLUMN title Nullable(String)',
      'INSERT INTO web.latest VALUES (1, \'/\', 1)',
      'ALTER TABLE web.latest UPDATE page = \'/home\' WHERE id = 1',
      'DELETE FROM web.latest WHERE id = 2',
      'OPTIMIZE TABLE web.latest FINAL',
      'EXCHANGE TABLES web.latest AND web.visits',
      'EXCHANGE TABLES web.latest AND web.visits',
      'TRUNCATE TABLE web.latest',
      'DROP TABLE web.latest',
      'SYSTEM FLUSH LOGS',
      'SELECT dictGet(\'web.page_of\', \'page\', toUInt64(1)) FORMAT Null',
      ...['parts', 'tables', 'columns', 'databases', 'query_log', 'metrics', 'detached_parts', 'mutations'].map((table) => `SELECT * FROM system.${table} LIMIT 1 FORMAT Null`),
    ]) {
      await service.command({ query });
    }
  });

  it('lets whoever reads a file do so himself', async () => {
    for (const client of [service, analyst]) {
      const result = await client.query({ query: "SELECT getSetting('local_filesystem_read_method') AS method", format: 'JSONEachRow' });
      expect(await result.json()).toEqual([{ method: 'pread' }]);
    }
  });

  it.each([
    ['a file as a table', "SELECT * FROM file('/etc/passwd', LineAsString)", /ACCESS_DENIED|privileges/],
    ['a file as a value', "SELECT file('/etc/passwd')", /Permission denied/],
    ['the passwords', `SELECT file('${path.join(dir, 'clickhouse/passwords.json')}')`, /Permission denied/],
    ['another process', `SELECT file('/proc/${process.pid}/environ')`, /Permission denied/],
    ['a URL', "SELECT * FROM url('http://127.0.0.1:1/', LineAsString)", /privileges/],
    ['another server', "SELECT * FROM remote('127.0.0.1', 'web', 'visits')", /privileges/],
    ['a command', "SELECT * FROM executable('cat', LineAsString, 'line String')", /does not exist|privileges/],
    ['access rights', 'SELECT * FROM system.grants', /privileges/],
  ])('lets neither the service nor an analyst read %s', async (_what, query, refusal) => {
    for (const client of [service, analyst]) {
      await expect(client.query({ query }).then((result) => result.text())).rejects.toThrow(refusal);
    }
  });

  it.each([
    ['a command in a dictionary', "CREATE DICTIONARY web.leak (id UInt64, line String) PRIMARY KEY id SOURCE(EXECUTABLE(COMMAND 'cat /etc/passwd' FORMAT 'TSV')) LAYOUT(FLAT()) LIFETIME(0)", /Child process/],
    ['a file in a dictionary', "CREATE DICTIONARY web.leak (id UInt64, line String) PRIMARY KEY id SOURCE(FILE(PATH '/etc/passwd' FORMAT 'TSV')) LAYOUT(FLAT()) LIFETIME(0)", /is not inside/],
    ['a URL in a dictionary', "CREATE DICTIONARY web.leak (id UInt64, line String) PRIMARY KEY id SOURCE(HTTP(URL 'http://127.0.0.1:1/' FORMAT 'TSV')) LAYOUT(FLAT()) LIFETIME(0) SETTINGS(http_max_tries = 1)", /Permission denied/],
  ])('does not let the service reach %s', async (_what, query, refusal) => {
    await service.command({ query });
    const read = service.command({ query: "SELECT dictGet('web.leak', 'line', toUInt64(1)) FORMAT Null" });
    await expect(read.finally(() => service.command({ query: 'DROP DICTIONARY web.leak' }))).rejects.toThrow(refusal);
  });

  it.each([
    ['make users', "CREATE USER eve IDENTIFIED BY 'x'"],
    ['give rights away', 'GRANT SELECT ON web.* TO analyst'],
    ['stop the server', 'SYSTEM SHUTDOWN'],
    ['make tables that reach outside', "CREATE TABLE web.feed (id UInt64) ENGINE = URL('http://127.0.0.1:1/', JSONEachRow)"],
  ])('does not let the service %s', async (_what, query) => {
    await expect(service.command({ query })).rejects.toThrow(/privileges/);
  });

  it('lets an analyst read', async () => {
    expect(await count(analyst)).toBe(1);
  });

  it.each(['INSERT INTO web.visits (id) VALUES (2)', 'CREATE TABLE web.mine (id UInt64) ENGINE = Memory', 'ALTER TABLE web.visits DELETE WHERE 1', 'DROP TABLE web.visits', 'TRUNCATE TABLE web.visits'])(
    'does not let an analyst write: %s',
    async (query) => {
      await expect(analyst.command({ query })).rejects.toThrow(/privileges/);
      expect(await count(service)).toBe(1);
    },
  );

  it.each(['max_memory_usage = 0', 'max_memory_usage = 8000000000', 'max_execution_time = 0', 'max_execution_time = 3600', 'readonly = 0'])('does not let an analyst set %s', async (setting) => {
    await expect(analyst.command({ query: `SELECT 1 SETTINGS ${setting}` })).rejects.toThrow(/shouldn't be|readonly/);
  });

  it('lets nobody in without a password', async () => {
    for (const username of ['default', 'tideway', 'analyst']) {
      const client = connect(username, '');
      await expect(client.command({ query: 'SELECT 1' })).rejects.toThrow(/Authentication failed|session count/);
      await client.close();
    }
  });
});

describe('stop', () => {
  it('leaves no process, and a new start finds everything where it was', async () => {
    const [address, pids] = [platform.env['KAFKA_BROKERS'], Object.values(platform.pids())];
    await platform.stop();
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    platform = await startPlatform({ dir });
    expect(platform.env['KAFKA_BROKERS']).toBe(address);
    expect(await count(service)).toBe(1);
    expect(await readAll('web.visits.v1', 2)).toEqual(['before', 'after']);
  });
});
