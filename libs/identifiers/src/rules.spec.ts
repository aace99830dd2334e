import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { defaultIdentifierRules, loadIdentifierRules } from './rules.js';

const TYPE = '{ priority: 1, unique: true, limit: 1, normalise: [trim] }';
let dir: string;
beforeEach(() => { dir = mkdtempSync(path.join(tmpdir(), 'tideway-identifiers-')); });
afterEach(() => rmSync(dir, { recursive: true }));

function load(yaml: string) {
  writeFileSync(path.join(dir, 'identifiers.yaml'), yaml);
  return loadIdentifierRules(dir);
}

describe('the rules of the workspace', () => {
  it('are read once and hold every type with its priority', () => {
    const rules = defaultIdentifierRules();
    expect(defaultIdentifierRules()).toBe(rules);
    expect(rules.types.get('email_sha256')).toEqual({
      name: 'email_sha256', priority: 3, unique: false, limit: 20, merges: true, normalise: ['trim', 'lowercase', 'email'], hash: 'sha256',
    });
    expect(rules.types.get('hubspot_deal_id')).toMatchObject({ merges: false, limit: 1000 });
    expect(rules.maxLength).toBe(256);
  });
});

describe('loading', () => {
  it('merges by a type unless the file says otherwise', () => {
    expect(load(`types: { id: ${TYPE} }\nmaxLength: 10`).types.get('id')!.merges).toBe(true);
  });

  it.each([
    ['an unknown step', `types: { id: { priority: 1, unique: true, limit: 1, normalise: [shout] } }\nmaxLength: 10`, /types\.id\.normalise\.0.*trim, lowercase, email, e164/],
    ['an unknown key', `types: { id: { priority: 1, unique: true, limit: 1, normalise: [], salt: x } }\nmaxLength: 10`, /types\.id.*salt/],
    ['a unique type with a limit of 2', `types: { id: { priority: 1, unique: true, limit: 2, normalise: [] } }\nmaxLength: 10`, /types\.id\.limit/],
    ['two types of one priority', `types: { a: ${TYPE}, b: ${TYPE} }\nmaxLength: 10`, /types\.b\.priority.*a already/],
    ['blocked values of no type', `types: { a: ${TYPE} }\nmaxLength: 10\nblocked: { b: [x] }`, /blocked\.b/],
    ['no length', `types: { a: ${TYPE} }`, /maxLength/],
    ['text that is no YAML', 'types: {', /cannot be read/],
    ['an empty file', '', /the file/],
  ])('of %s fails with the file and the place', (_name, yaml, message) => {
    expect(() => load(yaml)).toThrow(message);
    expect(() => load(yaml)).toThrow(path.join(dir, 'identifiers.yaml'));
  });

  it('of a folder without the file fails with its path', () => {
    expect(() => loadIdentifierRules(dir)).toThrow(/identifiers\.yaml cannot be read/);
  });
});
