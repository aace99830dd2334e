// Keys of the local mesh, made at the first start and kept readable for this user only. Services see hashes of them
// through their environment, except for the secret that a signature is computed with.
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export interface Secrets {
  webWriteKey: string;
  hubspotSecret: string;
  crmImportKey: string;
  /** Password of the webhooks of e-mail platforms that sign nothing. */
  emailWebhookPassword: string;
  apiKey: string;
}

/** The keys of the mesh in `dir`, made where there are none: also those that an older version did not have yet. */
export function loadSecrets(dir: string): Secrets {
  const file = path.join(dir, 'secrets.json');
  const known = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Partial<Secrets>) : {};
  const make = () => randomBytes(18).toString('base64url');
  const secrets: Secrets = { webWriteKey: make(), hubspotSecret: make(), crmImportKey: make(), emailWebhookPassword: make(), apiKey: make(), ...known };
  mkdirSync(dir, { recursive: true });
  writeFileSync(file, JSON.stringify(secrets, null, 2), { mode: 0o600 });
  return secrets;
}

/** `name:sha256` as services take keys from the environment. */
export function hashedKey(name: string, key: string): string {
  return `${name}:${createHash('sha256').update(key).digest('hex')}`;
}
