// The mesh that faults befall: an embedded platform, every service, and a proxy before everything that they talk to.
import { cpSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { schemasDir } from '@tideway/contracts';
import { Supervisor, startPlatform, type Platform } from '@tideway/embedded';
import { SERVICES, choosePorts, loadSecrets, requestTargets, serviceChild, urlOf, type Secrets, type ServiceName, type Workplace } from '@tideway/mesh';
import type { Targets as LoadTargets } from '@tideway/simulator';
import { patched } from './controls/environment.js';
import type { PatchName } from './controls/patches.js';
import { addOwnDefinitions } from './definitions/folder.js';
import { Proxy } from './proxy.js';
import { SmallDisk } from './small-disk.js';
import { targetsOf, type Targets } from './targets.js';
import { clickhouseData } from './workplace.js';

export interface ArenaOptions {
  brokers: 1 | 3;
  /** What every service's build is broken by: a control. */
  patches?: readonly PatchName[];
  /** For so many minutes faults will go on: definitions of the harness's own begin and end within them. */
  minutes: number;
  onProgress?: (line: string) => void;
}

/** What starting takes, about. */
const STARTING_MS = 60_000;

interface Parts {
  platform: Platform;
  disk: SmallDisk | undefined;
  targets: Targets;
  proxies: Map<string, Proxy[]>;
  ports: Record<ServiceName, number>;
  secrets: Secrets;
  env: Record<string, string>;
  patches: readonly PatchName[];
  dir: string;
}

export class Arena {
  readonly targets: Targets;
  /** Addresses that no fault of the network befalls: for the harness itself. */
  readonly env: Record<string, string>;
  /** Where native payloads are sent to: proxies before the services. */
  readonly load: LoadTargets;
  readonly secrets: Secrets;
  readonly schemas: string;
  readonly disk: SmallDisk | undefined;
  readonly #parts: Parts;
  readonly #services = new Supervisor();
  #stopped = false;

  private constructor(parts: Parts) {
    const { targets, platform, proxies, secrets, ports, disk, dir } = parts;
    this.#parts = parts;
    this.targets = targets;
    this.env = platform.env;
    this.secrets = secrets;
    this.disk = disk;
    this.schemas = path.join(dir, 'schemas');
    this.load = requestTargets((name) => urlOf(proxies.get(name)![0]!.port), secrets, ports);
  }

  /** Starts everything in the workplace, which also stops it. Rejects with a PlatformError of one clear line. */
  static async start(workplace: Workplace, { brokers, patches = [], minutes, onProgress }: ArenaOptions): Promise<Arena> {
    const { dir } = workplace;
    const targets = targetsOf(brokers);
    cpSync(schemasDir(), path.join(dir, 'schemas'), { recursive: true });
    addOwnDefinitions(path.join(dir, 'schemas'), { begin: Date.now() + STARTING_MS, minutes });
    const disk = workplace.keep ? undefined : SmallDisk.mount(clickhouseData(dir));
    workplace.onClose(async () => disk?.unmount());
    const proxies = await listen(workplace, targets);
    const kafkaProxies = proxies.get('kafka')!.map(({ port }) => port);
    const anyPorts = { kafka: 0, registry: 0, clickhouseHttp: 0, clickhouseTcp: 0 };
    const starting = startPlatform({ dir: path.join(dir, 'platform'), ports: anyPorts, brokers, kafkaProxies, onProgress });
    workplace.onClose(() => starting.then((started) => started.stop(), () => undefined));
    const platform = await starting;
    const ports = await choosePorts();
    const env = { ...platform.env, ...aim(proxies, platform, ports, targets), TIDEWAY_SCHEMAS: path.join(dir, 'schemas'), KAFKA_REPLICATION_FACTOR: String(brokers) };
    const arena = new Arena({ platform, disk, targets, proxies, ports, secrets: loadSecrets(dir), env, patches, dir });
    workplace.onClose(() => arena.#stop());
    await Promise.all(SERVICES.map((name) => arena.startService(name)));
    return arena;
  }

  /** The service's own address, without a proxy. */
  url(name: ServiceName): string {
    return urlOf(this.#parts.ports[name]);
  }

  /** The proxies before a part; `kafka` is all brokers'. */
  proxies(name: string): Proxy[] {
    const proxies = this.#parts.proxies.get(name);
    if (!proxies) throw new Error(`there is no proxy before ${name}`);
    return proxies;
  }

  /** Starts an instance of a service, and resolves when it is ready; instances above 1 are not waited for. */
  startService(name: ServiceName, instance = 1, further: { env?: Record<string, string>; patches?: readonly PatchName[] } = {}): Promise<void> {
    const { secrets, ports, dir } = this.#parts;
    const env = { ...this.#parts.env, ...patched([...this.#parts.patches, ...(further.patches ?? [])]), ...further.env };
    return this.#services.start(serviceChild(name, { env, secrets, ports, logs: path.join(dir, 'logs'), instance }));
  }

  /** Stops an instance gracefully, and for good. */
  async stopService(name: ServiceName, instance = 1): Promise<void> {
    await this.#services.stop([childName(name, instance)]);
  }

  /** Signals a process, be it an instance of a service or a part of the platform. What dies of it is started again. */
  signal(part: string, signal: NodeJS.Signals): void {
    if (this.isOfPlatform(part)) this.#parts.platform.kill(part, signal);
    else this.#services.kill(part, signal);
  }

  isOfPlatform(part: string): boolean {
    return this.targets.brokers.includes(part) || part === 'registry' || part === 'clickhouse';
  }

  /** The state of an instance's process (proc_pid_stat(5)): `T` where it is stopped by a signal; undefined where there is none. */
  stateOf(name: ServiceName, instance = 1): string | undefined {
    const pid = this.#services.pids()[childName(name, instance)];
    if (pid === undefined) return undefined;
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[0];
    } catch {
      return undefined;
    }
  }

  pidOf(name: ServiceName, instance = 1): number | undefined {
    return this.#services.pids()[childName(name, instance)];
  }

  /** Instances of a service that are there, or on their way. */
  instancesOf(name: ServiceName): number {
    return Object.keys(this.#services.pids()).filter((child) => child === name || /^-\d+$/.test(child.slice(name.length)) && child.startsWith(name)).length;
  }

  /** Resolves when everything serves again. */
  async ready(): Promise<void> {
    await Promise.all([this.#services.ready(), this.#parts.platform.ready()]);
  }

  /** Ends every fault that may still be there. */
  heal(): void {
    for (const proxy of [...this.#parts.proxies.values()].flat()) proxy.set({ mode: 'pass' });
    this.disk?.free();
    for (const part of [...this.targets.brokers, 'registry', 'clickhouse', ...Object.keys(this.#services.pids())]) this.signal(part, 'SIGCONT');
  }

  async #stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    // Who is stopped by a signal, or waits for an answer, would take its time.
    this.heal();
    await this.#services.stop();
  }
}

/** A proxy before each broker, the registry, ClickHouse and each service that takes payloads; `kafka` is all brokers'. */
async function listen(workplace: Workplace, { brokers, intakes }: Targets): Promise<Map<string, Proxy[]>> {
  const proxies = new Map<string, Proxy[]>();
  workplace.onClose(async () => void (await Promise.all([...proxies].flatMap(([name, list]) => (name === 'kafka' ? [] : list.map((proxy) => proxy.close()))))));
  for (const name of [...brokers, 'registry', 'clickhouse', ...intakes]) proxies.set(name, [await Proxy.listen()]);
  return proxies.set('kafka', brokers.flatMap((name) => proxies.get(name)!));
}

/** Says to the proxies what stands behind them; returns the addresses that services are given. */
function aim(proxies: Map<string, Proxy[]>, platform: Platform, ports: Record<ServiceName, number>, { intakes }: Targets): Record<string, string> {
  const kafka = proxies.get('kafka')!;
  kafka.forEach((proxy, i) => proxy.aim(platform.proxiedBrokers[i]!));
  for (const name of intakes) proxies.get(name)![0]!.aim(ports[name]);
  const before = (name: string, address: string) => {
    const [proxy] = proxies.get(name)!;
    const url = new URL(address);
    proxy!.aim(Number(url.port));
    url.port = String(proxy!.port);
    return url.toString().replace(/\/$/, '');
  };
  return {
    KAFKA_BROKERS: kafka.map(({ port }) => `127.0.0.1:${port}`).join(','),
    SCHEMA_REGISTRY_URL: before('registry', platform.env['SCHEMA_REGISTRY_URL']!),
    CLICKHOUSE_URL: before('clickhouse', platform.env['CLICKHOUSE_URL']!),
  };
}

/** Names of instances as the supervisor knows them. */
export function childName(name: ServiceName, instance: number): string {
  return instance === 1 ? name : `${name}-${instance}`;
}
