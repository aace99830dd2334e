// Apicurio Registry as a child process, which speaks the Confluent registry's API.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Installation } from './installation.js';
import { jvmArguments, type ClassArchive } from './jvm.js';
import type { ChildSpec } from './supervised-child.js';

export interface RegistryOptions {
  /** The platform's directory. */
  dir: string;
  installation: Installation;
  port: number;
  archive?: ClassArchive;
}

// Within a major version every reader reads every writer (architecture: a break is a new topic).
const compatibility = 'FULL_TRANSITIVE';

/** The base URL of the Confluent API, for SCHEMA_REGISTRY_URL. */
export function registryUrl(port: number): string {
  return `http://127.0.0.1:${port}/apis/ccompat/v7`;
}

export function registryChild({ dir, installation, port, archive }: RegistryOptions): ChildSpec {
  const home = path.join(dir, 'registry');
  mkdirSync(home, { recursive: true });
  const settings: Record<string, string | number | boolean> = {
    'quarkus.http.host': '127.0.0.1',
    'quarkus.http.port': port,
    'quarkus.http.access-log.enabled': false,
    'quarkus.log.level': 'WARN',
    'quarkus.log.category."io.apicurio".level': 'WARN',
    'quarkus.banner.enabled': false,
    'apicurio.storage.kind': 'sql',
    'apicurio.storage.sql.kind': 'h2',
    // Without WRITE_DELAY=0 an acknowledged schema is lost on kill -9.
    'apicurio.datasource.url': `jdbc:h2:file:${path.join(home, 'schemas')};WRITE_DELAY=0`,
    'apicurio.datasource.jdbc.initial-size': 2,
    'apicurio.datasource.jdbc.min-size': 2,
    'apicurio.datasource.jdbc.max-size': 16,
    'java.io.tmpdir': home,
  };
  const args = [...Object.entries(settings).map(([key, value]) => `-D${key}=${value}`), '-jar', installation.registryJar];
  return {
    name: 'registry',
    command: installation.java.binary,
    args: jvmArguments({ java: installation.java, heap: '160m', archive: archive ?? { file: installation.registryArchive, mode: 'use' }, args }),
    logFile: path.join(dir, 'logs', 'registry.log'),
    probe: () => isReady(registryUrl(port), path.join(home, 'compatibility')),
  };
}

// Answers, and has its global compatibility, which a new registry starts without. It is set once only:
// somebody may want another.
async function isReady(url: string, marker: string): Promise<boolean> {
  const signal = AbortSignal.timeout(2_000);
  if (!(await fetch(`${url}/config`, { signal })).ok) return false;
  if (existsSync(marker)) return true;
  const response = await fetch(`${url}/config`, {
    method: 'PUT',
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    body: JSON.stringify({ compatibility }),
    signal,
  });
  if (response.ok) writeFileSync(marker, `${compatibility}\n`);
  return response.ok;
}
