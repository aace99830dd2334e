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
  paidMediaKey: string;
  metaAppSecret: string;
  metaVerifyToken: string;
  apiKey: string;
  quarantineKey: string;
}

/** New keys, 144 bits each. */
export function makeSecrets(): Secrets {
  const make = () => randomBytes(18).toString('base64url');
  return {
    webWriteKey: make(), hubspotSecret: make(), crmImportKey: make(), emailWebhookPassword: make(), paidMediaKey: make(), metaAppSecret: make(), metaVerifyToken: make(),
    apiKey: make(), quarantineKey: make(),
  };
}

/** The keys of the mesh in `dir`, those made that are missing: a mesh of before may lack those of services that came later. */
export function loadSecrets(dir: string): Secrets {
  const file = path.join(dir, 'secrets.json');
  const known = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) as Partial<Secrets> : {};
  const secrets: Secrets = { ...makeSecrets(), ...known };
  if (Object.keys(known).length === Object.keys(secrets).length) return secrets;
  mkdirSync(dir, { recursive: true });
  writeFileSync(file, JSON.stringify(secrets, null, 2), { mode: 0o600 });
  return secrets;
}

/** `name:sha256` as services take keys from the environment. */
export function hashedKey(name: string, key: string): string {
  return `${name}:${createHash('sha256').update(key).digest('hex')}`;
}
