import { describe, expect, it } from '@jest/globals';
import { decideJoining, typeOf, type JoinRules, type Part } from './join.js';

const rules: JoinRules = {
  types: new Map([
    ['user', { unique: true, limit: 1, merges: true }],
    ['email', { unique: false, limit: 2, merges: true }],
    ['deal', { unique: false, limit: 9, merges: false }],
  ]),
};
const profile = (profileId: string, identifiers: string[], carried: string[]): Part => ({ profileId, identifiers, carried });
const fresh = (identifier: string): Part => ({ profileId: undefined, identifiers: [identifier], carried: [identifier] });
const decide = (...parts: Part[]) => {
  const { joined, alone, refusal } = decideJoining(parts, rules);
  const names = (list: Part[]) => list.map((part) => part.profileId ?? part.identifiers[0]);
  return { joined: names(joined), alone: names(alone), refusal };
};

describe('decideJoining', () => {
  it('joins everything that a record names where no rule is broken', () => {
    expect(decide(profile('P', ['user:1'], ['user:1']), profile('Q', ['email:a'], ['email:a']), fresh('email:b')))
      .toEqual({ joined: ['P', 'Q', 'email:b'], alone: [], refusal: undefined });
  });

  it('leaves two profiles with different values of a unique type apart', () => {
    expect(decide(profile('P', ['user:1', 'email:a'], ['email:a']), profile('Q', ['user:2', 'email:b'], ['email:b'])))
      .toEqual({ joined: ['P'], alone: [], refusal: { rule: 'unique', type: 'user' } });
  });

  it('refuses more values of a type than its limit, and gives new identifiers to the strongest as far as it has room', () => {
    expect(decide(fresh('user:1'), profile('Q', ['email:a', 'email:b', 'email:c'], ['email:a']), fresh('deal:1')))
      .toEqual({ joined: ['user:1', 'Q', 'deal:1'], alone: [], refusal: undefined });
    expect(decide(profile('P', ['user:1', 'email:a'], ['user:1']), profile('Q', ['email:b', 'email:c'], ['email:b']), fresh('deal:1')))
      .toEqual({ joined: ['P', 'deal:1'], alone: [], refusal: { rule: 'limit', type: 'email' } });
  });

  it('joins no part of what it refuses as a whole, also where that part alone would fit', () => {
    expect(decide(profile('P', ['user:1'], ['user:1']), profile('Q', ['user:2', 'email:a'], ['email:a']), profile('R', ['anon:a'], ['anon:a'])))
      .toEqual({ joined: ['P'], alone: [], refusal: { rule: 'unique', type: 'user' } });
  });

  it('leaves a new identifier alone for which the record\'s profile has no room', () => {
    expect(decide(profile('P', ['user:1', 'email:a', 'email:b'], ['user:1']), fresh('email:c')))
      .toEqual({ joined: ['P'], alone: ['email:c'], refusal: { rule: 'limit', type: 'email' } });
  });

  it('does not mind a profile that has broken a rule before, as long as it gets no worse', () => {
    const old = profile('P', ['user:1', 'user:2'], ['user:1']);
    expect(decide(old, fresh('email:a')).refusal).toBeUndefined();
    expect(decide(old, fresh('user:3')).refusal).toEqual({ rule: 'unique', type: 'user' });
  });

  it('never joins two people by a type that does not merge, and calls it no conflict', () => {
    expect(decide(profile('P', ['user:1'], ['user:1']), profile('Q', ['user:2', 'deal:1'], ['deal:1'])))
      .toEqual({ joined: ['P'], alone: [], refusal: undefined });
  });

  it('takes in a profile behind which nobody is known', () => {
    expect(decide(profile('P', ['user:1'], ['user:1']), profile('D', ['deal:1', 'deal:2'], ['deal:1'])).joined).toEqual(['P', 'D']);
  });

  it('puts a record without any merging type with the person whom it names first', () => {
    expect(decide(profile('D', ['deal:1'], ['deal:1']), profile('P', ['user:1', 'deal:2'], ['deal:2']), profile('Q', ['user:2', 'deal:3'], ['deal:3'])).joined)
      .toEqual(['P', 'D']);
  });

  it('has no limit for a type that the rules do not name any more', () => {
    expect(decide(profile('P', ['old:1'], ['old:1']), profile('Q', ['old:2'], ['old:2'])).joined).toEqual(['P', 'Q']);
  });
});

describe('typeOf', () => {
  it('ends at the first colon, for a value may have more', () => {
    expect(typeOf('user_id:a:b')).toBe('user_id');
  });
});
