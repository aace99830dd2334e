// docker-compose.yml against what the services declare: no container engine is needed to see that they fit.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { PUBLISHED_PORTS, SERVICES, composeEnvironment, makeSecrets, ownEnvironment, portVariable, type ServiceName } from '@tideway/mesh';
import { workspaceRoot } from '@tideway/embedded';
import { loadConfig, serviceShape } from '@tideway/service';
import { parse } from 'yaml';
import { composeUsersXml, readUsersFile } from './users.js';

interface Container {
  image: string;
  command?: string[];
  environment?: Record<string, string | number>;
  ports?: string[];
  volumes?: string[];
  depends_on?: string[] | Record<string, unknown>;
}

const text = (file: string) => readFileSync(path.join(workspaceRoot, file), 'utf8');
const compose = parse(text('docker-compose.yml'), { merge: true }) as { services: Record<string, Container>; volumes: Record<string, null> };
const secrets = makeSecrets();
const passwords = { CLICKHOUSE_PASSWORD: 'c', ANALYST_PASSWORD: 'a', POSTGRES_PASSWORD: 'p' };
const environmentFile = Object.fromEntries(composeEnvironment(secrets, passwords).trim().split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));

/** As Compose does it: ${NAME}, ${NAME:-default}, ${NAME:?message}. */
function interpolated(value: string | number): string {
  return String(value).replace(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_all, name: string, kind?: string, rest?: string) => {
    const known = environmentFile[name];
    if (known !== undefined) return known;
    if (kind === '-') return rest!;
    throw new Error(`.env has no ${name}`);
  });
}

const environmentOf = (name: string) => Object.fromEntries(Object.entries(compose.services[name]!.environment ?? {}).map(([key, value]) => [key, interpolated(value)]));

describe.each(SERVICES)('%s in docker-compose.yml', (name: ServiceName) => {
  it('starts on what its environment says, and no variable is unknown to it', async () => {
    const { configShape } = (await import(path.join(workspaceRoot, `services/${name}/src/config.ts`))) as { configShape: Parameters<typeof loadConfig>[0] };
    const shape = { ...serviceShape, ...configShape };
    const environment = environmentOf(name);
    expect(Object.keys(environment).filter((key) => !(key in shape))).toEqual([]);
    expect(loadConfig(shape, environment)).toMatchObject({ HOST: '0.0.0.0', PORT: 8080, KAFKA_BROKERS: ['kafka:9092'] });
  });

  it('has every variable that the mesh gives it', () => {
    const ports = Object.fromEntries(SERVICES.map((service) => [service, 1])) as Record<ServiceName, number>;
    expect(Object.keys(environmentOf(name))).toEqual(expect.arrayContaining(Object.keys(ownEnvironment(name, secrets, ports))));
  });

  it('runs the main file of that service, from the image', () => {
    const { image, command } = compose.services[name]!;
    expect(image).toBe(compose.services['web']!.image);
    expect(command).toEqual([`services/${name}/dist/main.js`]);
    expect(existsSync(path.join(workspaceRoot, `services/${name}/src/main.ts`))).toBe(true);
  });

  it('is published where senders and readers look for it, on this machine only', () => {
    const port = PUBLISHED_PORTS[name];
    expect(compose.services[name]!.ports ?? []).toEqual(port === undefined ? [] : [`127.0.0.1:\${${portVariable(name)}:-${port}}:8080`]);
  });

  it('is scraped', () => {
    const prometheus = parse(text('infra/compose/prometheus.yml')) as { scrape_configs: { static_configs: { targets: string[] }[] }[] };
    expect(prometheus.scrape_configs[0]!.static_configs[0]!.targets).toContain(`${name}:8080`);
  });
});

describe('docker-compose.yml', () => {
  it('has the services of the mesh, the platform and Prometheus, and nothing else', () => {
    expect(Object.keys(compose.services).sort()).toEqual([...SERVICES, 'kafka', 'postgres', 'registry', 'clickhouse', 'prometheus'].sort());
  });

  it('runs the versions that everything is tested with', () => {
    const pom = text('infra/embedded/maven/pom.xml');
    const version = (property: string) => new RegExp(`<${property}>(.*)</${property}>`).exec(pom)![1]!;
    const chdb = (JSON.parse(text('package.json')) as { optionalDependencies: Record<string, string> }).optionalDependencies['@chdb/lib-linux-x64-gnu']!;
    const node = (JSON.parse(text('package.json')) as { dependencies: Record<string, string> }).dependencies['node']!;
    expect(compose.services['kafka']!.image).toBe(`apache/kafka:${version('kafka.version')}`);
    expect(compose.services['registry']!.image).toBe(`apicurio/apicurio-registry:${version('apicurio.version')}`);
    expect(compose.services['clickhouse']!.image).toBe(`clickhouse/clickhouse-server:${chdb.split('.').slice(0, 2).join('.')}`);
    expect(text('Dockerfile').match(/^FROM \S+/gm)).toEqual([`FROM node:${node}-bookworm-slim`, `FROM node:${node}-bookworm-slim`]);
  });

  it('mounts files that are there, and volumes that are declared', () => {
    const mounted = Object.values(compose.services).flatMap(({ volumes = [] }) => volumes.map((volume) => volume.split(':')[0]!));
    const files = mounted.filter((source) => source.startsWith('.'));
    expect(files.filter((file) => !existsSync(path.join(workspaceRoot, file)))).toEqual([]);
    expect(mounted.filter((source) => !source.startsWith('.')).sort()).toEqual(Object.keys(compose.volumes).sort());
  });

  it('publishes no port twice, and none to other machines', () => {
    const ports = Object.values(compose.services).flatMap(({ ports: published = [] }) => published.map(interpolated));
    const outside = ports.map((port) => port.split(':')[1]);
    expect(new Set(outside).size).toBe(outside.length);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });

  it('has ClickHouse users with the grants of the embedded one', () => {
    expect(readUsersFile()).toBe(composeUsersXml());
  });
});
