import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { schemasDir } from '@tideway/contracts';
import { defaultIdentifierRules } from '@tideway/identifiers';
import { allowedTypes, loadPurposeIdentifiers } from './purpose-identifiers.js';

const known = new Set(defaultIdentifierRules().types.keys());
const allowed = loadPurposeIdentifiers();
const segment = (purpose: string) => ({ name: 'vips', purpose });

describe('identifiers of an export', () => {
  it('are those that the purpose names, each once', () => {
    expect(allowedTypes(allowed, segment('advertising'), 'email_sha256, phone_sha256,email_sha256', known)).toEqual(['email_sha256', 'phone_sha256']);
    expect(allowedTypes(allowed, segment('analytics'), undefined, known)).toEqual([]);
  });

  it.each([['advertising', 'user_id'], ['analytics', 'email_sha256'], ['personalization', 'phone_sha256'], ['no such purpose', 'user_id']])('of the purpose %s are refused by %s, with the reason', (purpose, type) => {
    expect(() => allowedTypes(allowed, segment(purpose), `${type},`, known)).toThrow(expect.objectContaining({ status: 403, message: expect.stringContaining(`the purpose ${purpose}, for which members may not be exported by ${type}`) }));
  });

  it('of no known type are a mistake, not a prohibition', () => {
    expect(() => allowedTypes(allowed, segment('marketing'), 'email', known)).toThrow(expect.objectContaining({ status: 400, message: expect.stringContaining('email_sha256') }));
  });

  it('are refused at the start where purposes.yaml names a type that does not exist', () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'tideway-purposes-'));
    try {
      cpSync(path.join(schemasDir(), 'identifiers.yaml'), path.join(dir, 'identifiers.yaml'));
      writeFileSync(path.join(dir, 'purposes.yaml'), 'purposes:\n  marketing: { identifiers: [e_mail] }\n  analytics: {}\n');
      expect(() => loadPurposeIdentifiers(dir)).toThrow(/purposes.marketing.identifiers: there is no type "e_mail"/);
      writeFileSync(path.join(dir, 'purposes.yaml'), 'purposes:\n  analytics: {}\n');
      expect(loadPurposeIdentifiers(dir)).toEqual(new Map([['analytics', []]]));
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});
