// ClickHouse as a child process: the library of the chdb packages, which is the whole server, run by a node script.
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { localAccess, readPasswords, serviceUser, usersXml, type Passwords } from './clickhouse-access.js';
import { PlatformError } from './errors.js';
import type { ChildSpec } from './supervised-child.js';
import { childDirectory, nodeBinary, workspaceRoot } from './workspace.js';

export interface ClickHouseOptions {
  /** The platform's directory. */
  dir: string;
  httpPort: number;
  tcpPort: number;
  /** Further grants of the services' user. */
  grants?: readonly string[];
  /** Ports on this machine that ClickHouse may connect to. */
  connectTo?: readonly number[];
}

export interface ClickHouse {
  child: ChildSpec;
  /** Base URL of the HTTP interface, for CLICKHOUSE_URL. */
  url: string;
  passwords: Passwords;
}

/** Writes the server's settings and users, and says how to run it. */
export function clickHouseChild({ dir, httpPort, tcpPort, grants = [], connectTo = [] }: ClickHouseOptions): ClickHouse {
  const home = path.join(dir, 'clickhouse');
  const data = path.join(home, 'data');
  const passwords = readPasswords(path.join(home, 'passwords.json'));
  mkdirSync(data, { recursive: true });
  writeFileSync(path.join(home, 'users.xml'), usersXml(localAccess(passwords, grants)), { mode: 0o600 });
  writeFileSync(path.join(home, 'config.xml'), configXml(home));
  const url = `http://127.0.0.1:${httpPort}`;
  const child: ChildSpec = {
    name: 'clickhouse',
    command: nodeBinary(),
    args: [path.join(childDirectory, 'clickhouse.mjs'), findLibrary(), home, ...[httpPort, tcpPort, ...connectTo].map(String)],
    cwd: data,
    // No more than it needs: what is in here could be read through SQL.
    env: Object.fromEntries(['PATH', 'LANG', 'TZ', 'LD_LIBRARY_PATH'].map((name) => [name, process.env[name]])),
    logFile: path.join(dir, 'logs', 'clickhouse.log'),
    // The tables of `system` are the server's own; those a former run left are in the way of a start.
    beforeStart: () => rmSync(path.join(data, 'data/system'), { recursive: true, force: true }),
    probe: () => answers(url, passwords[serviceUser]),
    // It does not end by SIGTERM.
    stopSignal: 'SIGINT',
  };
  return { child, url, passwords };
}

// The platform's package, by npm's names for operating systems and processors.
function findLibrary(): string {
  const name = `@chdb/lib-${process.platform}-${process.arch}${process.platform === 'linux' ? '-gnu' : ''}`;
  const directory = path.join(workspaceRoot, 'node_modules', name);
  const library = ['libchdb.so', 'libchdb.dylib'].map((file) => path.join(directory, file)).find((file) => existsSync(file));
  if (library !== undefined) return library;
  throw new PlatformError(
    `The embedded ClickHouse is missing: there is no package ${name}. On Linux x64, run "npm ci" without --omit=optional; on Linux arm64 and macOS, "npm install --no-save ${name}@26.7.3-stable.1". Elsewhere, use a ClickHouse server of your own.`,
  );
}

async function answers(url: string, password: string): Promise<boolean> {
  const response = await fetch(`${url}/?query=${encodeURIComponent('SELECT 1')}`, {
    headers: { 'X-ClickHouse-User': serviceUser, 'X-ClickHouse-Key': password },
    signal: AbortSignal.timeout(2_000),
  });
  return response.ok;
}

// https://clickhouse.com/docs/operations/server-configuration-parameters/settings
function configXml(home: string): string {
  return `<clickhouse>
  <logger><console>1</console></logger>
  <log-level>warning</log-level>
  <users_config>${path.join(home, 'users.xml')}</users_config>

  <!-- Only what is granted, for the tables of system and information_schema too. -->
  <access_control_improvements>
    <select_from_system_db_requires_grant>true</select_from_system_db_requires_grant>
    <select_from_information_schema_requires_grant>true</select_from_information_schema_requires_grant>
    <table_engines_require_grant>true</table_engines_require_grant>
  </access_control_improvements>

  <!-- A laptop's measures. -->
  <max_server_memory_usage>4000000000</max_server_memory_usage>
  <mark_cache_size>268435456</mark_cache_size>
  <background_schedule_pool_size>16</background_schedule_pool_size>
  <background_pool_size>4</background_pool_size>

  <merge_tree>
    <!-- How many insert_deduplication_tokens a table remembers. -->
    <non_replicated_deduplication_window>10000</non_replicated_deduplication_window>
    <!-- Thresholds of free merge slots, which must be below the pool's 4 threads times 2. -->
    <number_of_free_entries_in_pool_to_lower_max_size_of_merge>4</number_of_free_entries_in_pool_to_lower_max_size_of_merge>
    <number_of_free_entries_in_pool_to_execute_mutation>4</number_of_free_entries_in_pool_to_execute_mutation>
    <number_of_free_entries_in_pool_to_execute_optimize_entire_partition>4</number_of_free_entries_in_pool_to_execute_optimize_entire_partition>
  </merge_tree>

  <query_log>
    <database>system</database>
    <table>query_log</table>
    <engine>ENGINE = MergeTree PARTITION BY event_date ORDER BY event_time TTL event_date + INTERVAL 3 DAY</engine>
    <flush_interval_milliseconds>5000</flush_interval_milliseconds>
  </query_log>
</clickhouse>
`;
}
