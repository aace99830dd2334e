import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { basicCredentials, bearerToken, hashedKeys, verifyKey } from './keys.js';

const hash = (key: string) => createHash('sha256').update(key).digest('hex');

describe('keys from the environment', () => {
  it('verify by the name they have, two at once while a sender changes over', () => {
    const keys = hashedKeys.parse(`shop:${hash('old')}, shop:${hash('new').toUpperCase()} ,app:${hash('app')},`);
    expect(['old', 'new', 'app', 'other', '', hash('old')].map((key) => verifyKey(keys, key))).toEqual(['shop', 'shop', 'app', undefined, undefined, undefined]);
  });

  it.each(['', ' , ', 'shop', 'shop:abc', `:${hash('x')}`, `a b:${hash('x')}`, `shop:${hash('x')},broken`])('of %j are refused with the form that is expected', (text) => {
    expect(hashedKeys.safeParse(text).error?.issues[0]?.message).toContain('name:hexsha256');
  });
});

describe('an Authorization header', () => {
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

  it('gives user name and password', () => {
    expect(basicCredentials(basic('abc123:'))).toEqual({ user: 'abc123', password: '' });
    expect(basicCredentials(basic('abc123'))).toEqual({ user: 'abc123', password: '' });
    expect(basicCredentials(basic('a:b:c').replace('Basic', 'basic'))).toEqual({ user: 'a', password: 'b:c' });
  });

  it('of another scheme, or none, gives nothing', () => {
    for (const header of [undefined, '', 'Basic', 'Bearer abc', 'Basic ä']) expect(basicCredentials(header)).toBeUndefined();
    for (const header of [undefined, 'Bearer', 'Bearer a b', basic('a:')]) expect(bearerToken(header)).toBeUndefined();
    expect(bearerToken('bearer abc-123')).toBe('abc-123');
  });
});
