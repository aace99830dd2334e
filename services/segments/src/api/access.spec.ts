import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { HashedKey } from '@tideway/intake';
import { Access, type Role } from './access.js';

/** The key of a name is `key-<name>`. */
const hashed = (name: string): HashedKey => ({ name, hash: createHash('sha256').update(`key-${name}`).digest() });
const access = (burst = 100) => new Access({ reader: [hashed('dashboard')], exporter: [hashed('ads')], author: [hashed('marketing')] }, { perSecond: 1, burst });

describe('a key of the API', () => {
  it.each<[string, Role]>([['dashboard', 'reader'], ['ads', 'reader'], ['ads', 'exporter'], ['marketing', 'reader'], ['marketing', 'author']])('%s may do what a %s may', (name, role) => {
    expect(access().admit(`Bearer key-${name}`, role)).toBe(name);
  });

  it.each<[string, Role]>([['dashboard', 'exporter'], ['dashboard', 'author'], ['ads', 'author'], ['marketing', 'exporter']])('%s may not do what a %s may, and is told which keys may', (name, role) => {
    expect(() => access().admit(`Bearer key-${name}`, role)).toThrow(expect.objectContaining({ status: 403, message: expect.stringContaining(`SEGMENTS_${role.toUpperCase()}_KEYS`) }));
  });

  it.each([undefined, '', 'Bearer wrong', 'Basic a2V5LWFkcw=='])('that is %j is none', (authorization) => {
    expect(() => access().admit(authorization, 'reader')).toThrow(expect.objectContaining({ status: 401, headers: { 'www-authenticate': 'Bearer realm="segments"' } }));
  });

  it('is told when to come again once it has used its share, and others are not', () => {
    const busy = access(2);
    for (let i = 0; i < 3; i += 1) busy.admit('Bearer key-ads', 'reader');
    expect(() => busy.admit('Bearer key-ads', 'reader')).toThrow(expect.objectContaining({ status: 429, headers: { 'retry-after': expect.stringMatching(/^[12]$/) } }));
    expect(busy.admit('Bearer key-dashboard', 'reader')).toBe('dashboard');
  });
});
