// The .env of docker-compose.yml: keys as hashes, secrets and passwords.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Secrets } from './secrets.js';
import { SERVICES, ownEnvironment, portVariable, type ServiceName } from './services.js';

/** Where docker-compose.yml publishes the services that are called over HTTP, unless TIDEWAY_<SERVICE>_PORT says otherwise. */
export const PUBLISHED_PORTS: Partial<Record<ServiceName, number>> = { web: 4001, crm: 4002, email: 4003, 'paid-media': 4004, segments: 4005, personalization: 4006 };

const PASSWORDS = ['CLICKHOUSE_PASSWORD', 'ANALYST_PASSWORD', 'POSTGRES_PASSWORD'] as const;
export type ComposePasswords = Record<(typeof PASSWORDS)[number], string>;

/** Made once in `dir`, as databases keep the passwords that they were made with; readable for their owner only. */
export function loadPasswords(dir: string): ComposePasswords {
  const file = path.join(dir, 'compose-passwords.json');
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as ComposePasswords;
  const made = Object.fromEntries(PASSWORDS.map((name) => [name, randomBytes(24).toString('base64url')])) as ComposePasswords;
  mkdirSync(dir, { recursive: true });
  writeFileSync(file, JSON.stringify(made, null, 2), { mode: 0o600 });
  return made;
}

/** Lines of NAME=value for .env. */
export function composeEnvironment(secrets: Secrets, passwords: ComposePasswords): string {
  const ports = Object.fromEntries(SERVICES.map((name) => [name, Number(process.env[portVariable(name)] ?? PUBLISHED_PORTS[name] ?? 0)])) as Record<ServiceName, number>;
  // Services that share a variable have it once.
  const own = Object.assign({}, ...SERVICES.map((name) => ownEnvironment(name, secrets, ports))) as Record<string, string>;
  return Object.entries({ ...own, ...passwords }).map(([name, value]) => `${name}=${value}\n`).join('');
}
