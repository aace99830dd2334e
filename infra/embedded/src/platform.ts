// Starts Kafka, the schema registry and ClickHouse on this machine, on loopback, and keeps them running.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { clickHouseChild, type ClickHouse } from './clickhouse.js';
import { analystUser, serviceUser } from './clickhouse-access.js';
import { PlatformError } from './errors.js';
import { ensureInstalled } from './install.js';
import { bootstrapServers, clientPorts, kafkaChildren, kafkaPortNames, proxiedPorts } from './kafka.js';
import { acquireLock, lockHolder, LockHeld, type Lock } from './lock.js';
import { claimPorts, type ClaimedPorts, type PortRequest } from './ports.js';
import { identify, killLeftovers, type ProcessIdentity } from './processes.js';
import { registryChild, registryUrl } from './registry.js';
import type { ChildEvent, ChildSpec } from './supervised-child.js';
import { Supervisor } from './supervisor.js';

export type PortName = 'kafka' | 'registry' | 'clickhouseHttp' | 'clickhouseTcp';

export interface PlatformOptions {
  /** Data directory, e.g. <root>/.tideway/platform. */
  dir: string;
  /** Which parts to start; default: all. */
  parts?: { kafka?: boolean; registry?: boolean; clickhouse?: boolean };
  /** Kafka brokers; default 1. Three replicate everything, with a minimum of two in sync. */
  brokers?: 1 | 3;
  /**
   * Ports on 127.0.0.1, one a broker, where proxies stand: each broker gets a second listener, whose clients are told to
   * come back to the proxy. `proxiedBrokers` tells where these listeners are. Default: none.
   */
  kafkaProxies?: readonly number[];
  /**
   * Ports on 127.0.0.1; `kafka` is the first broker's. Default: TIDEWAY_KAFKA_PORT, TIDEWAY_REGISTRY_PORT,
   * TIDEWAY_CLICKHOUSE_HTTP_PORT, TIDEWAY_CLICKHOUSE_TCP_PORT, else those of the last start, else free ones.
   * 0 means any free one.
   */
  ports?: Partial<Record<PortName, number>>;
  /** Further GRANT statements for the services' user of ClickHouse, e.g. for a table engine that is to be measured; default none. */
  clickhouseGrants?: readonly string[];
  /** Parts that ClickHouse itself may connect to; on Linux it reaches nothing else. Default none. */
  clickhouseReaches?: readonly ('kafka' | 'registry')[];
  /** Takes progress lines for a person: downloads, ready, a part that died. */
  onProgress?: (line: string) => void;
}

export interface Platform {
  /** What services need: KAFKA_BROKERS, SCHEMA_REGISTRY_URL, CLICKHOUSE_URL, CLICKHOUSE_USERNAME, CLICKHOUSE_PASSWORD; of the started parts. */
  env: Record<string, string>;
  /** The read-only user for people and their tools; empty without ClickHouse. */
  analyst: { url: string; username: string; password: string; tcpPort: number };
  /** Ports of the brokers' second listeners, for the proxies of `kafkaProxies`; empty without. */
  proxiedBrokers: number[];
  /** The pids of the children that run now, by part: 'kafka-1', 'registry', 'clickhouse'. */
  pids(): Record<string, number>;
  /** Signals a part, for crash tests: SIGKILL by default. It is restarted. */
  kill(part: string, signal?: NodeJS.Signals): void;
  /** Resolves when the part (default: every part) serves: now, or again. */
  ready(part?: string): Promise<void>;
  /** Stops everything, gracefully; the data stays. */
  stop(): Promise<void>;
}

/**
 * Starts the platform, downloading it first if need be. Its processes end with this one, however that ends.
 * @throws PlatformError, with what to do: no Java, directory or port in use, failed download, a part that does not start.
 */
