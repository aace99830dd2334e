import { describe, expect, it } from '@jest/globals';
import { profileToSplit, type Known } from './splits.js';

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
