// The whole mesh on this machine: the embedded platform, or any other by the environment, and every service.
import path from 'node:path';
import { Supervisor, startPlatform, workspaceRoot, type Platform } from '@tideway/embedded';
import type { Targets } from '@tideway/simulator';
import { loadSecrets, type Secrets } from './secrets.js';
import { SERVICES, choosePorts, requestTargets, serviceChild, urlOf, type ServiceName } from './services.js';

export interface Mesh {
  /** Addresses for services and clients. */
  env: Record<string, string>;
  /** Absent where the platform is somebody else's. */
  platform: Platform | undefined;
  supervisor: Supervisor;
  secrets: Secrets;
  urls: Record<ServiceName, string>;
  targets: Targets;
  stop(): Promise<void>;
}

/** Default directory of the mesh's data. */
export const meshDir = () => path.resolve(process.env['TIDEWAY_DIR'] ?? path.join(workspaceRoot, '.tideway'));

const PLATFORM_VARIABLES = ['KAFKA_BROKERS', 'SCHEMA_REGISTRY_URL', 'CLICKHOUSE_URL'];

/** Starts everything; resolves when every service is ready. Rejects with a PlatformError of one clear line. */
export async function startMesh(options: { dir?: string; env?: Record<string, string>; onProgress?: (line: string) => void } = {}): Promise<Mesh> {
  const { dir = meshDir(), onProgress = () => undefined } = options;
  const own = PLATFORM_VARIABLES.every((name) => process.env[name]);
  const platform = own ? undefined : await startPlatform({ dir: path.join(dir, 'platform'), onProgress });
  const supervisor = new Supervisor((event) => {
    if (event.type === 'exited' && !event.expected) onProgress(`${event.child} died (${event.signal ?? event.code}); it is started again`);
  });
  const stop = async () => {
    await supervisor.stop();
    await platform?.stop();
  };
  try {
    const secrets = loadSecrets(dir);
    const ports = await choosePorts();
    const env = { ...(platform?.env ?? {}), ...options.env };
    onProgress('Starting the services…');
    await Promise.all(SERVICES.map((name) => supervisor.start(serviceChild(name, { env, secrets, ports, logs: path.join(dir, 'logs') }))));
    const urls = Object.fromEntries(SERVICES.map((name) => [name, urlOf(ports[name])])) as Record<ServiceName, string>;
    const targets = requestTargets((name) => urls[name], secrets, ports);
    return { env: { ...pickPlatform(), ...env }, platform, supervisor, secrets, urls, targets, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function pickPlatform(): Record<string, string> {
  const names = Object.keys(process.env).filter((name) => /^(KAFKA|SCHEMA_REGISTRY|CLICKHOUSE)_/.test(name));
  return Object.fromEntries(names.map((name) => [name, process.env[name]!]));
}
