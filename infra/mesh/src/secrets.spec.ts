// The keys of a mesh are made once, and what a service is told of a key pair is its public half.
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadSecrets, makeSecrets, verificationKey, type Secrets } from './secrets.js';

describe('loadSecrets', () => {
  it('makes what is missing and keeps the rest, readable for their owner only', () => {
    const dir = mkdtempSync(path.join(os.tmpdir(), 'tideway-secrets-'));
    try {
      const { sendgridKey: _later, ...before } = makeSecrets();
      writeFileSync(path.join(dir, 'secrets.json'), JSON.stringify(before), { mode: 0o600 });
      const secrets = loadSecrets(dir);
      expect(secrets).toEqual({ ...before, sendgridKey: expect.any(String) });
      expect(loadSecrets(dir)).toEqual(secrets);
      expect(JSON.parse(readFileSync(path.join(dir, 'secrets.json'), 'utf8')) as Secrets).toEqual(secrets);
      expect(statSync(path.join(dir, 'secrets.json')).mode & 0o777).toBe(0o600);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});

describe('verificationKey', () => {
  it('verifies what the private key has signed, on P-256', () => {
    const { sendgridKey } = makeSecrets();
    const key = createPublicKey({ key: Buffer.from(verificationKey(sendgridKey), 'base64'), format: 'der', type: 'spki' });
    const signature = sign('sha256', Buffer.from('text'), createPrivateKey({ key: Buffer.from(sendgridKey, 'base64'), format: 'der', type: 'pkcs8' }));
    expect(verify('sha256', Buffer.from('text'), key, signature)).toBe(true);
    expect(key.asymmetricKeyDetails).toMatchObject({ namedCurve: 'prime256v1' });
  });
});
