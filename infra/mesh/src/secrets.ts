// Keys of the local mesh, made at the first start and kept readable for this user only. Services see hashes of them
// through their environment, except for the secret that a signature is computed with.
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export interface Secrets {
  webWriteKey: string;
  hubspotSecret: string;
  crmImportKey: string;
  /** Password of the webhooks of e-mail platforms that sign nothing. */
  emailWebhookPassword: string;
  /** What SendGrid signs with, on P-256: base64 of PKCS #8 in DER. */
  sendgridKey: string;
  paidMediaKey: string;
  metaAppSecret: string;
  metaVerifyToken: string;
  apiKey: string;
  quarantineKey: string;
  segmentsKey: string;
}

/** New keys, 144 bits each, and a key pair. */
export function makeSecrets(): Secrets {
  const make = () => randomBytes(18).toString('base64url');
  return {
    webWriteKey: make(), hubspotSecret: make(), crmImportKey: make(), emailWebhookPassword: make(), sendgridKey: makePrivateKey(),
    paidMediaKey: make(), metaAppSecret: make(), metaVerifyToken: make(), apiKey: make(), quarantineKey: make(), segmentsKey: make(),
  };
}

function makePrivateKey(): string {
  return generateKeyPairSync('ec', { namedCurve: 'P-256', privateKeyEncoding: { type: 'pkcs8', format: 'der' }, publicKeyEncoding: { type: 'spki', format: 'der' } }).privateKey.toString('base64');
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

/** The public key of a private one, as SendGrid's settings show it: base64 of SPKI in DER. */
export function verificationKey(privateKey: string): string {
  const key = createPrivateKey({ key: Buffer.from(privateKey, 'base64'), format: 'der', type: 'pkcs8' });
  return createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64');
}
