// Test platforms stay out of each other's way, and leave nothing.
import { existsSync, mkdirSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { workspaceRoot } from '@tideway/embedded';
import { startTestPlatform } from '../index.js';

const clickhouseOnly = { kafka: false, registry: false };

it('starts platforms at the same moment that share neither ports nor data', async () => {
  const platforms = await Promise.all([1, 2, 3].map(() => startTestPlatform(clickhouseOnly)));
  expect(new Set(platforms.map(({ dir }) => dir)).size).toBe(3);
  expect(new Set(platforms.flatMap(({ env, analyst }) => [new URL(env['CLICKHOUSE_URL']!).port, String(analyst.tcpPort)])).size).toBe(6);
  await Promise.all(platforms.map((platform) => platform.stop()));
  expect(platforms.filter(({ dir }) => existsSync(dir))).toEqual([]);
});

it('starts the parts it is asked for only', async () => {
  const platform = await startTestPlatform(clickhouseOnly);
  expect(Object.keys(platform.pids())).toEqual(['clickhouse']);
  expect(Object.keys(platform.env).sort()).toEqual(['CLICKHOUSE_PASSWORD', 'CLICKHOUSE_URL', 'CLICKHOUSE_USERNAME']);
  await platform.stop();
});

it('deletes what a killed test run left', async () => {
  const left = path.join(workspaceRoot, '.tideway/test/left-by-a-killed-run');
  mkdirSync(path.join(left, 'kafka-1'), { recursive: true });
  const hourAgo = new Date(Date.now() - 3_600_000);
  utimesSync(left, hourAgo, hourAgo);
  const platform = await startTestPlatform(clickhouseOnly);
  expect(existsSync(left)).toBe(false);
  await platform.stop();
});