export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  const dir = path.resolve(options.dir);
  const { onProgress = () => undefined } = options;
  const lock = lockDirectory(dir);
  const leaders: ProcessIdentity[] = readChildren(dir);
  const supervisor = new Supervisor((event) => {
    tellEvent(event, onProgress);
    writeChildren(dir, supervisor.pids());
  });
  let claimed: ClaimedPorts | undefined;
  const stop = async () => {
    await supervisor.stop();
    claimed?.release();
    lock.release();
  };
  try {
    // Of a former start that was killed together with its watchdog.
    await killLeftovers(leaders);
    const wanted = { kafka: true, registry: true, clickhouse: true, ...options.parts };
    const brokers = options.brokers ?? 1;
    claimed = await claimPorts(path.join(dir, 'ports.json'), portRequests(wanted, brokers, options.ports ?? {}, options.kafkaProxies !== undefined));
    const parts = await describeParts({ ...options, dir, onProgress }, wanted, brokers, claimed.ports);
    await Promise.all(parts.children.map((child) => supervisor.start(child)));
    return {
      env: parts.env,
      analyst: parts.analyst,
      proxiedBrokers: options.kafkaProxies === undefined ? [] : proxiedPorts({ ports: claimed.ports, brokers }),
      pids: () => supervisor.pids(),
      kill: (part, signal) => supervisor.kill(part, signal),
      ready: (part) => supervisor.ready(part),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * Deletes all data of a platform that does not run; the download cache stays.
 * @throws PlatformError when a process has the directory.
 */
export function resetPlatform(dir: string): void {
  if (!existsSync(dir)) return;
  const lock = lockDirectory(path.resolve(dir));
  try {
    rmSync(dir, { recursive: true, force: true });
  } finally {
    lock.release();
  }
}

/** The pid of the process that runs a platform in this directory, if one does. */
export function platformHolder(dir: string): number | undefined {
  return lockHolder(lockFile(dir))?.pid;
}

type Parts = Required<NonNullable<PlatformOptions['parts']>>;

async function describeParts(options: PlatformOptions & { onProgress: (line: string) => void }, wanted: Parts, brokers: 1 | 3, ports: Record<string, number>) {
  const { dir, onProgress, clickhouseGrants: grants, clickhouseReaches: reaches = [] } = options;
  const env: Record<string, string> = {};
  let analyst: Platform['analyst'] = { url: '', username: '', password: '', tcpPort: 0 };
  const children: ChildSpec[] = [];
  if (wanted.clickhouse) {
    const clickHouse: ClickHouse = clickHouseChild({ dir, httpPort: ports['clickhouseHttp']!, tcpPort: ports['clickhouseTcp']!, grants, connectTo: portsOf(reaches, brokers, ports) });
    const { url, passwords } = clickHouse;
    children.push(clickHouse.child);
    Object.assign(env, { CLICKHOUSE_URL: url, CLICKHOUSE_USERNAME: serviceUser, CLICKHOUSE_PASSWORD: passwords[serviceUser] });
    analyst = { url, username: analystUser, password: passwords[analystUser], tcpPort: ports['clickhouseTcp']! };
  }
  if (!wanted.kafka && !wanted.registry) return { env, analyst, children };
  const installation = await ensureInstalled(onProgress);
  if (wanted.kafka) {
    children.push(...(await kafkaChildren({ dir, installation, ports, brokers, proxies: options.kafkaProxies })));
    env['KAFKA_BROKERS'] = bootstrapServers({ ports, brokers });
  }
  if (wanted.registry) {
    children.push(registryChild({ dir, installation, port: ports['registry']! }));
    env['SCHEMA_REGISTRY_URL'] = registryUrl(ports['registry']!);
  }
  return { env, analyst, children };
}

function portsOf(parts: readonly ('kafka' | 'registry')[], brokers: 1 | 3, ports: Record<string, number>): number[] {
  return parts.flatMap((part) => (part === 'registry' ? [ports['registry']!] : clientPorts({ ports, brokers })));
}

const portVariables: Record<PortName, string> = {
  kafka: 'TIDEWAY_KAFKA_PORT',
  registry: 'TIDEWAY_REGISTRY_PORT',
  clickhouseHttp: 'TIDEWAY_CLICKHOUSE_HTTP_PORT',
  clickhouseTcp: 'TIDEWAY_CLICKHOUSE_TCP_PORT',
};

function portRequests(wanted: Parts, brokers: 1 | 3, asked: Partial<Record<PortName, number>>, proxied: boolean): PortRequest[] {
  const request = (part: PortName, name: string = part): PortRequest => {
    if (asked[part] !== undefined) return { name, port: asked[part], askedBy: `options.ports.${part}` };
    const variable = portVariables[part];
    const value = process.env[variable];
    if (value === undefined || value === '') return { name };
    if (!/^\d{1,5}$/.test(value) || Number(value) > 65_535) throw new PlatformError(`${variable} must be a port number (0 to 65535), not "${value}".`);
    return { name, port: Number(value), askedBy: variable };
  };
  return [
    ...(wanted.kafka ? kafkaPortNames(brokers, proxied).map((name) => (name === 'kafka-1' ? request('kafka', name) : { name })) : []),
    ...(wanted.registry ? [request('registry')] : []),
    ...(wanted.clickhouse ? [request('clickhouseHttp'), request('clickhouseTcp')] : []),
  ];
}

function lockFile(dir: string): string {
  return path.join(dir, 'lock');
}

function lockDirectory(dir: string): Lock {
  try {
    return acquireLock(lockFile(dir));
  } catch (error) {
    if (!(error instanceof LockHeld)) throw error;
    const who = error.holder.pid === process.pid ? 'this process' : 'another process';
    throw new PlatformError(`The platform directory ${dir} is in use by ${who} (pid ${error.holder.pid}). Stop that, or use another directory.`);
  }
}

// Who leads the process groups now, for a later start that finds them orphaned. Renamed into place, because
// this process may be killed while it writes.
function writeChildren(dir: string, pids: Record<string, number>): void {
  const file = path.join(dir, 'children.json');
  const children = Object.values(pids).map(identify).filter((child) => child !== undefined);
  mkdirSync(dir, { recursive: true });
  writeFileSync(`${file}.new`, JSON.stringify(children));
  renameSync(`${file}.new`, file);
}

function readChildren(dir: string): ProcessIdentity[] {
  const file = path.join(dir, 'children.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as ProcessIdentity[]) : [];
}

function tellEvent(event: ChildEvent, onProgress: (line: string) => void): void {
  if (event.type === 'ready') onProgress(`${event.child} is ready (pid ${event.pid}).`);
  if (event.type === 'exited' && !event.expected) {
    const how = event.signal ?? `exit code ${event.code}`;
    const next = event.restartInMs === undefined ? '' : `; restarting in ${event.restartInMs} ms`;
    onProgress(`${event.child} (pid ${event.pid}) died: ${how}${next}.`);
  }
}
