// Who may do what in ClickHouse: the services' user and the analysts' one, as users.xml.
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export const serviceUser = 'tideway';
export const analystUser = 'analyst';

/** Passwords by user name. */
export type Passwords = Record<typeof serviceUser | typeof analystUser, string>;

/** The passwords of this platform: made at the first start, kept in `file`, which only its owner can read. */
export function readPasswords(file: string): Passwords {
  if (!existsSync(file)) {
    const made: Passwords = { [serviceUser]: randomPassword(), [analystUser]: randomPassword() };
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify(made, undefined, 2)}\n`, { mode: 0o600 });
  }
  return JSON.parse(readFileSync(file, 'utf8')) as Passwords;
}

// Databases are made by the services, one per domain, so the grants are on every database but `system`.
// What reaches out of the tables (file(), url(), remote(), S3, Kafka, executables: the source privileges)
// and what changes access is not among them: nothing is allowed that is not listed.
const serviceGrants = [
  `GRANT SHOW, SELECT, INSERT, dictGet,
    CREATE DATABASE, CREATE TABLE, CREATE VIEW, CREATE DICTIONARY,
    ALTER TABLE, ALTER VIEW, TRUNCATE, OPTIMIZE,
    DROP DATABASE, DROP TABLE, DROP VIEW, DROP DICTIONARY ON *.*`,
  'GRANT CREATE TEMPORARY TABLE, KILL QUERY ON *.*',
  'GRANT SYSTEM RELOAD DICTIONARY, SYSTEM VIEWS, SYSTEM MERGES, SYSTEM FLUSH LOGS ON *.*',
  'REVOKE ALL ON system.*',
];

const engines = [
  ...['MergeTree', 'ReplacingMergeTree', 'SummingMergeTree', 'AggregatingMergeTree'],
  ...['CollapsingMergeTree', 'VersionedCollapsingMergeTree', 'CoalescingMergeTree', 'Memory', 'Null'],
];

// Quarantine keeps the bytes that were sent, with whatever they hold of a person: analysts read all columns but these,
// of the view and, as a view is read with the rights of who asks, of the table behind it. What is not listed, such as a
// later major, they cannot read.
const quarantineColumns = ['event_id', 'occurred_at', 'service', 'stage', 'code', 'field', 'reason', 'product', 'source', 'origin', 'replay_of', 'original_bytes'];
const quarantineOrigin = ['_partition', '_offset', '_inserted_at'];

const analystGrants = [
  'GRANT SHOW, SELECT, dictGet ON *.*',
  'REVOKE ALL ON system.*',
  'REVOKE SELECT ON operations.*',
  `GRANT SELECT(${quarantineColumns.join(', ')}) ON operations.quarantine`,
  `GRANT SELECT(${[...quarantineOrigin, ...quarantineColumns].join(', ')}) ON operations.quarantine_v1`,
  ...['quarantine_replays', 'quarantine_replays_v1', 'quarantine_replays_v1_bisect', 'quarantine_entries'].map((table) => `GRANT SELECT ON operations.${table}`),
];

// What clients and tools look up about the data itself.
const catalogue = [
  ...['columns', 'data_type_families', 'databases', 'dictionaries', 'formats', 'functions', 'one', 'numbers'],
  ...['settings', 'table_engines', 'table_functions', 'tables', 'time_zones'],
];
// How the server is doing.
const operation = [
  ...['data_skipping_indices', 'detached_parts', 'disks', 'errors', 'events', 'merge_tree_settings', 'merges', 'metrics'],
  ...['mutations', 'part_log', 'parts', 'parts_columns', 'processes', 'projections', 'query_log', 'server_settings'],
  ...['view_refreshes', 'warnings'],
];

// Two need the user `default`, which cannot have a password: clickhouse local, for the query that keeps the
// server alive, and dictionaries whose source names no user, which so need no password in their definition.
// Nobody else can be it: the first session, which lasts as long as the server, is the only one allowed.
const internalGrants = ['GRANT SYSTEM LISTEN ON *.*', 'GRANT SELECT ON *.*', 'REVOKE ALL ON system.*', 'GRANT SELECT ON system.numbers'];

/** How the users of users.xml prove who they are, and from where they may come. */
export interface Access {
  /** The element of users.xml that says so, by user. */
  authentication: Record<keyof Passwords, string>;
  network: '127.0.0.1' | '::/0';
  /** For the services' user. */
  furtherGrants?: readonly string[];
  /** Of everybody, and of merges. */
  settings?: Readonly<Record<string, string>>;
}

/**
 * Files are in the page cache, or the disk is this machine's: a read needs no thread of its own. On tmpfs, which cannot say whether something is
 * in the cache, hundreds of these a second took half of ClickHouse's processor time.
 */
const localSettings = { local_filesystem_read_method: 'pread' };

/** Access from this machine with these passwords, as hashes. */
export function localAccess(passwords: Passwords, furtherGrants: readonly string[] = []): Access {
  return { authentication: { [serviceUser]: hashed(passwords[serviceUser]), [analystUser]: hashed(passwords[analystUser]) }, network: '127.0.0.1', furtherGrants, settings: localSettings };
}

/** users.xml, in the format of clickhouse.com/docs, "Users and Roles Settings". */
export function usersXml({ authentication, network, furtherGrants = [], settings = {} }: Access): string {
  const everybodys = Object.entries(settings).map(([name, value]) => `<${name}>${value}</${name}>`).join('');
  return `<clickhouse>
  <profiles>
    ${everybodys === '' ? '<default/>' : `<default>${everybodys}</default>`}
    <internal>
      <max_sessions_for_user>1</max_sessions_for_user>
    </internal>
    <service>
      <async_insert>0</async_insert>
      <log_queries>1</log_queries>
    </service>
    <analyst>
      <readonly>2</readonly>
      <max_memory_usage>1000000000</max_memory_usage>
      <max_execution_time>60</max_execution_time>
      <max_concurrent_queries_for_user>8</max_concurrent_queries_for_user>
      <constraints>
        <max_memory_usage><min>1</min><max>1000000000</max></max_memory_usage>
        <max_execution_time><min>1</min><max>60</max></max_execution_time>
        <max_concurrent_queries_for_user><readonly/></max_concurrent_queries_for_user>
      </constraints>
    </analyst>
  </profiles>
  <quotas>
    <default/>
    <analyst>
      <interval><duration>3600</duration><execution_time>1800</execution_time></interval>
    </analyst>
  </quotas>
  <users>
${user('default', '<no_password/>', '127.0.0.1', 'internal', 'default', internalGrants)}
${user(serviceUser, authentication[serviceUser], network, 'service', 'default', [...serviceGrants, ...forEngines(engines), ...selectSystem([...catalogue, ...operation]), ...furtherGrants])}
${user(analystUser, authentication[analystUser], network, 'analyst', 'analyst', [...analystGrants, ...selectSystem(catalogue)])}
  </users>
</clickhouse>
`;
}

function user(name: string, authentication: string, network: string, profile: string, quota: string, grants: readonly string[]): string {
  return `    <${name}>
      ${authentication}
      <networks><ip>${network}</ip></networks>
      <profile>${profile}</profile>
      <quota>${quota}</quota>
      <grants>
${grants.map((grant) => `        <query>${grant}</query>`).join('\n')}
      </grants>
    </${name}>`;
}

function selectSystem(tables: readonly string[]): string[] {
  return tables.map((table) => `GRANT SELECT ON system.${table}`);
}

function forEngines(names: readonly string[]): string[] {
  return names.map((engine) => `GRANT TABLE ENGINE ON ${engine}`);
}

function hashed(password: string): string {
  return `<password_sha256_hex>${createHash('sha256').update(password).digest('hex')}</password_sha256_hex>`;
}

function randomPassword(): string {
  return randomBytes(24).toString('base64url');
}
