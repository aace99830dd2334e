import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { identifierOf } from './customers-command.js';
import { profileToSplit, type Known } from './splits.js';

describe('the identifier of who is to be erased', () => {
  it('is normalised, and hashed where its type is, so that no raw address is sent', () => {
    expect(identifierOf('user_id: u-1 ')).toEqual(['user_id', 'u-1']);
    expect(identifierOf('email_sha256:Jane@Example.com')).toEqual(['email_sha256', createHash('sha256').update('jane@example.com').digest('hex')]);
  });

  it.each(['u-1', 'shoe_size:44', 'email_sha256:nobody', ''])('%j is refused with what to write, without the value', (asked) => {
    expect(() => identifierOf(asked)).toThrow(/^the identifier must be type:value, such as user_id:u-1; /);
    expect(() => identifierOf(asked)).not.toThrow(/nobody/);
  });
});

describe('the profile to be split', () => {
  const known = [['user_id:1', 'p', 'link'], ['anonymous_id:a', 'p', 'first_seen'], ['user_id:2', 'q', 'first_seen'], ['user_id:3', 'r', 'erasure']].map(([identifier, profile_id, cause]) => ({ identifier, profile_id, cause }) as Known);

  it('is the one that has the identifiers, and others', () => {
    expect(profileToSplit(['anonymous_id:a'], known)).toBe('p');
  });

  it.each([
    [['user_id:9'], 'nobody is known as user_id:9'],
    [['user_id:3'], 'the person of user_id:3 was erased'],
    [['anonymous_id:a', 'user_id:2'], 'anonymous_id:a and user_id:2 belong to two profiles'],
    [['anonymous_id:a', 'user_id:1'], 'the profile p has no identifier but anonymous_id:a, user_id:1'],
  ])('of %j is none, and why is said', (leaving, message) => {
    expect(() => profileToSplit(leaving, known.filter(({ profile_id }) => leaving.some((identifier) => known.find((row) => row.identifier === identifier)?.profile_id === profile_id)))).toThrow(message);
  });
});
